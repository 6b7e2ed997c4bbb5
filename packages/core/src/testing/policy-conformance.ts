import assert from 'node:assert/strict'
import { evaluateCommand } from '../security/evaluate'
import type { PolicyContext, PolicyVerdict, SecurityPolicy } from '../security/policy'
import type { ConformanceCase } from './conformance'

/** A command that must be denied, and the rule that must do it; without a rule any will do. */
export interface DeniedCommand {
  command: string
  rule?: string | undefined
}

export interface PolicyConformanceOptions {
  create(): SecurityPolicy
  /** The other policies of its chain, for a policy that does not allow anything by itself; default none. */
  beside?: readonly SecurityPolicy[] | undefined
  /** Your own corpus: commands that the chain must allow in an empty project. */
  allowed?: readonly string[] | undefined
  /** Your own corpus: commands that the chain must deny in an empty project. */
  denied?: readonly (string | DeniedCommand)[] | undefined
}

/** Milliseconds for one odd input. */
const MAX_MS = 2000

const CONTEXTS: readonly PolicyContext[] = [
  { projectDir: '/nowhere/project', cwd: '/nowhere/project' },
  { projectDir: '/nowhere/project', cwd: '/nowhere/project/app/models' },
]

/** What every `SecurityPolicy` must do. Runs no command, and needs no project. */
export function policyConformance({ create, beside = [], allowed = [], denied = [] }: PolicyConformanceOptions): ConformanceCase[] {
  const judge = (command: string) => evaluateCommand(command, { projectDir: '/nowhere/project', policies: [...beside, create()] })
  const inputs = [...ODD, ...allowed, ...denied.map(commandOf)]
  const cases: Record<string, () => void> = {
    'has an id': () => assert.ok(create().id.length > 0, 'id is empty'),
    'answers any text in any folder, synchronously, with a well-formed verdict': () => {
      for (const [command, context] of questions(inputs)) assertVerdict(create().evaluate({ command }, context), command)
    },
    'answers the same question the same way, whatever was asked in between': () => {
      const policy = create()
      const ask = () => [...questions(inputs)].map(([command, context]) => policy.evaluate({ command }, context))
      const first = ask()
      assert.deepEqual(ask(), first)
      assert.deepEqual(
        [...questions(inputs)].map(([command, context]) => create().evaluate({ command }, context)),
        first,
      )
    },
    'leaves its question as it is': () => {
      const policy = create()
      for (const [command, context] of questions(inputs)) policy.evaluate(Object.freeze({ command }), Object.freeze({ ...context }))
    },
    'answers in time': () => {
      const policy = create()
      for (const [command, context] of questions(ODD)) {
        const startedAt = performance.now()
        policy.evaluate({ command }, context)
        const milliseconds = performance.now() - startedAt
        assert.ok(milliseconds < MAX_MS, `${shown(command)} took ${milliseconds.toFixed(0)} ms`)
      }
    },
  }
  for (const command of allowed) {
    cases[`allows: ${command}`] = () => {
      const { verdict, rule, reason } = judge(command)
      assert.equal(verdict, 'allow', `denied by ${rule}: ${reason}`)
    }
  }
  for (const entry of denied) {
    cases[`denies: ${commandOf(entry)}`] = () => {
      const { verdict, rule, reason } = judge(commandOf(entry))
      assert.equal(verdict, 'deny', `allowed by ${rule}: ${reason}`)
      if (typeof entry !== 'string' && entry.rule !== undefined) assert.equal(rule, entry.rule, `denied by ${rule}, not by ${entry.rule}: ${reason}`)
    }
  }
  return Object.entries(cases).map(([name, check]) => ({ name, run: async () => check() }))
}

const ODD: readonly string[] = [
  ...[
    '',
    ' ',
    '\n',
    '\0',
    '\r\n',
    '#',
    '\\',
    '💥',
    '\ud800',
    '\ufeffls',
    '\u202els',
    '-',
    '--',
    '$',
    '$(',
    '`',
    '"',
    "'",
    '((((',
    '}',
    ';;',
    '&&',
    '|',
    '<',
  ],
  ...[
    'ls',
    'ls -la',
    'ls \\\n -la',
    'rm -rf /',
    'a=1',
    'a=$(b)',
    'for',
    'if true',
    'x() { x; }; x',
    'cat <<E',
    'cat <<E\nE',
    '<(ls)',
    '$((1/0))',
    '{a,b}',
    '[[',
  ],
  ...['a'.repeat(100_000), 'ls && '.repeat(2000), '$('.repeat(2000), 'a=b '.repeat(2000), '"$x"'.repeat(2000), 'x;'.repeat(5000)],
]

function* questions(commands: readonly string[]): Iterable<[command: string, context: PolicyContext]> {
  for (const context of CONTEXTS) for (const command of commands) yield [command, context]
}

const commandOf = (entry: string | DeniedCommand) => (typeof entry === 'string' ? entry : entry.command)
const shown = (command: string) => JSON.stringify(command.slice(0, 60))

function assertVerdict(verdict: PolicyVerdict, command: string): void {
  assert.ok(typeof verdict === 'object' && verdict !== null, `${shown(command)} got no verdict`)
  assert.ok(!('then' in verdict), 'evaluate is not synchronous')
  assert.ok(['allow', 'deny', 'abstain'].includes(verdict.verdict), `${shown(command)}: the verdict is ${verdict.verdict}`)
  if (verdict.verdict === 'abstain') {
    assert.ok(verdict.unknown === undefined || Array.isArray(verdict.unknown), 'unknown is not a list of names')
    return
  }
  assert.ok(verdict.rule.length > 0, `${shown(command)}: a decision without a rule`)
  assert.ok(verdict.reason.length > 0, `${shown(command)}: a decision without a reason`)
}
