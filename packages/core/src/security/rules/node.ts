import type { Argument } from '../argument'
import type { CommandRule, CommandScope } from '../command-rule'
import { type OptionTable, checkOptions } from '../option-table'
import type { Refusal } from '../refusal'
import { projectWords } from './python'

const NODE: OptionTable = {
  flags:
    '-v --version -h --help -c --check -i --test --watch --enable-source-maps --no-warnings --trace-warnings --test-only --experimental-strip-types',
  values: {
    text: '-e --eval -p --print --test-name-pattern --input-type --max-old-space-size -C --conditions',
    ref: '-r --require --import --test-reporter',
    path: '--env-file',
  },
  stopAtOperand: true,
}

const node: CommandRule = {
  names: ['node'],
  check: (command, scope) =>
    checkOptions(command, scope, NODE, ([script, ...args]) =>
      script ? (scope.readable(script) ?? projectWords({ name: 'node', args }, scope)) : undefined,
    ),
}

const NPM: OptionTable = {
  flags:
    '-s -d -v --silent --quiet --version --no-audit --no-fund --ignore-scripts --dry-run --if-present --json --all --production --legacy-peer-deps -D -E -P -O --save --save-dev --save-exact --save-prod --save-optional --no-save -y --yes -h --help --offline --prefer-offline --package-lock-only --workspaces --ws',
  values: { text: '--omit --include -w --workspace --loglevel', number: '--depth', write: '--prefix -C' },
  operands: 'text',
}
const SCRIPTS = new Set('run run-script test t tst start stop restart build'.split(' '))
const INSTALLS = new Set('install i ci add uninstall remove rm update'.split(' '))
const READS = new Set('ls list outdated audit explain why help init root prefix version prune dedupe bin'.split(' '))
const PACKAGE = /^(@\w[\w.-]*\/)?\w[\w.-]*(@[\w.^~<>=*|-]+)?$/

/** Scripts of the project and packages by name; whatever runs other packages or talks to an account is refused. */
const npm: CommandRule = {
  names: ['npm'],
  check(command, scope) {
    const split = command.args.findIndex(({ text }) => text === '--')
    const own = split < 0 ? command.args : command.args.slice(0, split)
    const passed = split < 0 ? [] : command.args.slice(split + 1)
    return (
      checkOptions({ name: 'npm', args: own }, scope, NPM, ([subcommand, ...operands]) => subcommand && checkNpm(subcommand, operands, scope)) ??
      projectWords({ name: 'npm', args: passed }, scope)
    )
  },
}

function checkNpm(subcommand: Argument, operands: readonly Argument[], scope: CommandScope): Refusal | undefined {
  const name = subcommand.text ?? ''
  if (SCRIPTS.has(name)) return projectWords({ name: 'npm', args: operands }, scope)
  if (INSTALLS.has(name) && operands.every(({ text }) => text !== undefined && PACKAGE.test(text))) return undefined
  if (READS.has(name) && operands.length === 0) return undefined
  if (name === 'ls' || name === 'list') return projectWords({ name: 'npm', args: operands }, scope)
  return { rule: 'npm.command', reason: `npm ${name} is not allowed like this.`, hint: 'Use npm run SCRIPT, npm ci, or npm install NAME.' }
}

export const nodeRules: readonly CommandRule[] = [node, npm]
