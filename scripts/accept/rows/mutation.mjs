import { cpSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { compile, mutants } from '@forge/blueprint/testing'
import { sizes } from '@forge/templates'
import { fatesOf, tally } from '../mutation.mjs'

const LEAST = 0.9

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '14',
  title: 'tests bite',
  needs: 'clone',
  slow: true,
  async check(subject) {
    const { dir, python, databaseUrl } = await subject.clone()
    const { spec, files, features } = compile(readFileSync(subject.specFile, 'utf8'), sizes[subject.bench.size])
    const place = join(subject.folder, 'mutants')
    cpSync(dir, place, { recursive: true, filter: (path) => !/(?:^|\/)(?:\.venv|\.git|__pycache__)$/.test(path) })
    const app = files.filter(({ path }) => path.startsWith('app/') || path.startsWith('alembic/'))
    const jobs = join(subject.folder, 'mutants.json')
    const fates = await fatesOf({ dir: place, python, databaseUrl, jobs, app, mutants: claimed(spec, features), run: subject.run })
    rmSync(place, { recursive: true, force: true })
    return outcome(fates)
  },
}

/** A sentence that is left for a model claims nothing. */
function claimed(spec, features) {
  const sentences = features.filter(({ source }) => source.kind === 'rule')
  return [...mutants(spec)].filter(({ id }) => {
    const number = /^rule (\d+)$/.exec(id)?.[1]
    return number === undefined || sentences[spec.rules.findIndex((rule) => rule.id === Number(number))]?.left_for_model === undefined
  })
}

function outcome(fates) {
  const { removed, killed } = tally(fates)
  const ended = (end) => fates.filter((fate) => fate.end === end)
  const named = ({ id, text, by }) => `${id} (${text})${by ? `: ${by}` : ''}`
  return {
    findings: [
      ...(removed === 0 || killed / removed >= LEAST
        ? []
        : [`only ${killed} of ${removed} removed rules make a test fail; not: ${ended('survived').map(named).join('; ')}`]),
      ...ended('same').map((fate) => `without ${named(fate)} the application has the same bytes`),
      ...ended('broken').map((fate) => `nothing is known of ${named(fate)}`),
    ],
    figure: `${killed} of ${removed} removed rules make a test fail${ended('survived')
      .map((fate) => `; not: ${named(fate)}`)
      .join('')}`,
  }
}
