import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { type Server, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CommandRule, type Sandbox, bubblewrap, commandAllowlist, createWorkspace, evaluateCommand, noSandbox } from '../../src/index'

/** Each row of the table in docs/security.md, with the other layers off. */
const base = realpathSync(mkdtempSync(join(tmpdir(), 'forge-layers-')))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const probe = await bubblewrap().probe()
const skipped = probe.works ? '' : ` (not run: ${probe.reason})`

let root = ''
let project = ''
let outside = ''
beforeEach(() => {
  root = mkdtempSync(join(base, 'place-'))
  project = join(root, 'project')
  outside = join(root, 'outside')
  for (const folder of [project, outside]) mkdirSync(folder)
  writeFileSync(join(outside, 'secret'), 'planted')
  execFileSync('git', ['init', '-q', project])
})

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

/** Counts who connects. */
async function listener(address: { port: number; host: string } | { path: string }): Promise<{ server: Server; visits(): number }> {
  let visits = 0
  const server = createServer((socket) => {
    visits += 1
    socket.destroy()
  })
  server.listen(address)
  await once(server, 'listening')
  open.push(() => server.close())
  return { server, visits: () => visits }
}

function victim(): ChildProcess {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' })
  open.push(() => child.kill('SIGKILL'))
  return child
}

const policyOf = (command: string, policies = [commandAllowlist()]) => evaluateCommand(command, { projectDir: project, policies }).verdict

describe('the policy alone', () => {
  test.each([
    'curl https://example.com/?q=secret',
    'wget example.com',
    'rm -rf ..',
    'rm -rf ../outside',
    'echo x > ../outside/new',
    'cd .. && touch outside/new',
    "echo 'touch x' > .git/hooks/pre-commit",
    'cp hook .git/hooks/pre-commit',
    'git config core.fsmonitor ./x',
    'docker run -v /:/h busybox',
    'kill -9 1',
    'pkill postgres',
  ])('stops %s', (command) => expect(policyOf(command)).toBe('deny'))

  test('does not look into programs of the project, nor keep it from harm', () => {
    for (const command of ['python3 attack.py', 'pytest -q', 'pip install -e .', 'git reset --hard']) expect(policyOf(command)).toBe('allow')
    const rule: CommandRule = {
      names: ['git'],
      check: ({ args }) => (args.some(({ text }) => text === '--hard') ? { rule: 'own.hard', reason: 'no.' } : undefined),
    }
    expect(policyOf('git reset --hard', [commandAllowlist({ rules: [rule] })])).toBe('deny')
  })
})

describe('the guard alone', () => {
  async function write(path: string): Promise<string> {
    const session = await noSandbox().start({ root: project })
    const workspace = await createWorkspace({ root: project, session, policies: [] })
    try {
      return await workspace.writeText(path, 'echo hook').then(
        () => 'written',
        () => 'denied',
      )
    } finally {
      await session.stop()
    }
  }

  test('stops file tools outside, through a link and in .git; it lets them write programs', async () => {
    symlinkSync(outside, join(project, 'link'))
    const paths = ['../outside/new', join(outside, 'new'), 'link/new', '.git/hooks/pre-commit', '.git/config']
    expect(await Promise.all(paths.map(write))).toEqual(paths.map(() => 'denied'))
    expect(existsSync(join(outside, 'new'))).toBe(false)
    expect(await write('attack.py')).toBe('written')
  })
})

/** What a hostile program tries, and whether it has come through. The attempt is real: without a sandbox it does. */
interface Attempt {
  name: string
  prepare?(): Promise<{ command: string; through(output: string): boolean | Promise<boolean> }>
  command?: () => string
  through?: (output: string) => boolean
}

const python = (program: string) => `python3 -c '${program}'`
const connect = (family: string, address: string) => python(`import socket; socket.socket(socket.${family}).connect(${address})`)

const ATTEMPTS: Attempt[] = [
  {
    name: 'a program that writes outside',
    command: () => python(`open("${outside}/new", "w")`),
    through: () => existsSync(join(outside, 'new')),
  },
  {
    name: 'a program that deletes outside',
    command: () => python(`import shutil; shutil.rmtree("${outside}")`),
    through: () => !existsSync(outside),
  },
  {
    name: 'set-up code of a source package that writes outside',
    command: () => `echo 'open("${outside}/new", "w")' > setup.py && python3 setup.py install`,
    through: () => existsSync(join(outside, 'new')),
  },
  {
    name: 'a program that reads outside',
    command: () => python(`print(open("${outside}/secret").read())`),
    through: (output) => output.includes('planted'),
  },
  { name: 'rm -rf', command: () => 'rm -rf ../outside', through: () => !existsSync(outside) },
  { name: 'a redirection', command: () => 'echo x > ../outside/new', through: () => existsSync(join(outside, 'new')) },
  { name: 'cd first', command: () => 'cd .. && touch outside/new', through: () => existsSync(join(outside, 'new')) },
  {
    name: 'a git hook',
    command: () => 'echo "touch x" > .git/hooks/pre-commit',
    through: () => existsSync(join(project, '.git/hooks/pre-commit')),
  },
  {
    name: 'a git hook in a moved repository',
    command: () => 'mv .git old && mkdir -p .git/hooks && echo "touch x" > .git/hooks/pre-commit',
    through: () => existsSync(join(project, '.git/hooks/pre-commit')),
  },
  {
    name: 'a git setting',
    command: () => 'git config core.fsmonitor ./x',
    through: () => readFileSync(join(project, '.git/config'), 'utf8').includes('fsmonitor'),
  },
  {
    name: "a connection to the host's network",
    async prepare() {
      const { server, visits } = await listener({ port: 0, host: '127.0.0.1' })
      return { command: connect('AF_INET', `("127.0.0.1", ${(server.address() as { port: number }).port})`), through: () => visits() > 0 }
    },
  },
  {
    name: "a daemon's socket, as docker's is",
    async prepare() {
      const path = join(mkdtempSync(join(root, 's-')), 'daemon.sock')
      const { visits } = await listener({ path })
      return { command: connect('AF_UNIX', `"${path}"`), through: () => visits() > 0 }
    },
  },
  {
    name: 'ending a process of the host',
    async prepare() {
      const child = victim()
      const ended = once(child, 'exit').then(() => true)
      return { command: `kill -9 ${child.pid}`, through: () => Promise.race([ended, sleep(300).then(() => false)]) }
    },
  },
]

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function hasComeThrough(attempt: Attempt, sandbox: Sandbox): Promise<boolean> {
  const { command, through } = attempt.prepare ? await attempt.prepare() : { command: attempt.command!(), through: attempt.through! }
  const session = await sandbox.start({ root: project, env: { PATH: process.env['PATH'] ?? '' } })
  try {
    const { stdout } = await session.exec(command, { timeoutMs: 20_000 })
    await sleep(20)
    return await through(stdout)
  } finally {
    await session.stop()
  }
}

describe(`the sandbox alone${skipped}`, () => {
  test.skipIf(!probe.works).each(ATTEMPTS)('stops $name, which comes through without it', async (attempt) => {
    expect(await hasComeThrough(attempt, bubblewrap())).toBe(false)
    expect(await hasComeThrough(attempt, noSandbox())).toBe(true)
  })

  test.skipIf(!probe.works)('does not keep the project itself from harm', async () => {
    writeFileSync(join(project, 'work'), 'of a day')
    const session = await bubblewrap().start({ root: project })
    await session.exec('rm work')
    await session.stop()
    expect(existsSync(join(project, 'work'))).toBe(false)
  })
})
