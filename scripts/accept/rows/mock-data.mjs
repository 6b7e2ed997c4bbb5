import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { query } from '../cluster.mjs'
import { mockFiles } from '../mock-data.mjs'
import { tail } from '../processes.mjs'

const JUDGE = join(dirname(dirname(fileURLToPath(import.meta.url))), 'judges/json_values.py')

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '20',
  title: 'mock data',
  needs: 'clone',
  async check(subject) {
    const files = mockFiles(subject)
    const rows = files.reduce((sum, file) => sum + file.rows.length, 0)
    const shaped = files.filter(({ schema }) => schema !== undefined)
    return {
      findings: [
        ...absent(subject.spec, files),
        ...(await invalid(subject, shaped)),
        ...files.flatMap((file) => dangling(subject.spec, file, files)),
        ...(await miscounted(subject, files)),
        ...(await unsteady(subject)),
        ...(await unloaded(subject, files)),
      ],
      figure: `${rows} rows in ${files.length} files, ${shaped.length} of them with a schema`,
    }
  },
}

const absent = (spec, files) =>
  spec.entities.filter(({ table }) => !files.some((file) => file.table === table)).map(({ table }) => `there is no docs/mock-data/${table}.json`)

async function invalid(subject, files) {
  const cases = files.flatMap(({ table, schema, rows }) => rows.map((value, index) => ({ name: `${table}.json, row ${index + 1},`, schema, value })))
  const file = join(subject.folder, 'mock-data-cases.json')
  writeFileSync(file, JSON.stringify(cases))
  const { python } = await subject.bench.tools()
  const result = await subject.run(python, [JUDGE, join(subject.projectDir, 'openapi.json'), file])
  if (result.code !== 0) throw new Error(`the validator ended with ${result.code}: ${tail(result)}`)
  return JSON.parse(result.stdout)
}

function dangling(spec, { table, entity, rows }, files) {
  if (entity === undefined) return [`docs/mock-data/${table}.json belongs to no entity of the specification`]
  return entity.fields.flatMap(({ name, reference, list }) => {
    if (!reference || list) return []
    const target = spec.entities.find((each) => each.name === reference.entity)
    const keys = new Set(files.find((file) => file.table === target.table)?.rows.map((row) => row[target.key[0]]))
    const lost = rows.filter((row) => row[name] !== undefined && row[name] !== null && !keys.has(row[name]))
    return lost.length === 0 ? [] : [`${table}.json: ${lost.length} values of ${name} are no row of ${target.table}.json`]
  })
}

/** Users and the rest have the numbers of the size; unique values and rules may leave room for fewer rows, never for more than those stated. */
async function miscounted({ bench, spec }, files) {
  const { loadSize } = await import('@forge/templates')
  const { users, mainEntity, secondaryEntities } = loadSize(bench.size).mockData
  const stated = (entity) => spec.seeds.filter((seed) => seed.entity === entity.name).length
  const findings = files.flatMap(({ table, entity, rows }) => {
    if (entity === undefined) return []
    const allowed = entity.name === spec.auth.userEntity ? users : Math.max(mainEntity, secondaryEntities)
    return rows.length > Math.max(allowed, stated(entity) + 1) || rows.length === 0 ? [`${table}.json has ${rows.length} rows`] : []
  })
  const others = files.filter(({ entity }) => entity?.name !== spec.auth.userEntity)
  const largest = Math.max(0, ...others.map(({ rows }) => rows.length))
  return largest === mainEntity || others.length === 0 ? findings : [...findings, `the largest file has ${largest} rows, not ${mainEntity}`]
}

/** The script writes the very bytes that git has. */
async function unsteady(subject) {
  const { dir, python } = await subject.clone()
  const made = await subject.run(python, ['-B', 'scripts/generate_mock_data.py'], { cwd: dir })
  const changed = await subject.run('git', ['diff', '--stat'], { cwd: dir })
  await subject.run('git', ['checkout', '--quiet', '.'], { cwd: dir })
  if (made.code !== 0) return [`scripts/generate_mock_data.py ended with ${made.code}: ${tail(made)}`]
  return changed.stdout === '' ? [] : [`scripts/generate_mock_data.py writes something else each time: ${changed.stdout}`]
}

/** What the project tells people to run puts the rows into the database, and says so. */
async function unloaded(subject, files) {
  const { dir, python } = await subject.clone()
  if (!/-m app\.seed\b/.test(readFileSync(join(dir, 'README.md'), 'utf8'))) return ['README.md does not say how the mock data are loaded']
  const url = await subject.database('seeded')
  for (const time of ['', ' a second time']) {
    const seeded = await subject.run(python, ['-m', 'app.seed'], { cwd: dir, env: { DATABASE_URL: url } })
    if (seeded.code !== 0) return [`python -m app.seed ended with ${seeded.code}${time}: ${tail(seeded)}`]
  }
  const findings = []
  for (const { table, rows } of files) {
    const [{ count }] = await query(url, `SELECT count(*)::int AS count FROM "${table}"`)
    if (count !== rows.length) findings.push(`python -m app.seed put ${count} rows into ${table}, the file has ${rows.length}`)
  }
  return findings
}
