import { randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ForgeError } from '../errors'
import { errorCode, isMissing, readOwnFile } from '../files'
import { type ProcessIdentity, isAlive, ownIdentity } from './process-identity'

const HEARTBEAT_MS = 10_000
const SILENCE_MS = 60_000
const HEALING_MS = 20

export interface RunLock {
  /** The lock was taken over from a run that died. */
  readonly healed: boolean
  release(): Promise<void>
}

/**
 * Takes the one lock of a project. A lock whose owner is dead is taken over.
 * @throws ForgeError `PROJECT_LOCKED`
 */
export async function acquireLock(path: string): Promise<RunLock> {
  await mkdir(dirname(path), { recursive: true })
  const own = await newContent()
  const taken = await take(path, own)
  if (taken.holder !== undefined) throw locked(path, taken.holder)
  const heartbeat = setInterval(() => void beat(path, own), HEARTBEAT_MS)
  heartbeat.unref()
  return {
    healed: taken.healed,
    async release() {
      clearInterval(heartbeat)
      if ((await readOwnFile(path)) === own) await rm(path, { force: true })
    },
  }
}

async function newContent(): Promise<string> {
  return JSON.stringify({ ...(await ownIdentity()), run: randomUUID() })
}

/** Makes the lock with this content, unless a living run holds it: then that one's content comes back. */
async function take(path: string, own: string): Promise<{ healed: boolean; holder?: string }> {
  let healed = false
  while (!(await create(path, own))) {
    const found = await readOwnFile(path)
    if (found === undefined) continue
    if (await isHeld(path, found)) return { healed, holder: found }
    await removeStale(path, found)
    healed = true
  }
  return { healed }
}

/**
 * Removes the lock of a dead owner. Only who holds the lock of the healing may, and nobody replaces a lock that is there: so what is removed is
 * what was found dead, however many runs find it at once.
 */
async function removeStale(path: string, content: string): Promise<void> {
  const healing = `${path}.heal`
  const own = await newContent()
  if ((await take(healing, own)).holder !== undefined) return sleep(HEALING_MS)
  try {
    if ((await readOwnFile(path)) === content) await rm(path, { force: true })
  } finally {
    await rm(healing, { force: true })
  }
}

/** A lock that somebody deleted during the run is made again. */
async function beat(path: string, own: string): Promise<void> {
  try {
    await utimes(path, new Date(), new Date())
  } catch (error) {
    if (isMissing(error)) await create(path, own).catch(() => {})
  }
}

/** @throws ForgeError `PROJECT_LOCKED` when another living run holds the lock; takes nothing. */
export async function refuseIfLocked(path: string): Promise<void> {
  const found = await readOwnFile(path)
  if (found !== undefined && (await isHeld(path, found))) throw locked(path, found)
}

/** Makes the lock with its content in one step. */
async function create(path: string, content: string): Promise<boolean> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  await writeFile(temporary, content, { mode: 0o600 })
  try {
    await link(temporary, path)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

/** A process elsewhere (another container or machine) cannot be asked: there the heartbeat tells. */
async function isHeld(path: string, content: string): Promise<boolean> {
  const owner = parseOwner(content)
  const alive = owner === undefined ? 'unknown' : await isAlive(owner)
  if (alive !== 'unknown') return alive
  const beat = await stat(path).catch(() => undefined)
  return beat !== undefined && Date.now() - beat.mtimeMs < SILENCE_MS
}

function parseOwner(content: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(content)
    return isIdentity(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null) return false
  return 'pid' in value && typeof value.pid === 'number' && 'started' in value && typeof value.started === 'string' && 'scope' in value
}

function locked(path: string, content: string): ForgeError {
  const owner = parseOwner(content)
  return new ForgeError('PROJECT_LOCKED', `Another run${owner ? ` (process ${owner.pid})` : ''} is working on this project.`, {
    remedy: `Wait for it or stop it. If you are sure that none is running, delete ${path}.`,
  })
}
