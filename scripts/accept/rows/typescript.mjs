import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { mockFiles } from '../mock-data.mjs'
import { tail } from '../processes.mjs'

const CLIENT = 'frontend/src/api'
const STRICT = ['--strict', '--noEmit', '--exactOptionalPropertyTypes']

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '21',
  title: 'TypeScript types',
  needs: 'files',
  async check(subject) {
    const { regenerated, findings } = await regeneration(subject)
    const compiled = await compilation(subject)
    return { findings: [...findings, ...compiled.findings], figure: `${regenerated} generated files, ${compiled.rows} mock rows typed` }
  },
}

/** The generator's own output, and its runtime marked as not to be checked. */
async function regeneration({ projectDir, folder, openapi }) {
  const { createClient } = await import('@hey-api/openapi-ts')
  const path = join(folder, 'client')
  const plugins = ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch']
  await createClient({ input: openapi(), output: { path, postProcess: [] }, plugins, logs: { level: 'silent', file: false } })
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
  const findings = files.flatMap((name) => {
    const kept = join(projectDir, CLIENT, name)
    if (!existsSync(kept)) return [`${CLIENT}/${name} is missing`]
    const text = readFileSync(kept, 'utf8').replace(/^\/\/ @ts-nocheck\n/, '')
    return text === readFileSync(join(path, name), 'utf8') ? [] : [`${CLIENT}/${name} is not what the generator makes of openapi.json`]
  })
  return { regenerated: files.length, findings }
}

/** The project's own front end with its settings and the contract's; beside it the mock data, as rows of the types that answers have. */
async function compilation(subject) {
  const { folder, projectDir, bench } = subject
  const place = join(folder, 'frontend')
  cpSync(join(projectDir, 'frontend'), place, { recursive: true })
  mkdirSync(join(place, 'src/accept'), { recursive: true })
  const files = mockFiles(subject).filter(({ schema }) => schema !== undefined)
  const source = files.map(({ table, schema, rows }) => `export const rows_${table}: ${schema}[] = ${JSON.stringify(rows, null, 2)}\n`)
  const types = [...new Set(files.map(({ schema }) => schema))]
  writeFileSync(join(place, 'src/accept/rows.ts'), `import type { ${types.join(', ')} } from '../api/types.gen'\n\n${source.join('\n')}`)
  const compiler = join(bench.root, 'node_modules/typescript/bin/tsc')
  const result = await subject.run(process.execPath, [compiler, ...STRICT, '-p', place], { cwd: place })
  const findings = result.code === 0 ? [] : [`tsc ${STRICT.join(' ')}: ${tail(result, 20)}`]
  return { findings, rows: files.reduce((sum, { rows }) => sum + rows.length, 0) }
}
