import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, type Server, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sandbox, SandboxSession, SandboxSpec } from '../sandbox/sandbox'
import type { ConformanceCase } from './conformance'

interface Case {
  /** Only for a sandbox that says that it confines. */
  confined?: true
  spec?: Omit<SandboxSpec, 'root'>
  /** Writes what the host has in the project before the session starts. */
  before?(root: string): Promise<void>
  check(session: SandboxSession, root: string, sandbox: Sandbox): Promise<void>
}

const KEY = 'FORGE_CONFORMANCE_SECRET'

/** What every `Sandbox` that runs real commands must do. Needs bash, git and Node on the machine. */
export function sandboxConformance(create: () => Sandbox | Promise<Sandbox>): ConformanceCase[] {
  return Object.entries({ ...COMMANDS, ...LIFETIMES, ...FORWARDS, ...CONFINEMENT }).map(([name, one]) => ({ name, run: () => hold(create, one) }))
}

async function hold(create: () => Sandbox | Promise<Sandbox>, { confined, spec, before, check }: Case): Promise<void> {
  const sandbox = await create()
  if (confined && !sandbox.confines) return
  const base = await realpath(await mkdtemp(join(tmpdir(), 'forge-conformance-')))
  const root = join(base, 'project')
  await mkdir(root)
  process.env[KEY] = 'secret'
  try {
    await before?.(root)
    const session = await sandbox.start({ root, env: { GIVEN: 'value', PATH: process.env['PATH'] ?? '' }, ...spec })
    await check(session, root, sandbox).finally(() => session.stop())
  } finally {
    delete process.env[KEY]
    await rm(base, { recursive: true, force: true })
  }
}

const COMMANDS: Record<string, Case> = {
  'has a kind, and says that it works': {
    async check(_session, _root, sandbox) {
      assert.ok(sandbox.kind.length > 0, 'kind is empty')
      assert.deepEqual(await sandbox.probe(), { works: true })
    },
  },
  'keeps exit code, stdout and stderr apart': {
    async check(session) {
      const { exitCode, signal, stdout, stderr, timedOut, truncated } = await session.exec('echo out; echo err >&2; exit 3')
      const expected = { exitCode: 3, signal: null, stdout: 'out\n', stderr: 'err\n', timedOut: false, truncated: false }
      assert.deepEqual({ exitCode, signal, stdout, stderr, timedOut, truncated }, expected)
    },
  },
  'starts in its root, where files can be written, or in a given folder': {
    async check(session, root) {
      await session.exec('pwd -P > where; mkdir below')
      assert.equal(await readFile(join(root, 'where'), 'utf8'), `${root}\n`)
      assert.equal((await session.exec('pwd -P', { cwd: join(root, 'below') })).stdout, `${root}/below\n`)
    },
  },
  'runs an argv without a shell': {
    async check(session) {
      assert.equal((await session.exec(['printf', '%s', '$HOME; echo'])).stdout, '$HOME; echo')
    },
  },
  'gives a program that does not exist as a result': {
    async check(session) {
      assert.equal((await session.exec(['forge-no-such-program'])).exitCode, 127)
    },
  },
  'hands over the given environment and nothing of the caller': {
    async check(session) {
      const { stdout } = await session.exec('env', { env: { MORE: 'too' } })
      assert.match(stdout, /^GIVEN=value$/m)
      assert.match(stdout, /^MORE=too$/m)
      assert.doesNotMatch(stdout, new RegExp(KEY))
    },
  },
  'gives nothing to read, and reads no start-up files of a shell': {
    async before(root) {
      await writeFile(join(root, '.bashrc'), 'echo start-up file')
    },
    async check(session, root) {
      const { stdout } = await session.exec('read line || echo nothing', { env: { HOME: root }, timeoutMs: 5000 })
      assert.equal(stdout, 'nothing\n')
    },
  },
  'keeps the head and the tail of long output, of each stream, and says so': {
    async check(session) {
      const command = "echo first; head -c 300000 /dev/zero | tr '\\0' x; echo last; head -c 300000 /dev/zero | tr '\\0' y >&2"
      const { stdout, stderr, truncated } = await session.exec(command, { maxOutputBytes: 10_000 })
      assert.equal(truncated, true)
      assert.match(stdout, /^first\n[\s\S]*last\n$/)
      for (const text of [stdout, stderr]) assert.ok(text.length < 12_000, `${text.length} characters were kept`)
    },
  },
  'runs commands side by side': {
    async check(session) {
      const answers = await Promise.all(['1', '2', '3'].map((text) => session.exec(['echo', text])))
      assert.deepEqual(
        answers.map(({ stdout }) => stdout),
        ['1\n', '2\n', '3\n'],
      )
    },
  },
}

const LIFETIMES: Record<string, Case> = {
  'ends the whole process group at the time limit, also when it ignores the request': {
    async check(session, root) {
      const startedAt = Date.now()
      const { timedOut } = await session.exec('trap "" TERM; (sleep 2.5; touch late) & sleep 20', { timeoutMs: 300 })
      assert.equal(timedOut, true)
      assert.ok(Date.now() - startedAt < 10_000, 'it took far longer than the limit')
      await sleep(Math.max(0, startedAt + 3300 - Date.now()))
      assert.ok(!existsSync(join(root, 'late')), 'a process outlived the time limit')
    },
  },
  'ends a command when its signal is aborted': {
    async check(session) {
      const startedAt = Date.now()
      const abort = new AbortController()
      setTimeout(() => abort.abort(), 200)
      await session.exec('sleep 20', { signal: abort.signal }).catch(() => {})
      assert.ok(Date.now() - startedAt < 10_000, 'it went on after the abort')
    },
  },
  'keeps what a command leaves in the background until the session ends': {
    async check(session, root) {
      await session.exec('(while [ ! -e go ]; do sleep 0.05; done; touch gone) > /dev/null 2>&1 &')
      await session.exec('touch go; for i in 1 2 3 4 5 6 7 8 9 10; do [ -e gone ] && break; sleep 0.2; done')
      assert.ok(existsSync(join(root, 'gone')), 'the background process ended with its command')
    },
  },
  'runs processes in the background until they are stopped': {
    async check(session) {
      const server = await session.spawn(['bash', '--noprofile', '--norc', '-c', 'echo ready; sleep 60'])
      for (let tries = 0; !server.output().includes('ready') && tries < 100; tries += 1) await sleep(20)
      assert.match(server.output(), /ready/)
      await server.stop({ graceMs: 200 })
      await server.stop()
      assert.notEqual((await server.exited).exitCode, 0)
    },
  },
  'rejects a background program that does not exist': {
    async check(session) {
      await assert.rejects(session.spawn(['forge-no-such-program']))
    },
  },
  'leaves no process behind when it stops, and runs nothing afterwards': {
    async check(session, root) {
      const startedAt = Date.now()
      await session.exec('(sleep 3; touch late) > /dev/null 2>&1 & (setsid sh -c "sleep 3; touch later" &)')
      await session.spawn(['sh', '-c', 'sleep 3; touch latest'])
      await Promise.all([session.stop(), session.stop()])
      await session.stop()
      await assert.rejects(session.exec('true'))
      assert.ok(Date.now() - startedAt < 2800, 'it took too long to stop for this test to say anything')
      await sleep(startedAt + 4000 - Date.now())
      for (const name of ['late', 'later', 'latest']) assert.ok(!existsSync(join(root, name)), 'a process outlived the session')
    },
  },
  'leaves the project as it found it': {
    async before(root) {
      await writeFile(join(root, 'own'), '')
    },
    async check(session, root) {
      const { stdout } = await session.exec('ls')
      await session.stop()
      assert.equal(stdout, 'own\n')
      assert.ok(!existsSync(join(root, '.git')), 'something was left in the project')
    },
  },
}

const FORWARDS: Record<string, Case> = {
  'leads a forwarded port to a unix socket of the host, until it stops': {
    async check(_session, root, sandbox) {
      const socket = join(dirname(root), 'door')
      const server = await answering(socket, 'through the door')
      const port = await freePort()
      const session = await sandbox.start({ root, forwards: [{ port, socket }] })
      try {
        assert.equal(await answerInside(session, port), 'through the door')
      } finally {
        await session.stop()
        server.close()
      }
      const error = await new Promise((resolve) => connect(port, '127.0.0.1').once('error', resolve).once('connect', resolve))
      assert.ok(error instanceof Error, 'the port is open although the session has ended')
    },
  },
  'refuses a forward that leads nowhere': {
    async check(_session, root, sandbox) {
      await assert.rejects(sandbox.start({ root, forwards: [{ port: 1, socket: join(root, 'nowhere') }] }))
    },
  },
}

const CONFINEMENT: Record<string, Case> = {
  'cannot write or read outside': {
    confined: true,
    async check(session, root) {
      const file = join(dirname(root), 'file')
      await writeFile(file, 'untouched')
      assert.doesNotMatch((await session.exec(`cat ${file}; echo changed > ${file}; rm ${file}`)).stdout, /untouched/)
      assert.equal(await readFile(file, 'utf8'), 'untouched')
    },
  },
  'reads what it is given, and cannot change it; writes what it may write': {
    confined: true,
    async check(_session, root, sandbox) {
      const [readable, writable] = [join(dirname(root), 'readable'), join(dirname(root), 'writable')]
      for (const path of [readable, writable]) await mkdir(path)
      await writeFile(join(readable, 'file'), 'untouched')
      const session = await sandbox.start({ root, readable: [readable], writable: [writable] })
      const { stdout } = await session
        .exec(`cat ${readable}/file; echo changed > ${readable}/file; echo made > ${writable}/file`)
        .finally(() => session.stop())
      assert.equal(stdout, 'untouched')
      assert.equal(await readFile(join(readable, 'file'), 'utf8'), 'untouched')
      assert.equal(await readFile(join(writable, 'file'), 'utf8'), 'made\n')
    },
  },
  'reaches neither the loopback nor a socket of the host': {
    confined: true,
    async check(session, root) {
      const socket = join(dirname(root), 'socket')
      const servers = [await answering(socket, 'reached'), await answering(0, 'reached')] as const
      const { port } = servers[1].address() as AddressInfo
      try {
        for (const place of [port, JSON.stringify(socket)]) assert.equal(await answerInside(session, place), '')
      } finally {
        for (const server of servers) server.close()
      }
    },
  },
  'sees no process of the host, and none of its environments': {
    confined: true,
    async check(session) {
      const { stdout } = await session.exec(`kill -0 ${process.pid} && echo seen; cat /proc/[0-9]*/environ 2> /dev/null | tr '\\0' '\\n'`)
      assert.doesNotMatch(stdout, new RegExp(`seen|${KEY}`))
    },
  },
  'keeps git from running what is planted': {
    confined: true,
    async before(root) {
      for (const folder of ['.git', '.git/hooks', '.git/objects', '.git/refs']) await mkdir(join(root, folder))
      await writeFile(join(root, '.git/HEAD'), 'ref: refs/heads/main\n')
      await writeFile(join(root, '.git/config'), '[core]\n\tbare = false\n')
    },
    async check(session, root) {
      await session.exec('touch .git/hooks/pre-commit; echo "[alias]" >> .git/config; mv .git moved && mkdir -p .git/hooks && touch .git/hooks/x')
      for (const planted of ['.git/hooks/pre-commit', '.git/hooks/x', 'moved']) assert.ok(!existsSync(join(root, planted)), `${planted} was planted`)
      assert.equal(await readFile(join(root, '.git/config'), 'utf8'), '[core]\n\tbare = false\n')
    },
  },
  'lets no repository with hooks be made where there is none': {
    confined: true,
    async check(session, root) {
      await session.exec('mkdir -p .git/hooks; touch .git/hooks/pre-commit')
      assert.ok(!existsSync(join(root, '.git/hooks/pre-commit')), 'a hook was planted')
    },
  },
  "keeps the harness's own folders from being changed": {
    confined: true,
    async before(root) {
      for (const name of ['.forge', 'logs']) await mkdir(join(root, name))
    },
    async check(session, root) {
      await session.exec('touch .forge/x logs/x; mv .forge away; mv logs off')
      for (const name of ['.forge/x', 'logs/x', 'away', 'off']) assert.ok(!existsSync(join(root, name)), `${name} was made`)
    },
  },
}

async function answering(at: string | number, text: string): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => {}).end(text))
  await new Promise<void>((resolve) => (typeof at === 'string' ? server.listen(at, resolve) : server.listen(at, '127.0.0.1', resolve)))
  return server
}

async function freePort(): Promise<number> {
  const server = await answering(0, '')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** What a client inside hears at the port, or the socket's quoted path; nothing when it cannot connect. */
async function answerInside(session: SandboxSession, place: number | string): Promise<string> {
  const program = `require('net').connect(${place}${typeof place === 'number' ? ", '127.0.0.1'" : ''}).on('error', () => {}).pipe(process.stdout)`
  return (await session.exec([process.execPath, '-e', program])).stdout
}
