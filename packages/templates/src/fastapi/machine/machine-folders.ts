import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { ForgeError } from '@forge/core'
import { cacheFolder } from '../environment/python-env'
import { type ServerUser, isReachable } from './server-user'

/** Where server binaries and prepared data directories are kept; may be deleted at any time. Root's own cache is often closed to other users. */
export function serverCache(user: ServerUser | undefined): string {
  return reachable([join(cacheFolder(), 'postgres'), '/var/cache/forge/postgres'], user)
}

/** Where the data of `forge serve` are kept: the user's state folder, or one of the machine's where that is closed to the server's user. */
export function serverState(user: ServerUser | undefined): string {
  const own = join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'forge', 'serve')
  return reachable([own, '/var/lib/forge/serve'], user)
}

/**
 * Makes a folder and its missing parents, open to the server's user whatever the umask is.
 * @throws ForgeError ENVIRONMENT_FAILED
 */
export function makeOpenFolder(folder: string): void {
  if (existsSync(folder)) return
  makeOpenFolder(dirname(folder))
  try {
    mkdirSync(folder, { recursive: true })
    chmodSync(folder, 0o755)
  } catch (cause) {
    throw new ForgeError('ENVIRONMENT_FAILED', `The folder ${folder} cannot be made: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      remedy: 'Set XDG_CACHE_HOME and XDG_STATE_HOME to folders that you may write.',
      cause,
    })
  }
}

function reachable(folders: readonly [string, string], user: ServerUser | undefined): string {
  return isReachable(folders[0], user) ? folders[0] : folders[1]
}
