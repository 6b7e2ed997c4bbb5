import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Readable, Writable } from 'node:stream'
import { ForgeError } from '../errors'
import { type Answer, type Exit, addressOf, execResult, exitOf, messageOf, notRun, parseAnswer, readLines, text } from './host-answers'
import type { BackgroundProcess, ExecOptions, ExecResult, Forward } from './sandbox'

export interface HostExecOptions extends ExecOptions {
  /** Numeric user and group of the child; only root can set them. */
  uid?: number | undefined
  gid?: number | undefined
  /** There is never anything to read on stdin. */
  stdin?: 'ignore' | undefined
}

export interface HostSpawnOptions extends Omit<HostExecOptions, 'timeoutMs' | 'signal' | 'maxOutputBytes'> {
  /** Sent to the leading process alone when it is to stop; default: SIGTERM to all its processes. */
  stopSignal?: 'SIGTERM' | 'SIGINT' | undefined
  /** Folders deleted after the process and all its descendants ended, also when the harness was killed. */
  removeOnExit?: readonly string[] | undefined
}

/** The harness's end of the line to a host program. */
export interface HostConnection {
  /** Resolves when the host program has said that it runs; rejects with what is known when it ends before. */
  readonly ready: Promise<void>
  /** Resolves when the host program is gone: true when it had ended everything it started. */
  readonly gone: Promise<boolean>
  readonly alive: boolean
  /** @throws ForgeError SANDBOX_UNAVAILABLE when the host is gone; a program that cannot be started is exit code 127. */
  exec(argv: readonly string[], options: HostExecOptions): Promise<ExecResult>
  /** @throws ForgeError ENVIRONMENT_FAILED when the program cannot be started. */
  spawn(argv: readonly string[], options: HostSpawnOptions): Promise<BackgroundProcess>
  /** Listens on the forward's port until the host is gone. @throws ForgeError ENVIRONMENT_FAILED when the port cannot be had. */
  forward(forward: Forward): Promise<void>
  /** What is mounted where the host runs, as /proc/self/mountinfo says; empty where there is no such table. */
  mounts(): Promise<string>
  /** Ends every process the host started, then the host. Idempotent. */
  close(): Promise<void>
}

type HostProcess = ChildProcess & { stdin: Writable; stdout: Readable }
type Referenced = { ref?(): void; unref?(): void }

const DEFAULT_TIMEOUT_MS = 120_000
const DEFAULT_OUTPUT_BYTES = 256 * 1024
const TAIL_CHARS = 64 * 1024
/** How long an answer may be late: code inside a sandbox can stop the program that gives it. */
const PATIENCE_MS = 15_000
/** Lines that are no answers: our program sends none, so that code inside has taken its place. */
const MAX_UNASKED = 100
const MAX_TIMER_MS = 2 ** 31 - 1

/** What a child gets as PATH when nothing else is said. */
export const MINIMAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * Speaks with a host program over its stdin and stdout. What comes back may come from inside a sandbox, so it is foreign data: unknown ids and
 * ill-formed answers are ignored, and ids cannot be guessed. An idle connection does not keep the harness alive; work under way does.
 */
export function connectHost(child: HostProcess, defaultCwd: string): HostConnection {
  const listeners = new Map<string, (answer: Answer) => void>()
  let failure: Error | undefined
  let held = 1

  let unasked = 0

  const broken = (how: string) =>
    new ForgeError('SANDBOX_UNAVAILABLE', `the process that runs commands ${how}`, { remedy: 'Run the same command again.' })
  const lost = () => failure ?? broken('ended unexpectedly')
  const end = (how: string) => {
    failure ??= broken(how)
    child.kill('SIGKILL')
  }
  const alive = () => child.exitCode === null && child.signalCode === null && failure === undefined
  const hold = (change: 1 | -1) => {
    held += change
    const method = held > 0 ? 'ref' : 'unref'
    for (const part of [child, child.stdin, child.stdout] as Referenced[]) part[method]?.()
  }
  const send = (request: Answer) => {
    if (alive()) child.stdin.write(`${JSON.stringify(request)}\n`)
  }

  const gone = new Promise<boolean>((resolve) => {
    child.once('close', (code) => resolve(code === 0))
    child.once('error', (error) => {
      failure ??= error
      resolve(false)
    })
  })
  const ready = new Promise<void>((resolve, reject) => {
    listeners.set('', () => resolve())
    void gone.then(() => reject(lost()))
  }).finally(() => {
    listeners.delete('')
    hold(-1)
  })
  ready.catch(() => {})
  void gone.then(() => {
    for (const deliver of [...listeners.values()]) deliver({ type: 'lost' })
  })
  child.stdin.on('error', () => {})
  child.stdout.on('error', () => {})
  readLines(child.stdout, {
    line(line) {
      const deliver = listeners.get(addressOf(line))
      const answer = deliver && parseAnswer(line)
      if (answer) return deliver(answer)
      unasked += 1
      if (unasked > MAX_UNASKED) end('sent what nobody asked for')
    },
    tooLong: () => end('sent a line that is too long'),
  })

  /** A host that does not answer in time is ended, and with it all that waits for it. @returns what to call when the answer is there */
  function watch(limitMs: number): () => void {
    const timer = setTimeout(
      () => {
        end('no longer answers')
      },
      Math.min(limitMs + PATIENCE_MS, MAX_TIMER_MS),
    )
    return () => clearTimeout(timer)
  }

  const describe = (argv: readonly string[], options: HostSpawnOptions): Answer => ({
    argv,
    cwd: options.cwd ?? defaultCwd,
    env: options.env ?? { PATH: MINIMAL_PATH },
    uid: options.uid,
    gid: options.gid,
  })

  async function exec(argv: readonly string[], options: HostExecOptions): Promise<ExecResult> {
    await ready
    if (!alive()) throw lost()
    if (options.signal?.aborted) return notRun(null, 'SIGTERM', 'stopped before it was started')
    const id = newId()
    const timeoutMs = Math.min(Math.max(1, options.timeoutMs ?? DEFAULT_TIMEOUT_MS), MAX_TIMER_MS)
    const maxOutputBytes = Math.max(0, options.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES)
    return new Promise<ExecResult>((resolve, reject) => {
      const stop = () => send({ id, op: 'stop', graceMs: 1000 })
      const answered = watch(timeoutMs)
      hold(1)
      listeners.set(id, (answer) => {
        answered()
        options.signal?.removeEventListener('abort', stop)
        listeners.delete(id)
        hold(-1)
        if (answer['type'] === 'exit') resolve(execResult(answer, maxOutputBytes))
        else if (answer['type'] === 'failed') resolve(notRun(127, null, messageOf(answer)))
        else reject(lost())
      })
      options.signal?.addEventListener('abort', stop, { once: true })
      send({ id, op: 'exec', ...describe(argv, options), timeoutMs, maxOutputBytes })
    })
  }

  async function spawn(argv: readonly string[], options: HostSpawnOptions): Promise<BackgroundProcess> {
    await ready
    if (!alive()) throw lost()
    const id = newId()
    let tail = ''
    const started = deferred()
    const exited = new Promise<Exit>((resolveExit) => {
      listeners.set(id, (answer) => {
        if (answer['type'] === 'output') tail = (tail + text(answer['data'])).slice(-TAIL_CHARS)
        if (answer['type'] === 'started') started.resolve()
        if (answer['type'] !== 'exit' && answer['type'] !== 'failed' && answer['type'] !== 'lost') return
        listeners.delete(id)
        started.reject(answer['type'] === 'failed' ? new ForgeError('ENVIRONMENT_FAILED', messageOf(answer)) : lost())
        resolveExit(answer['type'] === 'exit' ? exitOf(answer) : KILLED)
      })
    })
    hold(1)
    send({ id, op: 'spawn', ...describe(argv, options), stopSignal: options.stopSignal, removeOnExit: options.removeOnExit })
    const answered = watch(0)
    await started.promise.finally(() => {
      answered()
      hold(-1)
    })
    return {
      exited,
      output: () => tail,
      async stop({ graceMs = 2000 } = {}) {
        hold(1)
        const answered = watch(graceMs)
        send({ id, op: 'stop', graceMs })
        await exited
        answered()
        hold(-1)
      },
    }
  }

  /** One question, one answer. */
  async function ask(question: Answer): Promise<Answer> {
    await ready
    if (!alive()) throw lost()
    const id = newId()
    hold(1)
    const answered = watch(0)
    return new Promise<Answer>((resolve, reject) => {
      listeners.set(id, (answer) => {
        listeners.delete(id)
        answered()
        if (answer['type'] === 'lost') reject(lost())
        else resolve(answer)
      })
      send({ id, ...question })
    }).finally(() => hold(-1))
  }

  async function forward({ port, socket }: Forward): Promise<void> {
    const answer = await ask({ op: 'forward', port, socket })
    if (answer['type'] === 'failed') throw noPort(port, messageOf(answer))
  }

  async function mounts(): Promise<string> {
    const { table } = await ask({ op: 'mounts' })
    return text(table)
  }

  async function close(): Promise<void> {
    hold(1)
    child.stdin.end()
    const answered = watch(0)
    await gone
    answered()
  }

  return {
    ready,
    gone,
    get alive() {
      return alive()
    },
    exec,
    spawn,
    forward,
    mounts,
    close,
  }
}

const KILLED: Exit = { exitCode: null, signal: 'SIGKILL' }
const newId = () => randomBytes(9).toString('base64')

function deferred() {
  let resolve: () => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<void>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

function noPort(port: number, code: string): ForgeError {
  const reason = code === 'EADDRINUSE' ? 'another program listens there' : code === 'EACCES' ? 'the system keeps it for itself' : code
  return new ForgeError('ENVIRONMENT_FAILED', `port ${port} on 127.0.0.1 cannot be opened for the session: ${reason}`, {
    remedy: 'Choose another port, or end the program that uses it.',
  })
}
