import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tail } from '../processes.mjs'

const LIMIT_SECONDS = 2
/** Node starts, reads its modules and ends: what the command costs whatever it reads. */
const LARGE_BYTES = 350_000

const BAD = {
  empty: '',
  blank: ' \n\t\n\n',
  binary: Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 37) % 256)),
  'not UTF-8': Buffer.from(Array.from({ length: 4096 }, (_, index) => 128 + (index % 64))),
  'without entities': 'A letter to my aunt\n\nDear aunt, the weather is fine and I am well.\n',
}

const CONTRADICTIONS = `# Notes API

## Models
- Note: id (integer), title (string, required, max 100), body (text)
- Note: id (integer), title (string, required, max 200), body (text)

## Endpoints
- GET /notes - List notes
- POST /notes - Create note
- GET /notes/{id} - Get note
`
const TWICE = [4, 5]

/** @type {import('../row.mjs').RunRow} */
export const row = {
  id: '27',
  title: 'bad input',
  needs: 'run',
  async check(bench) {
    const findings = []
    for (const [name, text] of Object.entries(BAD)) findings.push(...(await refused(bench, name, text)))
    findings.push(...(await contradicted(bench)))
    const large = await largeOne(bench)
    return { findings: [...findings, ...large.findings], figure: `${Object.keys(BAD).length} refused; ${large.figure}` }
  },
}

async function refused(bench, name, text) {
  const file = join(bench.folder, 'bad.txt')
  const target = join(bench.folder, `bad ${name}`)
  writeFileSync(file, text)
  const findings = []
  for (const args of [
    ['spec', file],
    ['generate', '--spec', file, '--project-dir', target],
  ]) {
    const { code, stdout, stderr, seconds } = await bench.forge(args)
    const lines = stderr.match(/^forge: .+$/gm)?.length ?? 0
    if (code !== 2 || lines !== 1 || stdout !== '') findings.push(`forge ${args[0]}, ${name}: exit code ${code}, ${lines} lines that say why`)
    if (seconds > LIMIT_SECONDS) findings.push(`forge ${args[0]}, ${name}: ${seconds.toFixed(1)} s`)
    if (existsSync(target)) findings.push(`forge ${args[0]}, ${name}: something was written`)
  }
  return findings
}

async function contradicted(bench) {
  const file = join(bench.folder, 'contradictions.md')
  writeFileSync(file, CONTRADICTIONS)
  const { code, stdout } = await bench.forge(['spec', file, '--json'])
  if (code !== 0) return [`forge spec ended with ${code} on a specification that contradicts itself`]
  const { diagnostics } = JSON.parse(stdout)
  const told = diagnostics.some(({ level, lines }) => level === 'warning' && TWICE.every((line) => lines.includes(line)))
  return told ? [] : [`no warning names the lines ${TWICE.join(' and ')}, which contradict each other: ${JSON.stringify(diagnostics)}`]
}

/** Read in time, and built: what is read is what a small one would be. */
async function largeOne(bench) {
  const file = join(bench.folder, 'large.md')
  writeFileSync(file, largeSpecification())
  const read = await bench.forge(['spec', file, '--json'])
  const entities = read.code === 0 ? JSON.parse(read.stdout).entities.length : 0
  const target = join(bench.folder, 'large')
  const built = await bench.forge(['generate', '--spec', file, '--project-dir', target, '--config', 'test'], { timeoutMs: 300_000 })
  return {
    findings: [
      ...(read.code === 0 && entities === LARGE_ENTITIES ? [] : [`350 KB: forge spec ended with ${read.code} and found ${entities} entities`]),
      ...(read.seconds <= LIMIT_SECONDS ? [] : [`350 KB took ${read.seconds.toFixed(1)} s to read`]),
      ...([0, 3].includes(built.code) ? [] : [`350 KB: forge generate ended with ${built.code}: ${tail(built)}`]),
    ],
    figure: `350 KB read in ${read.seconds.toFixed(1)} s, built and proven in ${built.seconds.toFixed(0)} s`,
  }
}

const LARGE_ENTITIES = 4
const NOUNS = ['Garden', 'Plant', 'Tool', 'Visit']

/** Little to build in a great deal of text. */
function largeSpecification() {
  const parts = NOUNS.map((name) => {
    const path = `/api/v1/${name.toLowerCase()}s`
    return `### ${name}\n\n- id (integer)\n- name (string, required, max 80)\n- notes (text)\n\n- GET ${path} - List ${name.toLowerCase()}s\n- POST ${path} - Create ${name.toLowerCase()}\n- GET ${path}/{id} - Get ${name.toLowerCase()}\n`
  })
  const prose = 'The people who keep the gardens write down what they see, and nobody has to hurry with it.\n\n'
  return `# Garden API\n\n## Overview\n\n${prose.repeat(Math.ceil(LARGE_BYTES / prose.length))}\n## Models\n\n${parts.join('\n')}`
}
