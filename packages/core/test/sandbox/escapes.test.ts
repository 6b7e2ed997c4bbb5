import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { chmodSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bubblewrap } from '../../src/index'
import { bundle } from '../support/bundle'
import { type Escape, type Surroundings, escapes } from './escapes'
import { processesWith, uniqueSleep, until } from './processes'

const probe = await bubblewrap().probe()
const skipped = probe.works ? '' : ` (not run: ${probe.reason})`
const isRoot = process.getuid?.() === 0
const NOBODY = 65534
/** Node closes what it was started with by itself only up to 15. */
const INHERITED = 20
const users = isRoot ? [0, NOBODY] : [process.getuid?.() ?? 0]

const base = realpathSync(mkdtempSync(join(tmpdir(), 'forge-escape-')))
const programs = { bubblewrap: join(base, 'bubblewrap.cjs'), noSandbox: join(base, 'none.cjs') }
const closing: (() => void)[] = []

/** Runs every attempt in a session of the given sandbox, as another user. Prints what each has said. */
const HARNESS = `
const [program, name, escapes, project, bare, mark] = JSON.parse(process.argv[1])
const sandbox = require(program)[name]()
async function main() {
  const sessions = [await sandbox.start({ root: project }), await sandbox.start({ root: bare })]
  const said = {}
  for (const attack of escapes) {
    const { stdout } = await sessions[attack.bare ? 1 : 0].exec(attack.command, { timeoutMs: 10000 })
    said[attack.name] = stdout
  }
  const daemons = 'setsid sleep ' + mark + ' & nohup sleep ' + mark + ' > /dev/null & (setsid sh -c "env -i sleep ' + mark + ' &" &) ; sleep 0.3'
  await sessions[0].exec(daemons)
  const working = await sessions[0].exec('echo fine > work && git add work && git -c user.name=a -c user.email=a@b commit -qm one && git log --oneline | wc -l')
  said.work = working.stdout
  await Promise.all(sessions.map((session) => session.stop()))
  process.stdout.write(JSON.stringify(said))
}
main()`

interface Outcome {
  said: Record<string, string>
  left: ReadonlySet<string>
  victimLives: boolean
  list: readonly Escape[]
  survivors: readonly number[]
  bareIsEmpty: boolean
}

async function attempt(name: 'bubblewrap' | 'noSandbox', user: number): Promise<Outcome> {
  const folder = mkdtempSync(join(base, `${name}-`))
  const victim = spawn('sleep', [uniqueSleep()], { ...(isRoot && { uid: user, gid: user }), stdio: 'ignore' })
  const at = await surroundings(folder, user, victim)
  const list = escapes(at).filter(({ worksFor }) => name === 'bubblewrap' || worksFor === 'everybody' || (worksFor === 'root' && user === 0))
  const mark = uniqueSleep()
  const input = JSON.stringify([programs[name], name, list, at.project, at.bare, mark])
  const ended = await new Promise<{ out: string; err: string }>((resolve) => {
    const open = openSync(at.outside, 'r')
    const child = spawn(process.execPath, ['-e', HARNESS, input], {
      stdio: Object.assign(Array(INHERITED).fill('ignore'), { 1: 'pipe', 2: 'pipe', [INHERITED]: open }),
      ...(isRoot && { uid: user, gid: user }),
      cwd: '/',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: at.home, ANTHROPIC_API_KEY: 'planted-key' },
      timeout: 60_000,
    })
    let out = ''
    let err = ''
    closeSync(open)
    child.stdout?.on('data', (chunk) => (out += chunk))
    child.stderr?.on('data', (chunk) => (err += chunk))
    child.once('close', () => resolve({ out, err }))
  })
  expect(ended.err).toBe('')
  const victimLives = victim.exitCode === null && victim.signalCode === null
  victim.kill('SIGKILL')
  await until(() => processesWith(mark).length === 0, 1500)
  return {
    said: JSON.parse(ended.out) as Record<string, string>,
    left: new Set(list.flatMap(({ leaves }) => (leaves !== undefined && existsSync(leaves) ? [leaves] : []))),
    victimLives,
    list,
    survivors: processesWith(mark),
    bareIsEmpty: readdirSync(at.bare).every((entry) => entry === 'e'),
  }
}

async function surroundings(folder: string, user: number, victim: ChildProcess): Promise<Surroundings> {
  const [project, bare, outside, home] = ['project', 'bare', 'outside', 'home'].map((name) => join(folder, name)) as [string, string, string, string]
  for (const path of [project, bare, outside, join(home, '.ssh'), join(project, '.forge'), join(project, 'logs')])
    mkdirSync(path, { recursive: true })
  execFileSync('git', ['init', '-q', '--template=', project])
  mkdirSync(join(project, '.git', 'hooks'))
  writeFileSync(join(home, '.ssh', 'id'), 'ESCAPED')
  writeFileSync(join(outside, 'secret'), 'ESCAPED')
  const answer = () => createServer((socket) => socket.on('error', () => {}).end('ESCAPED'))
  const listen = async (at: string | undefined) => {
    const server = answer()
    await new Promise<void>((resolve) => (at === undefined ? server.listen(0, '0.0.0.0', resolve) : server.listen(at, resolve)))
    closing.push(() => server.close())
    return server.address()
  }
  const { port } = (await listen(undefined)) as { port: number }
  const socket = join(outside, 's')
  const socketInProject = join(project, 's')
  const abstractName = `forge-${process.pid}-${user}-${port}`
  for (const path of [socket, socketInProject, `\0${abstractName}`]) await listen(path)
  const udp = createSocket('udp4')
  udp.on('message', (_message, from) => udp.send('ESCAPED', from.port, from.address))
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
  closing.push(() => udp.close())
  if (isRoot) spawnSync('chown', ['-R', `${user}:${user}`, folder])
  const address = Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === 'IPv4' && !each.internal)?.address
  return {
    ...{ project, bare, outside, home, port, udpPort: udp.address().port, address, socket, socketInProject, abstractName },
    ...{ inherited: INHERITED, victim: victim.pid ?? 0, victimMark: victim.spawnargs[1] ?? '', anotherProject: import.meta.filename },
  }
}

const hasWorked = ({ said, left }: Outcome, { name, leaves }: Escape) => (leaves === undefined ? /ESCAPED/.test(said[name] ?? '') : left.has(leaves))

beforeAll(async () => {
  chmodSync(base, 0o755)
  await bundle('src/sandbox/bubblewrap.ts', programs.bubblewrap, 'cjs')
  await bundle('src/sandbox/none.ts', programs.noSandbox, 'cjs')
})
afterAll(() => {
  for (const close of closing) close()
  rmSync(base, { recursive: true, force: true })
})

/** Only for the names of the rows. */
const nowhere: Surroundings = {
  ...{
    project: '',
    bare: '',
    outside: '',
    home: '',
    port: 0,
    udpPort: 0,
    socket: '',
    socketInProject: '',
    abstractName: '',
    inherited: 0,
    victim: 0,
  },
  ...{ victimMark: '', anotherProject: '', address: '' },
}
const names = escapes(nowhere).map(({ name }) => name)

describe.skipIf(!probe.works).each(users)(`bubblewrap: nobody gets out as user %i, whatever the policy is${skipped}`, (user) => {
  let confined: Outcome
  let control: Outcome
  beforeAll(async () => {
    confined = await attempt('bubblewrap', user)
    control = await attempt('noSandbox', user)
  }, 60_000)

  it.each(names)('%s', (name) => {
    const row = confined.list.find((each) => each.name === name)
    if (row === undefined) return expect(name).toBe('reach the host by its address')
    expect({ worked: hasWorked(confined, row), said: confined.said[name] }).toEqual({ worked: false, said: expect.any(String) })
    const same = control.list.find((each) => each.name === name)
    if (same) expect({ worked: hasWorked(control, same), said: control.said[name] }).toEqual({ worked: true, said: expect.any(String) })
  })

  it('no process of the host was killed, and none of the session outlived it', () => {
    expect(confined.victimLives).toBe(true)
    expect(control.victimLives).toBe(false)
    expect(confined.survivors).toEqual([])
  })

  it('honest work goes on meanwhile, and nothing that held a place is left', () => {
    expect(confined.said['work']).toBe('1\n')
    expect(confined.bareIsEmpty).toBe(true)
  })
})
