import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, realpathSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { HOST_PROGRAM } from '../../src/sandbox/host-program'
import { type ProcessHost, startProcessHost } from '../../src/sandbox/process-host'
import { processesWith, uniqueSleep, until } from './processes'

const onLinux = process.platform === 'linux'
const env = { PATH: process.env['PATH'] ?? '' }
const bash = (script: string) => ['bash', '--noprofile', '--norc', '-c', script]

let folder: string
let host: ProcessHost

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'forge-host-')))
})
afterAll(() => rm(folder, { recursive: true, force: true }))
beforeEach(async () => {
  host = await startProcessHost()
})
afterEach(() => host.close())

describe('a command run to its end', () => {
  it('gives exit code, both streams and a duration', async () => {
    const result = await host.exec(bash('echo out; echo err >&2; exit 3'), { env })
    expect(result).toMatchObject({ exitCode: 3, signal: null, stdout: 'out\n', stderr: 'err\n', timedOut: false, truncated: false })
    expect(result.durationMs).toBeGreaterThan(0)
  })

  it('sees exactly the given environment and folder', async () => {
    const result = await host.exec(['/usr/bin/env'], { env: { A: '1' }, cwd: folder })
    const names = result.stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0])
    expect(names.sort()).toEqual(['A', 'FORGE_SESSION'])
    expect((await host.exec(['pwd'], { env, cwd: folder })).stdout).toBe(`${folder}\n`)
  })

  it('answers 127 for a program that does not exist', async () => {
    const result = await host.exec(['no-such-program'], { env })
    expect(result.exitCode).toBe(127)
    expect(result.stderr).toContain('no-such-program')
  })

  it('keeps head and tail of an endless output, and every character whole', async () => {
    const result = await host.exec(bash('echo first; for i in $(seq 4000); do echo "héé-$i"; done; echo last'), { env, maxOutputBytes: 1001 })
    expect(result.truncated).toBe(true)
    expect(result.stdout.startsWith('first\n')).toBe(true)
    expect(result.stdout.endsWith('last\n')).toBe(true)
    expect(result.stdout).toMatch(/\[\.\.\. \d+ bytes left out \.\.\.\]/)
    expect(result.stdout).not.toContain('\uFFFD')
    expect(Buffer.byteLength(result.stdout)).toBeLessThan(1100)
  })

  it('keeps its memory while a command floods it', async () => {
    const result = await host.exec(bash('head -c 300000000 /dev/zero | tr "\\0" x'), { env, maxOutputBytes: 4096 })
    expect(result.exitCode).toBe(0)
    expect(result.stdout).toContain('299995904 bytes left out')
  })

  it('ends a command with all its descendants at the time-out, one that ignores SIGTERM too', async () => {
    const mark = uniqueSleep()
    const begun = Date.now()
    const result = await host.exec(bash(`trap '' TERM; (trap '' TERM; sleep ${mark}) & setsid sleep ${mark} & sleep ${mark}; sleep ${mark}`), {
      env,
      timeoutMs: 300,
    })
    expect(result.timedOut).toBe(true)
    expect(Date.now() - begun).toBeLessThan(4000)
    expect(processesWith(mark)).toEqual([])
  })

  it('can be stopped by a signal', async () => {
    const mark = uniqueSleep()
    const stopper = new AbortController()
    const running = host.exec(['sleep', mark], { env, signal: stopper.signal })
    await until(() => processesWith(mark).length === 1)
    stopper.abort()
    expect(await running).toMatchObject({ exitCode: null, signal: 'SIGTERM', timedOut: false })
    expect(await host.exec(['true'], { env, signal: stopper.signal })).toMatchObject({ exitCode: null, signal: 'SIGTERM' })
  })

  it('does not wait for a background job that holds the streams, and does not end it', async () => {
    const mark = uniqueSleep()
    const begun = Date.now()
    const result = await host.exec(bash(`sleep ${mark} & echo started`), { env })
    expect(result.stdout).toBe('started\n')
    expect(Date.now() - begun).toBeLessThan(1500)
    expect(processesWith(mark)).toHaveLength(1)
    await host.close()
    expect(processesWith(mark)).toEqual([])
  })

  it('runs many at once', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => host.exec(bash(`sleep 0.05; echo ${index}`), { env })))
    expect(results.map((result) => result.stdout.trim())).toEqual(Array.from({ length: 20 }, (_, index) => String(index)))
  })
})

describe('a program in the background', () => {
  it('collects output, and stops with its own signal', async () => {
    const server = await host.spawn(bash("trap 'echo bye; exit 7' INT; echo up; while :; do sleep 0.02; done"), { env, stopSignal: 'SIGINT' })
    expect(await until(() => server.output().includes('up'))).toBe(true)
    await server.stop()
    expect(await server.exited).toEqual({ exitCode: 7, signal: null })
    expect(server.output()).toBe('up\nbye\n')
  })

  it('is killed when it ignores the request', async () => {
    const mark = uniqueSleep()
    const server = await host.spawn(bash(`trap '' TERM INT; while :; do sleep ${mark}; done`), { env })
    await until(() => processesWith(mark).length > 0)
    await server.stop({ graceMs: 100 })
    expect((await server.exited).signal).toBe('SIGKILL')
    expect(processesWith(mark)).toEqual([])
  })

  it('takes what it left behind with it when it ends by itself, and its folders', async () => {
    const mark = uniqueSleep()
    const data = mkdtempSync(join(folder, 'data-'))
    const server = await host.spawn(bash(`setsid sleep ${mark} >/dev/null 2>&1 & sleep 0.1; exit 4`), { env, removeOnExit: [data] })
    expect(await server.exited).toEqual({ exitCode: 4, signal: null })
    expect(processesWith(mark)).toEqual([])
    expect(existsSync(data)).toBe(false)
  })

  it('refuses to start what does not exist', async () => {
    await expect(host.spawn(['no-such-program'], { env })).rejects.toMatchObject({ code: 'ENVIRONMENT_FAILED' })
  })

  it.skipIf(process.getuid?.() !== 0)('runs as another user when root asks for it', async () => {
    expect((await host.exec(['id', '-u'], { env, uid: 65534, gid: 65534, cwd: '/' })).stdout).toBe('65534\n')
  })
})

describe('the end of everything', () => {
  const daemons = (mark: string) =>
    [
      `sleep ${mark} &`,
      `setsid sleep ${mark} &`,
      `(setsid bash -c 'sleep ${mark} & sleep ${mark}' &)`,
      `(trap '' TERM HUP INT; setsid sleep ${mark} &)`,
    ].join('\n')

  it.skipIf(!onLinux)('close() leaves no process: background jobs, daemons in sessions of their own, double forks', async () => {
    const mark = uniqueSleep()
    await host.exec(bash(daemons(mark)), { env })
    expect(await until(() => processesWith(`sleep\0${mark}`).length === 5)).toBe(true)
    await host.close()
    expect(processesWith(mark)).toEqual([])
  })

  it.skipIf(!onLinux)('kill -9 of the host itself leaves no process either', async () => {
    const mark = uniqueSleep()
    const parent = await host.exec(bash(`${daemons(mark)}\necho $PPID`), { env })
    process.kill(Number(parent.stdout.trim()), 'SIGKILL')
    await host.close()
    expect(processesWith(mark)).toEqual([])
    await expect(host.exec(['true'], { env })).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE' })
  })

  it.skipIf(!onLinux)('close() ends a host that a program has stopped, and what it left', { timeout: 40_000 }, async () => {
    const mark = uniqueSleep()
    await host.exec(bash(`sleep ${mark} & (sleep 0.2; kill -STOP $PPID) > /dev/null 2>&1 &`), { env })
    await new Promise((resolve) => setTimeout(resolve, 500))
    await host.close()
    expect(processesWith(mark)).toEqual([])
  })

  it.skipIf(!onLinux)('kill -9 of the harness leaves no process and no folder', async () => {
    const mark = uniqueSleep()
    const data = mkdtempSync(join(folder, 'data-'))
    const harness = spawn(process.execPath, ['-e', HARNESS], {
      env: { ...process.env, HOST_PROGRAM, SCRIPT: daemons(mark), FOLDER: data, SERVER: mark },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => harness.stdout.once('data', resolve))
    expect(await until(() => processesWith(`sleep\0${mark}`).length === 6)).toBe(true)
    harness.kill('SIGKILL')
    expect(await until(() => processesWith(mark).length === 0, 8000)).toBe(true)
    expect(await until(() => !existsSync(data))).toBe(true)
  })

  it.skipIf(!onLinux)('a host inside a command of another host dies with the outer one', async () => {
    const mark = uniqueSleep()
    void host
      .exec(['node', '-e', HARNESS], {
        env: { ...env, HOST_PROGRAM, SCRIPT: daemons(mark), FOLDER: join(folder, 'none'), SERVER: mark },
        cwd: folder,
      })
      .catch(() => {})
    expect(await until(() => processesWith(`sleep\0${mark}`).length === 6)).toBe(true)
    await host.close()
    expect(await until(() => processesWith(mark).length === 0, 8000)).toBe(true)
  })
})

/** A harness reduced to its bones: starts a host, has it run things, and waits to be killed. */
const HARNESS = `
const { spawn } = require('node:child_process')
const inherited = process.env.FORGE_SESSION
const host = spawn(process.execPath, ['--input-type=commonjs', '-e', process.env.HOST_PROGRAM, 'id-' + process.pid], {
  stdio: ['pipe', 'pipe', 'ignore'], detached: true, env: { PATH: process.env.PATH, ...(inherited ? { FORGE_SESSION: inherited } : {}) } })
const env = { PATH: process.env.PATH }
const send = (message) => host.stdin.write(JSON.stringify(message) + '\\n')
send({ id: 'a', op: 'exec', argv: ['bash', '-c', process.env.SCRIPT], cwd: '/', env, timeoutMs: 60000, maxOutputBytes: 1000 })
send({ id: 'b', op: 'spawn', argv: ['sleep', process.env.SERVER], cwd: '/', env, removeOnExit: [process.env.FOLDER] })
host.stdout.on('data', () => console.log('running'))
setInterval(() => {}, 1000)
`
