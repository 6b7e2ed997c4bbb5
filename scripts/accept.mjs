// `npm run accept`: builds a project from each specification and holds it against the rows of the acceptance contract. See docs/acceptance.md.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { endAll, run } from './accept/processes.mjs'
import { ONCE, isFailed, progressLine, reportText } from './accept/report.mjs'
import { build } from './build.mjs'

const USAGE = 'usage: npm run accept -- [SPEC…] [--rows 5,16] [--size medium] [--json FILE] [--fast] [--keep]'
const OPTIONS = {
  rows: { type: 'string' },
  size: { type: 'string', default: 'medium' },
  json: { type: 'string' },
  fast: { type: 'boolean', default: false },
  keep: { type: 'boolean', default: false },
}

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const forgeFile = join(root, 'packages/cli/bin/forge.js')

function usage(message) {
  console.error(`accept: ${message}\n  ${USAGE}`)
  process.exit(2)
}

function options() {
  try {
    const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true })
    const caller = process.env.INIT_CWD ?? process.cwd()
    return { ...values, json: values.json && resolve(caller, values.json), specs: positionals.map((file) => resolve(caller, file)) }
  } catch (error) {
    return usage(error.message)
  }
}

/** The bundled specifications, and those beside the repository where there are some. */
function defaultSpecs() {
  const folders = [join(root, 'packages/templates/assets/specs'), join(dirname(root), 'shared/specs')]
  return folders.flatMap((folder) => {
    if (existsSync(folder))
      return readdirSync(folder)
        .sort()
        .map((file) => join(folder, file))
    console.error(`Not run: the specifications of ${folder}, which is not there.`)
    return []
  })
}

function named(specs) {
  const missing = specs.find((file) => !existsSync(file))
  if (missing) usage(`there is no file ${missing}.`)
  const names = new Map()
  return specs.map((specFile) => {
    const plain = basename(specFile, extname(specFile))
    const count = (names.get(plain) ?? 0) + 1
    names.set(plain, count)
    return { specFile, name: count === 1 ? plain : `${plain}-${count}` }
  })
}

function chosen(rows, { rows: ids, fast }) {
  const wanted = ids?.split(',').map((id) => id.trim())
  const unknown = wanted?.find((id) => !rows.some((row) => row.id === id))
  if (unknown !== undefined) usage(`there is no row ${unknown}; there are ${rows.map((row) => row.id).join(', ')}.`)
  return rows.filter((row) => (wanted ? wanted.includes(row.id) : !(fast && row.slow)))
}

/** What a row throws is a finding: it could not be shown to hold. Where the clone is not set up, row 1 shows all of it, and the others its first line. */
async function attempt(name, row, given) {
  const from = performance.now()
  const needsClone = ['clone', 'server'].includes(row.needs) && row.id !== '1'
  const unready = needsClone ? await given.clone().then(() => undefined, firstLine) : undefined
  const checked = unready === undefined ? Promise.resolve(given).then((subject) => row.check(subject)) : { findings: [unready] }
  const outcome = await Promise.resolve(checked).catch((error) => ({ findings: [error.stack ?? String(error)] }))
  const result = { subject: name, row: { id: row.id, title: row.title }, outcome, seconds: (performance.now() - from) / 1000 }
  console.error(progressLine(result))
  return result
}

const firstLine = (error) => error.message.split('\n')[0]

async function checkSpec(bench, { specFile, name }, rows, results) {
  const { makeSubject } = await import('./accept/subject.mjs')
  console.error(`\n${name}: ${specFile}`)
  const subject = await makeSubject(bench, { name, specFile }).catch((error) => error)
  if (subject instanceof Error) {
    const made = { id: 'made', title: 'made and proven', check: () => Promise.reject(subject) }
    results.push(await attempt(name, made))
    return
  }
  try {
    for (const row of rows) results.push(await attempt(name, row, subject))
  } finally {
    await subject.close()
  }
}

/** What all specifications share: a folder, a server of databases, the command, the judges. */
async function openBench({ size, keep }) {
  const [{ startCluster }, { installTools }] = await Promise.all([import('./accept/cluster.mjs'), import('./accept/tools.mjs')])
  const folder = mkdtempSync(join(tmpdir(), 'forge-accept-'))
  const close = () => {
    endAll()
    if (keep) console.error(`Kept: ${folder}`)
    else rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
  const interrupted = () => {
    close()
    process.exit(130)
  }
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    const cluster = await startCluster({ folder, forge: forgeFile })
    const forge = (args, rest) => run(process.execPath, [forgeFile, ...args], { cwd: folder, ...rest })
    let installed
    const tools = () => {
      installed ??= installTools(join(root, 'node_modules/.cache/forge-accept'))
      return installed
    }
    const stop = () => cluster.stop().finally(close)
    return { bench: { root, folder, size, run, cluster, forge, tools }, stop }
  } catch (error) {
    close()
    throw error
  }
}

async function checkAll(bench, specs, rows) {
  const results = []
  const perSpec = rows.filter((row) => row.needs !== 'run')
  if (perSpec.length > 0) for (const spec of specs) await checkSpec(bench, spec, perSpec, results)
  for (const row of rows.filter((each) => each.needs === 'run')) results.push(await attempt(ONCE, row, bench))
  return results
}

async function main() {
  const given = options()
  const specs = named(given.specs.length > 0 ? given.specs : defaultSpecs())
  await build({ types: false })
  const { rows } = await import('./accept/rows/index.mjs')
  const wanted = chosen(rows, given)
  const { bench, stop } = await openBench(given)
  const results = await checkAll(bench, specs, wanted).finally(stop)
  console.log(reportText(results))
  if (given.json) writeFileSync(given.json, `${JSON.stringify(results, null, 2)}\n`)
  return results.some(({ outcome }) => isFailed(outcome)) ? 1 : 0
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`accept: ${error.message}`)
  process.exitCode = 2
}
