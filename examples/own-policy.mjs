// A further command with a validator of its own, and a stricter rule for one that is built in.
import assert from 'node:assert/strict'
import { commandAllowlist, evaluateCommand, optionRule } from '@forge/core'
import { policyConformance } from '@forge/core/testing'

/** A query must be one SELECT; what is known only at run time could be anything. A backslash would start a command of the tool's own.
 * @param {import("@forge/core").Argument} statement
 */
function oneSelect({ text }) {
  if (text !== undefined && /^\s*select\b[^;\\]*;?\s*$/i.test(text)) return undefined
  return { rule: 'dbq.statement', reason: 'dbq runs one SELECT that is written out.', hint: 'Use an Alembic migration to change data.' }
}

// Options as data: what is not in the table is refused, and paths must be inside the project.
const dbq = optionRule(['dbq'], {
  flags: '-q --quiet --csv',
  values: { number: '--limit', path: '-f --file', write: '-o --output' },
  checked: { '-c': oneSelect, '--command': oneSelect },
  operands: 'none',
})

/** Beside the rule that git has already: it tightens, and cannot relax.
 * @type {import("@forge/core").CommandRule}
 */
const keepWork = {
  names: ['git'],
  check({ args }) {
    const has = (/** @type {string} */ word) => args.some(({ text }) => text === word)
    if (!has('reset') || !has('--hard')) return undefined
    return { rule: 'git.keep-work', reason: 'git reset --hard loses work.', hint: 'Use git stash, or commit first.' }
  },
}

const policy = commandAllowlist({ rules: [dbq, keepWork] })

const decision = evaluateCommand('git add -A && git reset --hard HEAD~1', { projectDir: './my_api', policies: [policy] })
assert.deepEqual([decision.verdict, decision.rule], ['deny', 'git.keep-work'])

// The suite that every policy should pass, with a corpus of your own.
const cases = policyConformance({
  create: () => policy,
  allowed: ["dbq -c 'select id from tasks' --csv -o out.csv", 'dbq --limit 10 -f queries/open.sql | head', 'git reset --soft HEAD~1', 'pytest -q'],
  denied: [
    { command: "dbq -c 'drop table tasks'", rule: 'dbq.statement' },
    { command: "dbq -c 'select 1; drop table tasks'", rule: 'dbq.statement' },
    { command: String.raw`dbq --command='select 1 \! evil'`, rule: 'dbq.statement' },
    { command: 'dbq -c "$QUERY"', rule: 'dbq.statement' },
    { command: 'dbq -f /etc/passwd', rule: 'path.outside' },
    { command: 'dbq -c "select 1" -o../out.csv', rule: 'path.outside' },
    { command: 'dbq --host db.example.com', rule: 'dbq.option' },
    { command: 'git reset --hard', rule: 'git.keep-work' },
    { command: 'ls | dbq postgres', rule: 'dbq.operand' },
    'dbq -c "select 1" && evil',
  ],
})
for (const { run } of cases) await run()
console.log(`${decision.rule}: ${decision.reason} ${decision.hint}\n${cases.length} checks of the policy hold.`)
