import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { bubblewrap } from '../../src/sandbox/bubblewrap'
import { systemCallFilter } from '../../src/sandbox/system-call-filter'

const ARCHITECTURES = { x64: 0xc000003e, arm64: 0xc00000b7 }
const ALLOW = 0x7fff0000
const errno = (number: number) => 0x00050000 | number
const CLONE_NEWUSER = 0x10000000

/** Runs a program as the kernel does: an accumulator, loads, three jumps, an answer. */
function decide(program: Buffer, call: { architecture: number; number: number; args?: readonly number[] }): number {
  const data = new Map([
    [0, call.number],
    [4, call.architecture],
    ...Array.from({ length: 6 }, (_each, index): [number, number] => [16 + 8 * index, call.args?.[index] ?? 0]),
  ])
  let accumulator = 0
  for (let at = 0; at < program.length / 8; at++) {
    const [code, ifTrue, ifFalse, value] = [
      program.readUInt16LE(at * 8),
      program.readUInt8(at * 8 + 2),
      program.readUInt8(at * 8 + 3),
      program.readUInt32LE(at * 8 + 4),
    ]
    if (code === 0x06) return value
    const holds = new Map([
      [0x15, accumulator === value],
      [0x35, accumulator >= value],
      [0x45, (accumulator & value) !== 0],
    ]).get(code)
    if (code === 0x20) accumulator = data.get(value) ?? Number.NaN
    else if (holds === undefined) throw new Error(`no such instruction: ${code}`)
    else at += holds ? ifTrue : ifFalse
  }
  throw new Error('the program ends without an answer')
}

/** Numbers of asm/unistd.h. */
const CALLS = {
  x64: {
    read: 0,
    execve: 59,
    socket: 41,
    clone: 56,
    unshare: 272,
    keyctl: 250,
    add_key: 248,
    request_key: 249,
    io_uring_setup: 425,
    clone3: 435,
    openat2: 437,
    fchmodat2: 452,
    bpf: 321,
    fchmod: 91,
    fchmodat: 268,
    mknodat: 259,
    openat: 257,
  },
  arm64: {
    read: 63,
    execve: 221,
    socket: 198,
    clone: 220,
    unshare: 97,
    keyctl: 219,
    add_key: 217,
    request_key: 218,
    io_uring_setup: 425,
    clone3: 435,
    openat2: 437,
    fchmodat2: 452,
    bpf: 280,
    fchmod: 52,
    fchmodat: 53,
    mknodat: 33,
    openat: 56,
  },
}

describe.each(['x64', 'arm64'] as const)('the filter of system calls for %s', (processor) => {
  const program = systemCallFilter(processor) as Buffer
  const calls = CALLS[processor]
  const says = (name: keyof typeof calls, ...args: number[]) => decide(program, { architecture: ARCHITECTURES[processor], number: calls[name], args })

  it('lets ordinary work pass', () => {
    for (const name of ['read', 'execve', 'clone', 'unshare'] as const) expect([name, says(name)]).toEqual([name, ALLOW])
    for (const family of [1, 2, 10, 16]) expect(says('socket', family)).toBe(ALLOW)
  })

  it('refuses keyrings, the other doors to the kernel, and families of sockets that no namespace holds', () => {
    for (const name of ['keyctl', 'add_key', 'request_key', 'io_uring_setup', 'clone3', 'bpf'] as const)
      expect([name, says(name)]).toEqual([name, errno(38)])
    for (const family of [0, 3, 17, 38, 40, 44, -1 >>> 0]) expect(says('socket', family)).toBe(errno(97))
  })

  it('refuses a user namespace, whatever else is asked for', () => {
    for (const name of ['clone', 'unshare'] as const)
      for (const more of [0, 0x11, 0x6c020000]) expect(says(name, CLONE_NEWUSER | more)).toBe(errno(1))
  })

  it('lets no file become set-uid', () => {
    const [plain, suid, create, temporary] = [0o644, 0o4755, 0o101, 0o20200001]
    for (const [name, before] of [
      ['fchmod', [0]],
      ['fchmodat', [0, 0]],
      ['fchmodat2', [0, 0]],
      ['mknodat', [0, 0]],
    ] as const)
      expect([name, says(name, ...before, plain), says(name, ...before, suid)]).toEqual([name, ALLOW, errno(1)])
    for (const flags of [create, temporary])
      expect([says('openat', 0, 0, flags, plain), says('openat', 0, 0, flags, suid)]).toEqual([ALLOW, errno(1)])
    expect(says('openat', 0, 0, 0o200000, suid)).toBe(ALLOW)
    expect(says('openat2')).toBe(errno(38))
  })

  it('refuses every call of another processor', () => {
    for (const number of [0, 41, 250]) expect(decide(program, { architecture: 0x40000003, number })).toBe(errno(38))
    if (processor === 'x64') expect(decide(program, { architecture: ARCHITECTURES.x64, number: 0x40000000 + 41, args: [2] })).toBe(errno(38))
  })
})

it('is not there for a processor that is not known', () => {
  expect(systemCallFilter('riscv64')).toBeUndefined()
})

const probe = await bubblewrap().probe()
const base = realpathSync(mkdtempSync(join(tmpdir(), 'forge-filter-')))
afterAll(() => rmSync(base, { recursive: true, force: true }))

describe.skipIf(!probe.works)(`in a session${probe.works ? '' : ` (not run: ${probe.reason})`}`, () => {
  it('holds where bubblewrap itself cannot forbid user namespaces, as older ones cannot', async () => {
    const executable = join(base, 'old-bwrap')
    writeFileSync(executable, '#!/bin/sh\nfor word; do [ "$word" = --disable-userns ] && exit 1; done\nexec bwrap "$@"\n', { mode: 0o755 })
    const session = await bubblewrap({ executable }).start({ root: base })
    const attempts = ['unshare -U true', `/usr/bin/python3 -c 'import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare(${CLONE_NEWUSER}) != 0)'`]
    const [plain, ...namespaces] = [await session.exec('true'), ...(await Promise.all(attempts.map((attempt) => session.exec(attempt))))]
    await session.stop()
    expect(plain.exitCode).toBe(0)
    for (const { exitCode } of namespaces) expect(exitCode).toBe(1)
  })
})
