import { appendFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Client } from 'pg'
import type { DatabaseServer } from '../../src/fastapi/machine/database'
import { readSuperuser } from '../../src/fastapi/machine/server-access'
import { databaseUrl } from '../../src/fastapi/machine/sql'

export async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    void client.end()
    throw error
  }
  return client
}

export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = await connect(url)
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

/** The same address with another role. */
export function as(url: string, login: string): string {
  return url.replace(/\/\/[^@]*@/, `//${login}@`)
}

/** What the harness alone can know of a server that it started without `dataDir`. */
export function superuserUrl({ socketDir }: DatabaseServer, database = 'postgres'): string {
  return databaseUrl({ socketDir, ...readSuperuser(dataDirectory(socketDir)), database }, database)
}

/** Lets more roles connect: lines of pg_hba.conf. */
export async function letIn(server: DatabaseServer, ...lines: string[]): Promise<void> {
  appendFileSync(join(dataDirectory(server.socketDir), 'pg_hba.conf'), lines.map((line) => `${line}\n`).join(''))
  await query(superuserUrl(server), 'SELECT pg_reload_conf()')
}

const dataDirectory = (socketDir: string) => join(dirname(socketDir), 'data')
