// One PostgreSQL server for the whole run, started by `forge serve --db-only`, with its data in the run's folder.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { start, tail } from './processes.mjs'

const START_LIMIT_MS = 90_000
const TEMPLATE_LIMIT_MS = 5_000

/**
 * @param {{ folder: string, forge: string }} options folder of the run; path of the `forge` command
 * @throws Error when no server starts
 */
export async function startCluster({ folder, forge }) {
  const place = emptyProject(folder)
  const program = start(process.execPath, [forge, 'serve', '--db-only', place], { cwd: folder, env: { XDG_STATE_HOME: join(folder, 'state') } })
  const url = await announcedUrl(program)
  // Nothing here outlives the run, so no commit need wait for the disk.
  await query(url, 'ALTER ROLE CURRENT_USER SET synchronous_commit = off')
  let made = 0
  return {
    url,
    /** A new database, empty or a copy; its URL. */
    async create(name, template) {
      made += 1
      const unique = `${name
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '_')
        .slice(0, 30)}_${made}`
      await createDatabase(url, unique, template === undefined ? undefined : databaseName(template))
      return withDatabase(url, unique)
    },
    /** Ends its connections, too. */
    drop: (databaseUrl) => query(url, `DROP DATABASE IF EXISTS "${databaseName(databaseUrl)}" WITH (FORCE)`),
    stop: () => program.stop(15_000),
  }
}

/** @returns {Promise<Record<string, any>[]>} */
export async function query(url, sql, values = []) {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(sql, values)).rows
  } finally {
    await client.end()
  }
}

const PATH_OF_URL = /^(postgresql:\/\/[^/]*\/)([^?]*)/
const databaseName = (url) => decodeURIComponent(PATH_OF_URL.exec(url)[2])
const withDatabase = (url, name) => url.replace(PATH_OF_URL, (_, head) => `${head}${name}`)

/** What `forge serve --db-only` takes for a project: nothing of it is run. */
function emptyProject(folder) {
  chmodSync(folder, 0o755)
  const place = join(folder, 'cluster')
  mkdirSync(join(place, 'app'), { recursive: true })
  writeFileSync(join(place, 'app', 'main.py'), '')
  writeFileSync(join(place, 'alembic.ini'), '')
  return place
}

async function announcedUrl(program) {
  let code
  void program.ended.then((end) => {
    code = end.code ?? -1
  })
  const until = Date.now() + START_LIMIT_MS
  while (code === undefined && Date.now() < until) {
    const url = /^DATABASE_URL=(.+)$/m.exec(program.output.stdout)?.[1]
    if (url !== undefined) return url
    await sleep(50)
  }
  await program.stop()
  throw new Error(`no PostgreSQL server: ${tail(program.output)}\n\`forge doctor\` says what is missing.`)
}

/** The last connections to a template may still be closing. */
async function createDatabase(url, name, template) {
  const until = Date.now() + TEMPLATE_LIMIT_MS
  for (;;) {
    try {
      await query(url, `CREATE DATABASE "${name}"${template === undefined ? '' : ` TEMPLATE "${template}"`}`)
      return
    } catch (error) {
      if (error.code !== '55006' || Date.now() > until) throw error
      await sleep(50)
    }
  }
}
