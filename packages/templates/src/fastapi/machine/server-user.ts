import { readFileSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'

/** Numeric user and group that PostgreSQL runs as: it refuses to run as root. */
export interface ServerUser {
  uid: number
  gid: number
}

const PREFERRED = ['nobody', 'postgres', 'daemon']
const NOBODY: ServerUser = { uid: 65_534, gid: 65_534 }

/** An unprivileged user of this machine when the harness is root; otherwise `undefined`, which means the harness's own user. */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = accounts()
  return PREFERRED.map((name) => users.get(name)).find((user) => user !== undefined && user.uid > 0) ?? NOBODY
}

/** Name of the harness's own user; `undefined` for one that this machine has no account of, as often in a container. */
export function ownName(): string | undefined {
  try {
    return userInfo().username
  } catch {
    return undefined
  }
}

/** The number of the server's user when it has no name. */
export function namelessUser(): number | undefined {
  const user = serverUser()
  if (user === undefined) return ownName() === undefined ? process.getuid?.() : undefined
  return [...accounts().values()].some(({ uid }) => uid === user.uid) ? undefined : user.uid
}

/** Whether the user may pass through a folder, whose missing parts would be made with mode 0755. Conservative: only the bits for everybody count. */
export function isReachable(folder: string, user: ServerUser | undefined): boolean {
  if (user === undefined) return true
  const stats = statSync(folder, { throwIfNoEntry: false })
  if (stats !== undefined && (stats.mode & 0o001) === 0) return false
  const parent = dirname(folder)
  return parent === folder || isReachable(parent, user)
}

function accounts(): Map<string, ServerUser> {
  try {
    const rows = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
    return new Map(rows.map(([name = '', , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]))
  } catch {
    return new Map()
  }
}
