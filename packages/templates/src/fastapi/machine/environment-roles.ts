import type { Client } from 'pg'
import { newPassword } from './server-access'
import { type Login, quote, sqlState } from './sql'

export interface Rights {
  superuser: boolean
  /** Whether it may make roles. */
  roles: boolean
}

export async function rightsOf(client: Client): Promise<Rights> {
  const { rows } = await client.query<Rights>(
    'SELECT rolsuper AS superuser, rolsuper OR rolcreaterole AS roles FROM pg_roles WHERE rolname = current_user',
  )
  return rows[0] ?? { superuser: false, roles: false }
}

/**
 * A role without rights outside what it owns, with a new password; one that exists keeps what it owns. The client's role becomes a member.
 * `undefined` when the server refuses.
 */
export async function makeRole(client: Client, name: string, rights: 'CREATEDB' | 'NOCREATEDB'): Promise<Login | undefined> {
  const password = newPassword()
  try {
    const known = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name])
    await client.query(`${known.rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${quote(name)} LOGIN ${rights} PASSWORD '${password}'`)
    await client.query(`GRANT ${quote(name)} TO CURRENT_USER`)
    return { user: name, password }
  } catch (error) {
    if (sqlState(error) === '42501') return undefined
    throw error
  }
}

/** Leaves it when something still belongs to it. */
export async function dropRole(client: Client, name: string): Promise<void> {
  await client.query(`DROP ROLE IF EXISTS ${quote(name)}`).catch(() => {})
}
