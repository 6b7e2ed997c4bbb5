import { mkdirSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ForgeError } from '@forge/core'
import { cacheFolder } from '../environment/python-env'
import { type ServerUser, isReachable } from './server-user'

/** Socket paths have a limit of about 100 bytes. */
const LONGEST_BASE = 60

/** Where server binaries and prepared data directories are kept; may be deleted at any time. Root's own cache is often closed to other users. */
export function serverCache(user: ServerUser | undefined): string {
  return made(reachable([join(cacheFolder(), 'postgres'), '/var/cache/forge/postgres'], user))
}

/** Where the data of `forge serve` are kept: the user's state folder, or one of the machine's where that is closed to the server's user. */
export function serverState(user: ServerUser | undefined): string {
  const own = join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'forge', 'serve')
  return made(reachable([own, '/var/lib/forge/serve'], user))
}

/** Where folders of running servers and their sockets lie. */
export function temporaryBase(user: ServerUser | undefined): string {
  return tmpdir().length <= LONGEST_BASE && isReachable(tmpdir(), user) ? tmpdir() : '/tmp'
}

function reachable(folders: readonly [string, string], user: ServerUser | undefined): string {
  return isReachable(folders[0], user) ? folders[0] : folders[1]
}

function made(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 })
    return folder
  } catch (cause) {
    throw new ForgeError('ENVIRONMENT_FAILED', `The folder ${folder} cannot be made: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      remedy: 'Set XDG_CACHE_HOME and XDG_STATE_HOME to folders that you may write.',
      cause,
    })
  }
}
