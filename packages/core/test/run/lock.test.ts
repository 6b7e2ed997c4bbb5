import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { acquireLock, refuseIfLocked } from '../../src/run/lock'
import { isAlive, ownIdentity } from '../../src/run/process-identity'
import { freshPath } from '../support/project'

async function freshLock(): Promise<string> {
  const folder = freshPath()
  await mkdir(folder)
  return join(folder, 'run.lock')
}

/** A process of our own, and the identity it has. */
async function child(): Promise<{ identity: { pid: number; started: string; scope: string }; end(): Promise<void> }> {
  const process = spawn('sleep', ['60'])
  const pid = process.pid ?? 0
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  const ended = new Promise<void>((resolve) => process.once('close', () => resolve()))
  return {
    identity: { pid, started, scope: (await ownIdentity()).scope },
    async end() {
      process.kill('SIGKILL')
      await ended
    },
  }
}

const linux = test.skipIf(process.platform !== 'linux')

linux('a lock is held as long as its owner lives, and healed when it is dead or its number was given away', async () => {
  const path = await freshLock()
  const owner = await child()
  await writeFile(path, JSON.stringify(owner.identity))
  await expect(refuseIfLocked(path)).rejects.toMatchObject({
    code: 'PROJECT_LOCKED',
    message: expect.stringContaining(`process ${owner.identity.pid}`),
  })
  await expect(acquireLock(path)).rejects.toMatchObject({ code: 'PROJECT_LOCKED', remedy: expect.stringContaining(path) })
  await writeFile(path, JSON.stringify({ ...owner.identity, started: '1' }))
  await refuseIfLocked(path)
  await writeFile(path, JSON.stringify(owner.identity))
  expect(await isAlive(owner.identity)).toBe(true)
  await owner.end()
  expect(await isAlive(owner.identity)).toBe(false)
  const lock = await acquireLock(path)
  expect(lock.healed).toBe(true)
  await lock.release()
  expect(existsSync(path)).toBe(false)
})

linux('of many runs that find the same dead owner, exactly one gets the lock', async () => {
  for (let round = 0; round < 10; round += 1) {
    const path = await freshLock()
    await writeFile(path, JSON.stringify({ ...(await ownIdentity()), started: '1' }))
    const settled = await Promise.allSettled(Array.from({ length: 8 }, () => acquireLock(path)))
    const locks = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    expect(locks).toHaveLength(1)
    for (const lock of locks) await lock.release()
    expect(existsSync(path)).toBe(false)
  }
})

test('a lock that another run took is not released', async () => {
  const path = await freshLock()
  const first = await acquireLock(path)
  await rm(path)
  const second = await acquireLock(path)
  await first.release()
  expect(existsSync(path)).toBe(true)
  await second.release()
  expect(existsSync(path)).toBe(false)
})
