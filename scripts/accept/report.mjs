// The table of specifications and rows, and what to write beside it.
import { availableParallelism, loadavg } from 'node:os'

/** Name of the table's line for what is checked once. */
export const ONCE = 'once, for all'

/**
 * @param {{ subject: string, row: { id: string, title: string }, outcome: import('./row.mjs').Outcome, seconds: number }[]} results
 * @returns {string} Markdown
 */
export function reportText(results) {
  const rows = [...new Map(results.map(({ row }) => [row.id, row])).values()]
  const subjects = [...new Set(results.map(({ subject }) => subject))]
  const at = (subject, id) => results.find((result) => result.subject === subject && result.row.id === id)
  const table = [
    ['', ...rows.map(({ id }) => id)],
    ['---', ...rows.map(() => ':-:')],
    ...subjects.map((subject) => [subject, ...rows.map(({ id }) => cell(at(subject, id)?.outcome))]),
  ]
  return [...table.map((cells) => `| ${cells.join(' | ')} |`), '', ...rows.flatMap((row) => section(row, results)), '', summary(results)].join('\n')
}

function cell(outcome) {
  if (outcome === undefined) return ''
  if (outcome.notRun) return 'not run'
  return outcome.findings?.length ? `**${outcome.findings.length}**` : 'ok'
}

function section({ id, title }, results) {
  const own = results.filter(({ row }) => row.id === id)
  return [`- **${id} ${title}**`, ...own.map((result) => `  - ${line(result)}`)]
}

function line({ subject, outcome, seconds }) {
  const parts = [outcome.notRun && `not run: ${outcome.notRun}`, outcome.figure, `${seconds.toFixed(0)} s`, findings(outcome)]
  return `${subject}: ${parts.filter(Boolean).join('; ')}`
}

const SHOWN = 3
function findings({ findings: found = [] }) {
  const shown = found.slice(0, SHOWN).map((finding) => finding.split('\n')[0].slice(0, 200))
  return [...shown, ...(found.length > SHOWN ? [`and ${found.length - SHOWN} more`] : [])].join(' / ')
}

function summary(results) {
  const count = (test) => results.filter(({ outcome }) => test(outcome)).length
  const failed = count(isFailed)
  const notRun = count((outcome) => outcome.notRun)
  return `${results.length - failed - notRun} checks hold, ${failed} do not, ${notRun} were not run. Times on ${availableParallelism()} cores, whose load was ${loadavg()[2].toFixed(1)}.`
}

/** Whether a row found something wrong. */
export const isFailed = (outcome) => !outcome.notRun && (outcome.findings?.length ?? 0) > 0

/** One finished row, for people who wait. */
export function progressLine({ subject, row, outcome, seconds }) {
  const state = outcome.notRun ? `not run: ${outcome.notRun}` : isFailed(outcome) ? `${outcome.findings.length} findings` : 'ok'
  const head = `${subject}  ${row.id} ${row.title}: ${state}${outcome.figure ? ` (${outcome.figure})` : ''}, ${seconds.toFixed(1)} s`
  return [head, ...(outcome.notRun ? [] : (outcome.findings ?? []).map((finding) => `    ${finding.replaceAll('\n', '\n      ')}`))].join('\n')
}
