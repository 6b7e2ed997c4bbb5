import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readSpec } from '@forge/spec'
import { run, start } from '../processes.mjs'

const WRITE_LIMIT_MS = 120_000
/** Notes, evidence and state of a run; all else is the same bytes whenever and wherever it is written. */
const OF_THE_RUN = /^(logs\/|\.forge\/|claude-progress\.txt$)/

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '25',
  title: 'determinism',
  needs: 'files',
  async check(subject) {
    const second = join(subject.folder, 'elsewhere', 'second')
    await writeOnly(subject, second)
    const files = (await tracked(subject.projectDir)).filter((path) => !OF_THE_RUN.test(path))
    const changed = files.filter((path) => content(subject.projectDir, path) !== content(second, path))
    const text = readFileSync(subject.specFile, 'utf8')
    const reordered = reorderedSections(text)
    const differences = reordered === undefined ? [] : differing(readSpec(text), readSpec(reordered))
    return {
      findings: [
        ...changed.map((path) => `${path} has other bytes the second time`),
        ...differences.map((part) => `with its sections in another order the specification has other ${part}`),
      ],
      figure: `${files.length} files the same; sections ${reordered === undefined ? 'not reordered (the form has none)' : 'reordered'}`,
    }
  },
}

/** As far as the proof, which writes nothing. */
async function writeOnly({ bench, specFile }, projectDir) {
  const args = ['generate', '--spec', specFile, '--project-dir', projectDir, '--config', bench.size, '--provider', 'blueprint', '--json']
  const program = start(process.execPath, [join(bench.root, 'packages/cli/bin/forge.js'), ...args], { cwd: bench.folder })
  const until = Date.now() + WRITE_LIMIT_MS
  while (Date.now() < until && !program.output.stdout.includes('"type":"verification-start"')) await sleep(50)
  await program.stop(20_000)
  if (Date.now() >= until) throw new Error('the second project was not written in time')
}

async function tracked(dir) {
  const { stdout } = await run('git', ['ls-files', '-z'], { cwd: dir })
  return stdout.split('\0').filter(Boolean)
}

/** Without what proofs add to the list of features. */
function content(dir, path) {
  let text
  try {
    text = readFileSync(join(dir, path), 'utf8')
  } catch {
    return undefined
  }
  if (path !== 'feature_list.json') return text
  return JSON.stringify(JSON.parse(text).map(({ passes, evidence, ...definition }) => definition))
}

/** The sections of the second level, last first; undefined where there are fewer than two. */
function reorderedSections(text) {
  const parts = text.split(/^(?=## )/m)
  const [preamble, ...sections] = parts
  if (sections.length < 2) return undefined
  return [preamble, ...sections.map((section) => (section.endsWith('\n\n') ? section : `${section.trimEnd()}\n\n`)).reverse()].join('')
}

const PARTS = ['entities', 'endpoints', 'rules', 'roles', 'auth', 'errors', 'paging', 'statusCodes', 'seeds']

function differing(one, other) {
  return PARTS.filter((part) => JSON.stringify(normal(one[part])) !== JSON.stringify(normal(other[part])))
}

/** Without lines and numbers, and in an order of its own. */
function normal(value) {
  if (Array.isArray(value)) {
    const items = value.map(normal)
    return value.every((item) => typeof item === 'object') ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items
  }
  if (value === null || typeof value !== 'object') return value
  const kept = Object.entries(value).filter(([name]) => !['source', 'line', 'lines'].includes(name) && !(name === 'id' && 'effects' in value))
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, item]) => [name, normal(item)]))
}
