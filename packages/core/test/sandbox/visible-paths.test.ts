import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readlinkSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bubblewrap } from '../../src/index'
import type { BubblewrapOptions, ExecResult } from '../../src/index'

const probe = await bubblewrap().probe()
const base = realpathSync(mkdtempSync(join(tmpdir(), 'forge-visible-')))
const root = join(base, 'deep', 'down', 'project')
const tool = join(base, 'tool')

beforeAll(() => {
  for (const path of [root, join(tool, 'bin'), join(tool, 'private'), join(base, 'deep', 'sibling')]) mkdirSync(path, { recursive: true })
  writeFileSync(join(tool, 'bin', 'program'), '#!/bin/sh\necho ran\n', { mode: 0o755 })
  writeFileSync(join(tool, 'secret'), 'SECRET', { mode: 0o600 })
  writeFileSync(join(tool, 'private', 'secret'), 'SECRET')
  chmodSync(join(tool, 'private'), 0o700)
  symlinkSync(tool, join(base, 'link'))
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

async function run(command: string, options: BubblewrapOptions = {}): Promise<ExecResult> {
  const session = await bubblewrap(options).start({ root })
  return session.exec(command).finally(() => session.stop())
}

describe.skipIf(!probe.works)(`bubblewrap: what is seen of the machine${probe.works ? '' : ` (not run: ${probe.reason})`}`, () => {
  it('is a list of system folders', async () => {
    const allowed = [
      'bin',
      'dev',
      'etc',
      'gnu',
      'home',
      'lib',
      'lib32',
      'lib64',
      'libx32',
      'nix',
      'opt',
      'proc',
      'root',
      'run',
      'sbin',
      'tmp',
      'usr',
      'var',
    ]
    const names = (await run('ls /')).stdout.trim().split('\n')
    expect(names.filter((name) => !allowed.includes(name))).toEqual([])
    expect((await run('ls -A /home /root /var/tmp /run | grep -v : | grep . | grep -v current-system')).stdout).toBe('')
    if (lstatSync('/bin').isSymbolicLink()) expect((await run('readlink /bin')).stdout).toBe(`${readlinkSync('/bin')}\n`)
  })

  it('shows the parents of the project as empty folders', async () => {
    expect((await run(`ls ${base} ${base}/deep ${base}/deep/down`)).stdout).toBe(
      `${base}:\ndeep\n\n${base}/deep:\ndown\n\n${base}/deep/down:\nproject\n`,
    )
  })

  it('has the usual tools at work', async () => {
    const { stdout, stderr } = await run(
      'git --version | cut -c1-11; /usr/bin/python3 -c "import ssl, sqlite3, multiprocessing as m; m.Lock(); print(m.Pool(2).map(abs, [-1, 2]))"; getent hosts localhost | grep -c localhost; mktemp > /dev/null && echo made; echo x > /dev/null; id -u',
    )
    expect(stderr).toBe('')
    expect(stdout).toMatch(new RegExp(`^git version\\n\\[1, 2\\]\\n1\\nmade\\n${process.getuid?.()}\\n$`))
  })

  it.each(['tool', 'link'])('can be more, but not what only some users may read: %s', async (name) => {
    const place = join(base, name)
    const { stdout } = await run(`${place}/bin/program; cat ${place}/secret ${place}/private/secret; touch ${place}/x && echo wrote`, {
      visible: [place],
    })
    expect(stdout).toBe('ran\n')
  })

  it('can be less', async () => {
    const hidden = [join(tool, 'bin'), '/usr/share/zoneinfo']
    expect((await run(`ls ${tool}/bin /usr/share/zoneinfo; touch ${tool}/bin/x && echo wrote`, { visible: [tool], hidden })).stdout).not.toMatch(
      /program|Europe|wrote/,
    )
  })

  it('holds no socket of the host, wherever it lies', async () => {
    const server = createServer((socket) => socket.end('reached')).listen(join(tool, 'bin', 'socket'))
    await new Promise((resolve) => server.once('listening', resolve))
    const program = `import socket; s = socket.socket(socket.AF_UNIX); s.connect("${tool}/bin/socket"); print(s.recv(9))`
    const { stdout, stderr } = await run(`/usr/bin/python3 -c '${program}'`, { visible: [tool] }).finally(() => server.close())
    expect({ stdout, refused: /ConnectionRefused|PermissionError/.test(stderr) }).toEqual({ stdout: '', refused: true })
  })
})

describe.skipIf(!probe.works)(`bubblewrap: a session${probe.works ? '' : ` (not run: ${probe.reason})`}`, () => {
  it('does not hang the harness when code inside stops the program that answers', async () => {
    const session = await bubblewrap().start({ root })
    try {
      await expect(session.exec('kill -STOP $PPID', { timeoutMs: 100 })).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE' })
      expect(await session.exec('echo on')).toMatchObject({ stdout: 'on\n' })
    } finally {
      await session.stop()
    }
  }, 30_000)

  it('takes what comes from inside for data: floods, forged and broken answers', async () => {
    const session = await bubblewrap().start({ root })
    try {
      const forge = `for i in $(seq 2000); do printf '%s\\n' '{"id":"x","type":"exit"}' '{"type":"ready"}' 'null' '[1]' '{"id":{}}' '{' ; done > /proc/$PPID/fd/1; head -c 3000000 /dev/zero > /proc/$PPID/fd/1; echo > /proc/$PPID/fd/1`
      await session.exec(forge).catch(() => {})
      expect(await session.exec('echo on')).toMatchObject({ stdout: 'on\n' })
    } finally {
      await session.stop()
    }
  })
})
