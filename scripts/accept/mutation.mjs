// Whether the tests of a project bite: each rule is taken out of the specification in turn, the application is written anew, and the tests stay as they are.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const RUNNER = fileURLToPath(new URL('mutation.py', import.meta.url))
const LIMIT_MS = 1_800_000
const NOTHING_COLLECTED = 5

/**
 * @typedef {object} Fate what became of one mutant
 * @property {string} id
 * @property {string} text what the rule says
 * @property {string[]} together sentences that say the same, and were taken out with it
 * @property {'killed' | 'survived' | 'broken' | 'same' | 'free'} end `broken`: it does not even start, which proves nothing about the tests.
 *   `same`: the application has the same bytes without the rule. `free`: the rule says only what holds anyway.
 * @property {string} [by] the test that failed, or what was said instead
 */

/**
 * Runs the tests of a project against each mutant of its application.
 * @param {object} project
 * @param {string} project.dir the project, with its tests; the same afterwards
 * @param {string} project.python interpreter of its environment
 * @param {string} project.databaseUrl a database; the tests make one of their own beside it
 * @param {string} project.jobs where the list of mutants may be written
 * @param {{ path: string, content: string }[]} project.app files of its application
 * @param {Iterable<import('@forge/blueprint/testing').Mutant>} project.mutants
 * @param {typeof import('./processes.mjs').run} project.run
 * @returns {Promise<Fate[]>}
 */
export async function fatesOf({ dir, python, databaseUrl, jobs, app, mutants, run }) {
  const all = [...mutants]
  const work = all.flatMap(({ id, table, files }) =>
    files === null ? [] : [{ id, changes: changesOf(app, files), tests: testsFor(dir, id, table) }],
  )
  writeFileSync(jobs, JSON.stringify(work))
  const result = await run(python, [RUNNER, dir, jobs], { env: { DATABASE_URL: databaseUrl, PYTHONDONTWRITEBYTECODE: '1' }, timeoutMs: LIMIT_MS })
  const ends = new Map(
    result.stdout
      .split('\n')
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))
      .map((end) => [end.id, verdict(end)]),
  )
  return all.map(({ id, text, together, why }) => ({ id, text, together, ...(why === undefined ? (ends.get(id) ?? notRun(result)) : { end: why }) }))
}

/** Groups of pytest's arguments, those first whose tests are likeliest to fail: within one group pytest sorts. */
function testsFor(dir, id, table) {
  const field = /^\w+\.(\w+): /.exec(id)?.[1]
  const own = [
    [`tests/rules/test_${table}.py`],
    ...(field === undefined ? [] : [[`tests/api/v1/test_${table}.py`, '-k', `${snake(field)} or defaults`]]),
    [`tests/api/v1/test_${table}.py`],
  ]
  return [...own, ['tests/rules'], ['tests']].filter(([path]) => existsSync(join(dir, path)))
}

const snake = (name) => name.replace(/(?<=[a-z\d])(?=[A-Z])/g, '_').toLowerCase()

/** What turns one application into another. */
function changesOf(from, to) {
  const before = new Map(from.map((file) => [file.path, file.content]))
  const after = new Map(to.map((file) => [file.path, file.content]))
  const gone = [...before.keys()].filter((path) => !after.has(path)).map((path) => [path, null])
  return Object.fromEntries([...gone, ...[...after].filter(([path, content]) => before.get(path) !== content)])
}

function verdict({ code, output }) {
  if (code === 0 || code === NOTHING_COLLECTED) return { end: 'survived' }
  const failed = /^FAILED (\S+)/m.exec(output)?.[1]
  if (code === 1 && failed !== undefined) return { end: 'killed', by: failed }
  return { end: 'broken', by: (/^(?:E {2}|ERROR ).*/m.exec(output)?.[0] ?? output.trim().split('\n').slice(-3).join(' ')).slice(0, 300) }
}

const notRun = ({ stderr }) => ({ end: 'broken', by: stderr.trim().split('\n').slice(-3).join(' ') })

/** Rules that could be taken out, and those of them whose absence a test noticed. */
export function tally(fates) {
  const removed = fates.filter(({ end }) => end === 'killed' || end === 'survived')
  return { removed: removed.length, killed: removed.filter(({ end }) => end === 'killed').length }
}
