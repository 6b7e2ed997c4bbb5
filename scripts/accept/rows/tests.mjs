import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suiteCounts } from '../junit.mjs'
import { tail } from '../processes.mjs'

const LIMIT = { lines: 90, branches: 80, services: 95 }
/** For fifty endpoints on two cores, and never less. */
const LIMIT_SECONDS = 60
const SEEDS = ['20240229', '19991231']

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '13',
  title: 'own tests',
  needs: 'clone',
  async check(subject) {
    const { dir, python, databaseUrl } = await subject.clone()
    const { plugins } = await subject.bench.tools()
    const report = (name) => join(subject.folder, name)
    const pytest = (name, ...args) =>
      subject.run(python, ['-m', 'pytest', '-q', `--junitxml=${report(`${name}.xml`)}`, '-p', 'no:cacheprovider', ...args], {
        cwd: dir,
        env: { DATABASE_URL: databaseUrl, PYTHONPATH: plugins, COVERAGE_FILE: report('.coverage') },
      })
    const coverage = report('coverage.json')
    const alone = await pytest('alone', `--randomly-seed=${SEEDS[0]}`, '--cov', '--cov-branch', `--cov-report=json:${coverage}`)
    const parallel = await pytest('parallel', `--randomly-seed=${SEEDS[1]}`, '-n', '2')
    const runs = [
      ['in random order', alone, 'alone'],
      ['in random order, in two workers', parallel, 'parallel'],
    ]
    const covered = coverageOf(coverage)
    const limit = LIMIT_SECONDS * Math.max(1, subject.spec.endpoints.length / 50)
    return {
      findings: [
        ...runs.flatMap(([how, result, name]) => outcomes(how, result, report(`${name}.xml`))),
        ...Object.entries(LIMIT).flatMap(([what, least]) =>
          covered[what] >= least ? [] : [`coverage of ${what} is ${covered[what].toFixed(1)} %, less than ${least} %`],
        ),
        ...(parallel.seconds <= limit ? [] : [`the tests took ${parallel.seconds.toFixed(0)} s in two workers, more than ${limit} s`]),
      ],
      figure: `${suiteCounts(report('alone.xml')).tests} tests, ${alone.seconds.toFixed(0)} s, in two workers ${parallel.seconds.toFixed(0)} s; lines ${covered.lines.toFixed(1)} %, branches ${covered.branches.toFixed(1)} %, services ${covered.services.toFixed(1)} %`,
    }
  },
}

function outcomes(how, result, xml) {
  const { failures, errors, skipped } = suiteCounts(xml)
  const warnings = /(\d+) warnings?\b/.exec(result.stdout.split('\n').slice(-6).join('\n'))?.[1]
  return [
    ...(result.code === 0 ? [] : [`pytest ${how} ended with ${result.code}: ${tail(result, 25)}`]),
    ...(failures + errors + skipped === 0 ? [] : [`pytest ${how}: ${failures} failed, ${errors} errors, ${skipped} skipped`]),
    ...(warnings === undefined ? [] : [`pytest ${how}: ${warnings} warnings`]),
  ]
}

/** In percent; NaN where the tests did not come so far as to measure it. */
function coverageOf(file) {
  if (!existsSync(file)) return { lines: Number.NaN, branches: Number.NaN, services: Number.NaN }
  const { totals, files } = JSON.parse(readFileSync(file, 'utf8'))
  const services = Object.entries(files).flatMap(([name, { summary }]) => (name.startsWith('app/services/') ? [summary] : []))
  const sum = (summaries, name) => summaries.reduce((total, summary) => total + summary[name], 0)
  const percent = (covered, all) => (all === 0 ? 100 : (100 * covered) / all)
  return {
    lines: percent(totals.covered_lines, totals.num_statements),
    branches: percent(totals.covered_branches, totals.num_branches),
    services: percent(sum(services, 'covered_lines'), sum(services, 'num_statements')),
  }
}
