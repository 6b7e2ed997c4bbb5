import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tail } from '../processes.mjs'

/** Ways to break an application: where, what, and the methods of the features that then cannot hold. */
const BREAKS = [
  { what: 'creating answers 202', folder: 'app/routers/v1', from: /status_code=201/, to: 'status_code=202', methods: ['POST'] },
  {
    what: 'deleting deletes nothing',
    folder: 'app/services',
    from: /await delete_row\(self\.session, (\w+)\)/,
    to: 'assert $1',
    methods: ['DELETE'],
  },
  { what: 'updating changes nothing', folder: 'app/services', from: /^( +)assign\((\w+), \w+\)$/m, to: '$1assert $2', methods: ['PUT', 'PATCH'] },
  { what: 'texts may have any length', folder: 'app/schemas', from: /max_length=\d+/g, to: 'max_length=1000000', methods: ['POST', 'PUT', 'PATCH'] },
]
const WANTED = 3

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '24',
  title: 'honesty',
  needs: 'files',
  slow: true,
  async check(subject) {
    const fresh = await verify(subject, subject.projectDir)
    const claimed = subject.features().map(({ id, passes }) => ({ id, proven: passes === true }))
    const findings = [
      ...claimed
        .filter(({ id, proven }) => proven !== fresh.proven.has(id))
        .map(({ id, proven }) => `feature ${id} says passes: ${proven}, a fresh proof says otherwise`),
      ...fresh.drift.map((drift) => `the list drifts: ${JSON.stringify(drift)}`),
    ]
    const place = join(subject.folder, 'broken')
    cpSync(subject.projectDir, place, { recursive: true })
    const broken = []
    for (const each of BREAKS) if (broken.length < WANTED && breakOnce(place, each)) broken.push(each)
    const after = await verify(subject, place)
    rmSync(place, { recursive: true, force: true })
    const fallen = subject.features().filter(({ id, category }) => category === 'endpoint' && fresh.proven.has(id) && !after.proven.has(id))
    for (const { what, methods } of broken)
      if (!fallen.some(({ method }) => methods.includes(method)))
        findings.push(`${what}, and yet every endpoint by ${methods.join(' or ')} counts as proven`)
    if (after.proven.size === 0) findings.push('nothing at all is proven any more, so the breaks themselves were not told apart')
    if (broken.length === 0) findings.push('nothing was found to break: the row has to be adapted to what is generated')
    return { findings, figure: `${fresh.proven.size} proven again; broken in ${broken.length} ways: ${fresh.proven.size - after.proven.size} fell` }
  },
}

async function verify(subject, dir) {
  const result = await subject.bench.forge(['verify', dir, '--json'], { timeoutMs: 300_000 })
  const line = result.stdout.trim().split('\n').at(-1)
  if (!line?.startsWith('{')) throw new Error(`forge verify ended with ${result.code}: ${tail(result)}`)
  const { features, drift } = JSON.parse(line)
  return { proven: new Set(features.filter((feature) => feature.proven).map(({ id }) => id)), drift }
}

/** Breaks the first file that can be broken so. */
function breakOnce(place, { folder, from, to }) {
  for (const name of readdirSync(join(place, folder)).sort()) {
    const file = join(place, folder, name)
    if (!name.endsWith('.py')) continue
    const text = readFileSync(file, 'utf8')
    const changed = text.replace(from, to)
    if (changed === text) continue
    writeFileSync(file, changed)
    return true
  }
  return false
}
