import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Readable, Writable } from 'node:stream'
import { ForgeError } from '../errors'
import type { BackgroundProcess, ExecOptions, ExecResult } from './sandbox'

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
  /** Ends every process the host started, then the host. Idempotent. */
  close(): Promise<void>
}

type HostProcess = ChildProcess & { stdin: Writable; stdout: Readable }
type Answer = Record<string, unknown>
type Exit = { exitCode: number | null; signal: string | null }
type Referenced = { ref?(): void; unref?(): void }

/** A longer line is not an answer of our program. */
const MAX_LINE_BYTES = 64 * 1024 * 1024
const DEFAULT_TIMEOUT_MS = 120_000
const DEFAULT_OUTPUT_BYTES = 256 * 1024
const TAIL_CHARS = 64 * 1024
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

  const lost = () =>
    failure ?? new ForgeError('SANDBOX_UNAVAILABLE', 'the process that runs commands ended unexpectedly', { remedy: 'Run the same command again.' })
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
      const answer = parseAnswer(line)
      if (!answer) return
      const id = answer['type'] === 'ready' ? '' : answer['id']
      if (typeof id === 'string') listeners.get(id)?.(answer)
    },
    tooLong() {
      failure ??= new ForgeError('SANDBOX_UNAVAILABLE', 'the process that runs commands sent a line that is too long')
      child.kill('SIGKILL')
    },
  })

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
    return new Promise<ExecResult>((resolve, reject) => {
      const stop = () => send({ id, op: 'stop', graceMs: 1000 })
      hold(1)
      listeners.set(id, (answer) => {
        options.signal?.removeEventListener('abort', stop)
        listeners.delete(id)
        hold(-1)
        if (answer['type'] === 'exit') resolve(execResult(answer))
        else if (answer['type'] === 'failed') resolve(notRun(127, null, text(answer['message'])))
        else reject(lost())
      })
      options.signal?.addEventListener('abort', stop, { once: true })
      send({
        id,
        op: 'exec',
        ...describe(argv, options),
        timeoutMs: Math.min(Math.max(1, options.timeoutMs ?? DEFAULT_TIMEOUT_MS), MAX_TIMER_MS),
        maxOutputBytes: Math.max(0, options.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES),
      })
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
        started.reject(answer['type'] === 'failed' ? new ForgeError('ENVIRONMENT_FAILED', text(answer['message'])) : lost())
        resolveExit(answer['type'] === 'exit' ? { exitCode: integer(answer['code']), signal: signalName(answer['signal']) } : KILLED)
      })
    })
    hold(1)
    send({ id, op: 'spawn', ...describe(argv, options), stopSignal: options.stopSignal, removeOnExit: options.removeOnExit })
    await started.promise.finally(() => hold(-1))
    return {
      exited,
      output: () => tail,
      async stop({ graceMs = 2000 } = {}) {
        hold(1)
        send({ id, op: 'stop', graceMs })
        await exited.finally(() => hold(-1))
      },
    }
  }

  async function close(): Promise<void> {
    hold(1)
    child.stdin.end()
    await gone
  }

  return {
    ready,
    gone,
    get alive() {
      return alive()
    },
    exec,
    spawn,
    close,
  }
}

const KILLED: Exit = { exitCode: null, signal: 'SIGKILL' }
const newId = () => randomBytes(9).toString('base64')
const text = (value: unknown) => (typeof value === 'string' ? value : '')
const integer = (value: unknown) => (Number.isInteger(value) ? (value as number) : null)
const signalName = (value: unknown) => (typeof value === 'string' && /^SIG[A-Z0-9+-]{1,12}$/.test(value) ? value : null)

function deferred() {
  let resolve: () => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<void>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

function notRun(exitCode: number | null, signal: string | null, stderr: string): ExecResult {
  return { exitCode, signal, stdout: '', stderr, timedOut: false, truncated: false, durationMs: 0 }
}

function execResult(answer: Answer): ExecResult {
  return {
    exitCode: integer(answer['code']),
    signal: signalName(answer['signal']),
    stdout: text(answer['stdout']),
    stderr: text(answer['stderr']),
    timedOut: answer['timedOut'] === true,
    truncated: answer['truncated'] === true,
    durationMs: typeof answer['ms'] === 'number' && answer['ms'] >= 0 ? answer['ms'] : 0,
  }
}

function parseAnswer(line: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Answer) : undefined
  } catch {
    return undefined
  }
}

function readLines(stream: Readable, on: { line(text: string): void; tooLong(): void }): void {
  let parts: Buffer[] = []
  let size = 0
  stream.on('data', (chunk: Buffer) => {
    let from = 0
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, at))
      const line = Buffer.concat(parts).toString('utf8')
      parts = []
      size = 0
      from = at + 1
      on.line(line)
    }
    parts.push(chunk.subarray(from))
    size += chunk.length - from
    if (size > MAX_LINE_BYTES) {
      parts = []
      size = 0
      on.tooLong()
    }
  })
}
