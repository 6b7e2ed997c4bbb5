import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tail } from '../processes.mjs'

const NAMES = ['Author', 'Book', 'Branch', 'Reader', 'Loan', 'Shelf', 'Event', 'Room', 'Notice', 'Course', 'Teacher', 'Lesson']
const TRIALS = [
  { endpoints: 20, size: 'medium', written: 10, proven: 60 },
  { endpoints: 60, size: 'large', written: 20, proven: 180 },
]

/** @type {import('../row.mjs').RunRow} */
export const row = {
  id: '26',
  title: 'cost and time',
  needs: 'run',
  slow: true,
  async check(bench) {
    const findings = []
    const figures = []
    for (const trial of TRIALS) {
      const { tokens, written, proven, cases } = await measure(bench, trial)
      figures.push(
        `${trial.endpoints} endpoints, ${trial.size}: written in ${written.toFixed(1)} s, proven (${cases} cases) after ${proven.toFixed(1)} s, ${tokens} tokens`,
      )
      if (tokens !== 0) findings.push(`${trial.endpoints} endpoints took ${tokens} tokens`)
      if (written > trial.written) findings.push(`${trial.endpoints} endpoints were written in ${written.toFixed(1)} s, more than ${trial.written} s`)
      if (proven > trial.proven) findings.push(`${trial.endpoints} endpoints were proven after ${proven.toFixed(1)} s, more than ${trial.proven} s`)
    }
    return { findings, figure: figures.join('; ') }
  },
}

async function measure(bench, { endpoints, size }) {
  const specFile = join(bench.folder, `cost-${endpoints}.md`)
  writeFileSync(specFile, specification(endpoints / 5))
  const args = [
    'generate',
    '--spec',
    specFile,
    '--project-dir',
    join(bench.folder, `cost-${endpoints}`),
    '--config',
    size,
    '--provider',
    'blueprint',
    '--json',
  ]
  const result = await bench.forge(args, { timeoutMs: 400_000 })
  const events = result.stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))
  const end = events.findLast(({ type }) => type === 'result')
  if (result.code !== 0)
    throw new Error(
      `the project of ${endpoints} endpoints is not proven (${result.code}): ${tail({ stdout: '', stderr: result.stderr })}${open(end)}`,
    )
  const at = (event) => Date.parse(event.time)
  return {
    tokens: Object.values(end.usage).reduce((sum, count) => sum + count, 0),
    cases: end.features.reduce((sum, feature) => sum + feature.cases, 0),
    written: (at(events.findLast(({ type }) => type === 'verification-start')) - at(events[0])) / 1000,
    proven: result.seconds,
  }
}

const open = (end) =>
  (end?.features ?? [])
    .filter(({ proven }) => !proven)
    .map(({ description, reason }) => `\n${description} ${reason}`)
    .join('')

/** Five endpoints an entity, each entity but the first belonging to the one before it, with a rule of each common kind. */
function specification(count) {
  const names = NAMES.slice(0, count)
  const path = (name) => `/api/v1/${plural(name)}`
  const models = names.map((name, index) => {
    const parent = names[index - 1]
    const reference = parent === undefined ? '' : `, ${parent.toLowerCase()}_id (reference to ${parent}, required)`
    return `- ${name}: id (integer), name (string, required, max 120), code (string, unique, max 40), status (enum: open, closed, default open), price (decimal 10,2, min 0), notes (text, optional)${reference}, created_at (datetime, auto), updated_at (datetime, auto)`
  })
  const endpoints = names.flatMap((name) => [
    `- GET ${path(name)} - List ${plural(name)} (pagination, filter by status, search by name)`,
    `- POST ${path(name)} - Create ${name.toLowerCase()}`,
    `- GET ${path(name)}/{id} - Get ${name.toLowerCase()}`,
    `- PUT ${path(name)}/{id} - Update ${name.toLowerCase()}`,
    `- DELETE ${path(name)}/{id} - Delete ${name.toLowerCase()}`,
  ])
  const rules = names.slice(1).map((name, index) => `- Cannot delete a ${names[index].toLowerCase()} that has ${plural(name)}`)
  return ['# Library API', '', '## Models', ...models, '', '## Endpoints', ...endpoints, '', '## Rules', ...rules, ''].join('\n')
}

const plural = (name) => (/(s|sh|ch)$/.test(name) ? `${name}es` : /f$/.test(name) ? `${name.slice(0, -1)}ves` : `${name}s`).toLowerCase()
