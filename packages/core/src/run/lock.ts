import { randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ForgeError } from '../errors'
import { errorCode, isMissing, readOwnFile } from '../files'
import { type ProcessIdentity, isAlive, ownIdentity } from './process-identity'

const HEARTBEAT_MS = 10_000
const SILENCE_MS = 60_000
const TAKEOVER_MS = 50

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
  const own = JSON.stringify({ ...(await ownIdentity()), run: randomUUID() })
  await mkdir(dirname(path), { recursive: true })
  let healed = false
  while (!(await create(path, own)) || (healed && !(await isStillOurs(path, own)))) {
    const found = await readOwnFile(path)
    if (found === undefined) continue
    if (await isHeld(path, found)) throw locked(path, found)
    healed = (await removeStale(path, found)) || healed
  }
  const heartbeat = setInterval(() => void beat(path, own), HEARTBEAT_MS)
  heartbeat.unref()
  return {
    healed,
    async release() {
      clearInterval(heartbeat)
      if ((await readOwnFile(path)) === own) await rm(path, { force: true })
    },
  }
}

/** Two runs may find the same dead owner; the slower one may push the lock of the faster one aside for a moment. */
async function isStillOurs(path: string, own: string): Promise<boolean> {
  await sleep(TAKEOVER_MS)
  return (await readOwnFile(path)) === own
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

/** Moves the lock aside, and back if another run replaced it in the meantime. */
async function removeStale(path: string, content: string): Promise<boolean> {
  const aside = `${path}.${randomBytes(6).toString('hex')}.stale`
  try {
    await rename(path, aside)
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
  const isStale = (await readFile(aside, 'utf8')) === content
  if (!isStale) await link(aside, path).catch(() => {})
  await rm(aside, { force: true })
  return isStale
}

function locked(path: string, content: string): ForgeError {
  const owner = parseOwner(content)
  return new ForgeError('PROJECT_LOCKED', `Another run${owner ? ` (process ${owner.pid})` : ''} is working on this project.`, {
    remedy: `Wait for it or stop it. If you are sure that none is running, delete ${path}.`,
  })
}
