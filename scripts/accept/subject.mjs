// One specification, the project made of it by the `forge` command, and what rows share of it: clone, databases, servers.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSpec } from '@forge/spec'
import { run, tail } from './processes.mjs'
import { startServer } from './server.mjs'

const GENERATE_LIMIT_MS = 600_000
const SETUP_LIMIT_MS = 400_000

/**
 * Generates and proves the project; everything else is made when a row first asks for it.
 * @param {import('./row.mjs').Bench} bench
 * @returns {Promise<import('./row.mjs').Subject & { close(): Promise<void> }>}
 */
export async function makeSubject(bench, { name, specFile }) {
  const folder = join(bench.folder, name)
  const projectDir = join(folder, 'project')
  mkdirSync(folder, { recursive: true })
  const spec = readSpec(readFileSync(specFile, 'utf8'))
  const built = await generate(bench, { specFile, projectDir })
  const databases = []
  const servers = []
  const clone = once(() => setUp(bench, { projectDir, folder, name, databases }))
  const database = async (label) => {
    const { databaseUrl } = await clone()
    const url = await bench.cluster.create(`${name}_${label}`, databaseUrl)
    databases.push(url)
    return url
  }
  const serve = async (env = {}) => {
    const place = await clone()
    const server = await startServer(place, { DATABASE_URL: env.DATABASE_URL ?? (await database('served')), ...env })
    servers.push(server)
    return server
  }
  return {
    ...{ name, specFile, spec, bench, folder, projectDir, built, clone, database, serve, run },
    server: once(() => serve()),
    openapi: () => readJson(join(projectDir, 'openapi.json')),
    features: () => readJson(join(projectDir, 'feature_list.json')),
    async close() {
      for (const server of servers) await server.stop()
      for (const url of databases) await bench.cluster.drop(url)
    },
  }
}

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'))

/** Made once; what failed once fails again. */
function once(make) {
  let made
  return () => {
    made ??= make()
    return made
  }
}

async function generate(bench, { specFile, projectDir }) {
  const args = ['generate', '--spec', specFile, '--project-dir', projectDir, '--config', bench.size, '--provider', 'blueprint', '--json']
  const result = await bench.forge(args, { timeoutMs: GENERATE_LIMIT_MS })
  return { code: result.code, seconds: result.seconds, output: tail({ stdout: '', stderr: result.stderr }), ...told(result.stdout) }
}

/** What the events of `forge generate --json` say. */
function told(stdout) {
  const events = stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))
  const last = (type) => events.findLast((event) => event.type === type)
  const features = last('result')?.features ?? []
  const usage = Object.values(last('result')?.usage ?? {})
  const at = (event) => Date.parse(event?.time ?? '')
  return {
    events,
    features,
    tokens: usage.reduce((sum, count) => sum + count, 0),
    cases: features.reduce((sum, feature) => sum + feature.cases, 0),
    written: (at(last('verification-start')) - at(events[0])) / 1000,
  }
}

async function setUp(bench, { projectDir, folder, name, databases }) {
  const dir = join(folder, 'clone')
  const cloned = await run('git', ['clone', '--quiet', '--no-local', projectDir, dir])
  if (cloned.code !== 0) throw new Error(`git clone failed: ${tail(cloned)}`)
  const databaseUrl = await bench.cluster.create(`${name}_app`)
  databases.push(databaseUrl)
  const result = await run('./init.sh', [], { cwd: dir, env: { DATABASE_URL: databaseUrl }, timeoutMs: SETUP_LIMIT_MS })
  if (result.code !== 0) throw new Error(`./init.sh ended with ${result.code}:\n${tail(result)}`)
  return { dir, python: join(dir, '.venv/bin/python'), databaseUrl, seconds: result.seconds, output: `${result.stdout}\n${result.stderr}` }
}
