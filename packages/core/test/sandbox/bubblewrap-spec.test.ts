import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { bubblewrap } from '../../src/index'
import type { SandboxSession, SandboxSpec } from '../../src/index'
import { bundle } from '../support/bundle'

const probe = await bubblewrap().probe()
const base = realpathSync(mkdtempSync(join(tmpdir(), 'forge-spec-')))
afterAll(() => rmSync(base, { recursive: true, force: true }))

let root: string
beforeEach(() => {
  root = mkdtempSync(join(base, 'project-'))
})

function folder(name: string, files: Record<string, string> = {}): string {
  const path = mkdtempSync(join(base, `${name}-`))
  for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content)
  return path
}

async function inside<T>(spec: Partial<SandboxSpec>, use: (session: SandboxSession) => Promise<T>): Promise<T> {
  const session = await bubblewrap().start({ root, ...spec })
  try {
    return await use(session)
  } finally {
    await session.stop()
  }
}

const CONNECT = `import socket, sys
client = socket.socket(socket.AF_UNIX)
client.connect(sys.argv[1])
print(client.recv(99).decode())`

describe.skipIf(!probe.works)(`bubblewrap: what a session is given${probe.works ? '' : ` (not run: ${probe.reason})`}`, () => {
  it('reads what is readable, writes what is writable, and sees neither of their neighbours', async () => {
    const readable = folder('readable', { given: 'given' })
    const writable = folder('writable')
    const hidden = folder('hidden', { secret: 'secret' })
    await inside({ readable: [readable], writable: [writable] }, async (session) => {
      expect(await session.exec(`cat ${readable}/given`)).toMatchObject({ exitCode: 0, stdout: 'given' })
      expect((await session.exec(`touch ${readable}/x`)).exitCode).not.toBe(0)
      expect((await session.exec(`echo made > ${writable}/made`)).exitCode).toBe(0)
      expect((await session.exec(`cat ${hidden}/secret`)).exitCode).not.toBe(0)
      expect((await session.exec(`ls ${base}`)).stdout).not.toContain('hidden')
    })
    expect(readFileSync(join(writable, 'made'), 'utf8')).toBe('made\n')
  })

  it('hides what it is told to in a folder that is lent, and refuses to where commands could move it', async () => {
    const lent = folder('lent', { seen: 'seen', key: 'secret' })
    const project = folder('holds', { key: 'secret' })
    const writable = folder('writable', { key: 'secret' })
    const hides = (...hidden: string[]) => bubblewrap({ hidden }).start({ root: project, readable: [lent], writable: [writable] })
    const session = await hides(join(lent, 'key'), '/no/such/place')
    expect((await session.exec(`cat ${lent}/seen ${lent}/key`)).stdout).toBe('seen')
    await session.stop()
    for (const place of [project, writable]) {
      await expect(hides(join(place, 'key'))).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('cannot be hidden') })
    }
  })

  it('has temporary files of its own, wherever TMPDIR points', async () => {
    await inside({}, async (session) => {
      const made = await session.exec('file=$(mktemp) && echo x > $file && echo $file')
      expect(made.exitCode).toBe(0)
      expect(existsSync(made.stdout.trim())).toBe(false)
    })
    const own = folder('tmp')
    await inside({ writable: [own], env: { PATH: '/usr/bin:/bin', TMPDIR: own } }, async (session) => {
      const made = (await session.exec('file=$(mktemp) && echo x > $file && echo $file')).stdout.trim()
      expect(made.startsWith(own)).toBe(true)
      expect(readFileSync(made, 'utf8')).toBe('x\n')
    })
  })

  it.each(['readable', 'writable'] as const)('reaches a unix socket that the host placed in a %s folder', async (kind) => {
    const path = join(folder('socket'), 'gateway')
    const server = createServer((socket) => socket.end('answer')).listen(path)
    await new Promise((resolve) => server.once('listening', resolve))
    try {
      await inside({ [kind]: [join(path, '..')] }, async (session) => {
        const { stdout, stderr } = await session.exec(['/usr/bin/python3', '-c', CONNECT, path])
        expect({ stdout, stderr }).toEqual({ stdout: 'answer\n', stderr: '' })
      })
    } finally {
      server.close()
    }
  })

  it('lets the host reach a unix socket that a server inside placed in a writable folder', async () => {
    const path = join(folder('socket'), 'served')
    const serve = `import socket\ns = socket.socket(socket.AF_UNIX); s.bind(${JSON.stringify(path)}); s.listen(); c, _ = s.accept(); c.sendall(b"from inside"); c.close()`
    await inside({ writable: [join(path, '..')] }, async (session) => {
      await session.spawn(['/usr/bin/python3', '-c', serve])
      for (let tries = 0; !existsSync(path) && tries < 100; tries++) await new Promise((resolve) => setTimeout(resolve, 20))
      const outside = spawnSync('/usr/bin/python3', ['-c', CONNECT, path], { encoding: 'utf8' })
      expect(outside.stdout).toBe('from inside\n')
    })
  })

  it.each(['.forge', 'logs'])('a link planted in place of %s opens nothing', async (name) => {
    const secret = folder('secret', { key: 'secret' })
    symlinkSync(secret, join(root, name))
    await inside({}, async (session) => {
      expect((await session.exec(`cat ${name}/key ${secret}/key; touch ${name}/x`)).exitCode).not.toBe(0)
    })
    expect(readFileSync(join(secret, 'key'), 'utf8')).toBe('secret')
    expect(existsSync(join(secret, 'hooks'))).toBe(false)
    expect(existsSync(join(secret, 'x'))).toBe(false)
  })

  it('a session that swaps folders for links while others start opens nothing to them', { timeout: 60_000 }, async () => {
    const secret = folder('secret', { key: 'secret' })
    execFileSync('git', ['init', '-q', '--template=', root])
    const names = ['logs', '.forge', '.git/modules']
    for (const name of names) {
      mkdirSync(join(root, name))
      symlinkSync(secret, join(root, `${name}.link`))
    }
    const swap = `import ctypes, time
while True:
    time.sleep(0.002)
    for name in ${JSON.stringify(names)}: ctypes.CDLL(None).renameat2(-100, b"${root}/" + name.encode(), -100, b"${root}/" + name.encode() + b".link", 2)`
    const swapping = spawn('/usr/bin/python3', ['-c', swap], { stdio: 'ignore' })
    try {
      for (let start = 0; start < 30; start++) {
        const said = await inside({}, (session) => session.exec(`cat logs*/key .forge*/key .git/modules*/key ${secret}/key`)).catch((error) => error)
        if (said instanceof Error) expect(said).toMatchObject({ code: 'SANDBOX_UNAVAILABLE' })
        else expect(said.stdout).toBe('')
      }
    } finally {
      swapping.kill('SIGKILL')
    }
  })

  it.each(['hooks', 'config'])('a link planted in place of .git/%s opens nothing', async (name) => {
    const secret = folder('secret', { key: 'secret' })
    execFileSync('git', ['init', '-q', '--template=', root])
    rmSync(join(root, '.git', name), { recursive: true, force: true })
    symlinkSync(name === 'hooks' ? secret : join(secret, 'key'), join(root, '.git', name))
    await inside({}, async (session) => {
      expect((await session.exec(`cat .git/${name} .git/${name}/key`)).stdout).not.toContain('secret')
    })
    expect(readFileSync(join(secret, 'key'), 'utf8')).toBe('secret')
  })

  it('the logs and the state of the harness can be read and not changed', async () => {
    for (const name of ['logs', '.forge']) {
      mkdirSync(join(root, name))
      writeFileSync(join(root, name, 'kept'), 'kept')
    }
    await inside({}, async (session) => {
      for (const name of ['logs', '.forge']) {
        expect((await session.exec(`cat ${name}/kept`)).stdout).toBe('kept')
        for (const attack of [`echo x > ${name}/kept`, `rm ${name}/kept`, `mv ${name} moved`, `rm -rf ${name}`, `ln -sfn /tmp ${name}`])
          await session.exec(attack)
      }
    })
    for (const name of ['logs', '.forge']) expect(readFileSync(join(root, name, 'kept'), 'utf8')).toBe('kept')
  })

  it.skipIf(process.getuid?.() !== 0)('works for an ordinary user, too', async () => {
    const user = 1000
    chmodSync(base, 0o755)
    const program = join(base, 'bubblewrap.cjs')
    await bundle('src/sandbox/bubblewrap.ts', program, 'cjs')
    const shared = folder('shared')
    for (const path of [root, shared]) chownSync(path, user, user)
    const script = `
      const { createServer } = require('node:net')
      const server = createServer((socket) => socket.end('answer')).listen(${JSON.stringify(join(shared, 's'))}, async () => {
        const sandbox = require(${JSON.stringify(program)}).bubblewrap()
        const probe = await sandbox.probe()
        const session = await sandbox.start({ root: ${JSON.stringify(root)}, writable: [${JSON.stringify(shared)}] })
        const asked = await session.exec(['/usr/bin/python3', '-c', ${JSON.stringify(CONNECT)}, ${JSON.stringify(join(shared, 's'))}])
        const ran = await session.exec('id -u; echo x > made && cat made; mktemp > /dev/null && echo tmp; mkdir -p ~/.cache && echo home; cat /etc/shadow || echo kept')
        await session.stop()
        server.close()
        console.log(JSON.stringify({ works: probe.works, asked: asked.stdout, ran: ran.stdout }))
      })`
    const child = spawnSync('setpriv', [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', process.execPath, '-e', script], {
      cwd: '/',
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: '/home/nobody-here' },
    })
    expect(child.stderr).toBe('')
    expect(JSON.parse(child.stdout)).toEqual({ works: true, asked: 'answer\n', ran: `${user}\nx\ntmp\nhome\nkept\n` })
  })
})
