import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bubblewrap } from '../../src/sandbox/bubblewrap'
import { noSandbox } from '../../src/sandbox/none'
import type { SandboxSession } from '../../src/sandbox/sandbox'
import { bundle } from '../support/bundle'
import { processesWith, uniqueSleep, until } from './processes'

const bwrapProbe = await bubblewrap().probe()
const sandboxes = [noSandbox(), ...(bwrapProbe.works ? [bubblewrap()] : [])]
const skipped = bwrapProbe.works ? '' : ` (not run: ${bwrapProbe.reason})`

const base = realpathSync(mkdtempSync(join(tmpdir(), 'forge-sandbox-')))
const project = join(base, 'project')
const outside = join(base, 'outside')
const env = { PATH: process.env['PATH'] ?? '' }
let session: SandboxSession

beforeAll(() => {
  mkdirSync(project)
  mkdirSync(outside)
  writeFileSync(join(outside, 'secret'), 'secret')
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

describe.each(sandboxes.map((sandbox) => [sandbox.kind, sandbox] as const))('%s: every sandbox', (_kind, sandbox) => {
  afterEach(() => session.stop())

  it('runs commands in the project with the given environment and nothing else', async () => {
    session = await sandbox.start({ root: project, env: { ...env, ONE: '1' } })
    expect(await session.exec('pwd; echo $ONE$TWO; exit 3', { env: { TWO: '2' } })).toMatchObject({ exitCode: 3, stdout: `${project}\n12\n` })
    expect((await session.exec(['printenv', 'HOME'])).exitCode).toBe(1)
    expect(await session.exec('read x || echo no input')).toMatchObject({ stdout: 'no input\n' })
  })

  it('keeps a background server from one command to the next, and ends it with the session', async () => {
    const mark = uniqueSleep()
    session = await sandbox.start({ root: project, env })
    const port = 20_000 + Math.floor(Math.random() * 20_000)
    writeFileSync(
      join(project, 'serve.py'),
      `import http.server, sys\nhttp.server.HTTPServer(("127.0.0.1", ${port}), http.server.SimpleHTTPRequestHandler).serve_forever()`,
    )
    const started = await session.exec(`/usr/bin/python3 serve.py ${mark} >server.log 2>&1 & setsid sleep ${mark} & sleep 0.1`)
    expect(started.exitCode).toBe(0)
    const asked = `import time, urllib.request\nfor _ in range(100):\n  try:\n    print(urllib.request.urlopen("http://127.0.0.1:${port}/").status); break\n  except OSError: time.sleep(0.05)`
    expect((await session.exec(['/usr/bin/python3', '-c', asked])).stdout).toBe('200\n')
    await session.stop()
    await session.stop()
    expect(processesWith(mark)).toEqual([])
    await expect(session.exec('true')).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE' })
  })

  it('ends a command at its time-out, and a background process on request', async () => {
    const mark = uniqueSleep()
    session = await sandbox.start({ root: project, env })
    expect(await session.exec(`sleep ${mark}`, { timeoutMs: 200 })).toMatchObject({ timedOut: true })
    const running = await session.spawn(['sleep', mark])
    await running.stop()
    expect((await running.exited).signal).toBe('SIGTERM')
    expect(processesWith(mark)).toEqual([])
  })
})

it('a missing bwrap is a finding with its remedy', async () => {
  expect(await bubblewrap({ executable: '/nowhere/bwrap' }).probe()).toMatchObject({
    works: false,
    reason: 'bubblewrap (/nowhere/bwrap) is not installed',
    remedy: expect.stringContaining('Install'),
  })
})

it.each(['visible', 'hidden'])('a relative path in %s is refused at once', (option) => {
  expect(() => bubblewrap({ [option]: ['/usr/share', 'secrets'] })).toThrow(
    `${option} of bubblewrap() names "secrets", which is not an absolute path`,
  )
})

describe.skipIf(!bwrapProbe.works)(`bubblewrap: what is kept out${skipped}`, () => {
  const run = (command: string) => session.exec(command)
  beforeAll(async () => {
    rmSync(project, { recursive: true, force: true })
    mkdirSync(project)
    mkdirSync(join(base, 'extra'))
    execFileSync('git', ['init', '-q', project])
    mkdirSync(join(project, '.forge'))
    session = await bubblewrap().start({ root: project, readable: [join(base, 'extra')], env })
  })
  afterAll(() => session.stop())

  it.each([
    ['writing outside', 'touch /usr/forge-was-here || touch /etc/forge-was-here'],
    ['a neighbour of the project', `cat ${outside}/secret`],
    ['writing to what is only readable', `touch ${base}/extra/x`],
    ['new mounts', 'mount -t tmpfs none /usr'],
    ['new user namespaces', 'unshare -U true'],
    ['the password file', 'cat /etc/shadow'],
    ['git hooks', 'touch .git/hooks/pre-commit'],
    ['git configuration', 'git config core.fsmonitor /tmp/x || echo "[core]" >> .git/config'],
    ['moving .git away', 'mv .git moved'],
    ["the harness's state", 'touch .forge/x || mv .forge y'],
    ['signals to the host', `kill -0 ${process.pid}`],
    ['the network', 'exec 3<>/dev/tcp/1.1.1.1/53'],
  ])('%s', async (_what, command) => {
    expect((await run(command)).exitCode).not.toBe(0)
  })

  it('home folders are empty, and what is written there is lost', async () => {
    expect((await run(`ls -A ${homedir()}`)).stdout).toBe('')
    await run(`touch ${homedir()}/forge-was-here`)
    expect(existsSync(join(homedir(), 'forge-was-here'))).toBe(false)
  })

  it("cannot reach the host's loopback", async () => {
    const server = createServer((socket) => socket.end('reached')).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    expect((await run(`exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3`)).exitCode).not.toBe(0)
    server.close()
  })

  it('lets git commit, write in the project and read what it was given', async () => {
    writeFileSync(join(base, 'extra', 'given'), 'given')
    const result = await run(
      `cat ${base}/extra/given && echo hi > file && git add file && git -c user.name=a -c user.email=a@b commit -qm one && git log --oneline | wc -l`,
    )
    expect(result).toMatchObject({ exitCode: 0, stdout: 'given1\n' })
    expect(readFileSync(join(project, 'file'), 'utf8')).toBe('hi\n')
  })

  it('goes on after code inside has killed the host it runs under', async () => {
    await run('kill -9 $PPID').catch(() => {})
    expect(await run('echo again')).toMatchObject({ exitCode: 0, stdout: 'again\n' })
  })

  it('as a bundle, as any user, it dies with the harness, kill -9 included', async () => {
    const program = join(base, 'harness.cjs')
    await bundle('src/sandbox/bubblewrap.ts', program, 'cjs')
    for (const dropped of process.getuid?.() === 0 ? [undefined, 65534] : [undefined]) {
      const mark = uniqueSleep()
      const root = mkdtempSync(join(base, 'run-'))
      chmodSync(base, 0o755)
      if (dropped) chownSync(root, dropped, dropped)
      const script = `require(${JSON.stringify(program)}).bubblewrap().start({ root: ${JSON.stringify(root)} }).then(async (s) => {
        console.log((await s.exec('sleep ${mark} & setsid sleep ${mark} & id -u; touch made')).stdout); setInterval(() => {}, 1000) })`
      const harness = spawn(process.execPath, ['-e', script], { cwd: '/', uid: dropped, gid: dropped, stdio: ['ignore', 'pipe', 'inherit'] })
      const said = await new Promise<string>((resolve) => harness.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim())))
      expect(said).toBe(String(dropped ?? process.getuid?.()))
      expect(existsSync(join(root, 'made'))).toBe(true)
      expect(processesWith(`sleep\0${mark}`)).toHaveLength(2)
      harness.kill('SIGKILL')
      expect(await until(() => processesWith(mark).length === 0)).toBe(true)
    }
  })
})
