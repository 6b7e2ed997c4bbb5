import { randomBytes } from 'node:crypto'
import { chownSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ForgeError } from '@forge/core'
import type { ServerUser } from './server-user'
import type { Login } from './sql'

/** Makes databases; known to the harness alone. */
export const SUPERUSER = 'forge_admin'

/** Owns the databases that are handed out, and may do nothing outside them. */
export const APPLICATION: Login = { user: 'forge' }

/** Raised when the way a data directory is made changes. */
export const LAYOUT = 2

/** A unix socket is the only way in; whoever can reach it may be the application's role, nobody else without the password. */
const HOST_BASED_ACCESS = `local all ${APPLICATION.user} trust\nlocal all ${SUPERUSER} scram-sha-256\n`

/** Lies in the data directory, which only the server's user may enter, and goes with it. */
const FILE = 'forge.json'

export const MAKE_APPLICATION_ROLE = `CREATE ROLE ${APPLICATION.user} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`

export function newPassword(): string {
  return randomBytes(24).toString('base64url')
}

/** Writes a file that only the server's user and the harness can read. */
export function writePrivately(file: string, text: string, user: ServerUser | undefined): void {
  writeFileSync(file, text, { mode: 0o600 })
  if (user !== undefined) chownSync(file, user.uid, user.gid)
}

/** Says who may connect to the server of a new data directory, and keeps the superuser's password in it. */
export function writeAccess(dataDir: string, password: string, user: ServerUser | undefined): void {
  writePrivately(join(dataDir, 'pg_hba.conf'), HOST_BASED_ACCESS, user)
  writePrivately(join(dataDir, FILE), JSON.stringify({ layout: LAYOUT, password }), user)
}

/** @throws ForgeError ENVIRONMENT_FAILED when another version of Forge made the directory */
export function readSuperuser(dataDir: string): Login {
  const { layout, password } = readFile(join(dataDir, FILE))
  if (layout === LAYOUT && typeof password === 'string') return { user: SUPERUSER, password }
  throw new ForgeError('ENVIRONMENT_FAILED', `The database in ${dataDir} was made by another version of Forge, which kept it differently.`, {
    remedy: 'Delete that folder to start with an empty database, or move it away to keep its data.',
  })
}

function readFile(file: string): { layout?: unknown; password?: unknown } {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { layout?: unknown; password?: unknown }
  } catch {
    return {}
  }
}
