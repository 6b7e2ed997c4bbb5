import { type Argument, withText } from '../argument'
import type { CommandRule, CommandScope, ResolvedCommand } from '../command-rule'
import { type OptionTable, checkOptions, checkValue, looksLikePath, unclear } from '../option-table'
import { type Refusal, firstRefusal } from '../refusal'

const VERSIONS = ['python', 'python3', ...[9, 10, 11, 12, 13, 14].map((minor) => `python3.${minor}`)]
const FLAGS = /^[bBdEhiIOPqsSuvVx?]$/

/** Tools that have a rule of their own, by the name of their module. */
const TOOL_MODULES = new Set('pytest pip uvicorn alembic ruff black mypy coverage'.split(' '))
/** Modules of the standard library that run other code, or serve or unpack files where they like. */
const FORBIDDEN_MODULES = new Set(
  'pdb cProfile profile trace runpy code pty idlelib webbrowser http smtpd pydoc zipapp zipfile tarfile ensurepip lib2to3 asyncio test turtledemo'.split(
    ' ',
  ),
)
const MODULE = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/

const VENV: OptionTable = {
  flags: '--clear --upgrade --without-pip --copies --symlinks --upgrade-deps --system-site-packages -h --help',
  values: { text: '--prompt' },
  operands: 'write',
}

/** What is handed to code of the project: only words that lead outside are refused. */
const PROJECT_WORDS: OptionTable = { unknown: 'allow', operands: 'ref' }

/** Modules of the standard library write beside what they read (`json.tool in out`, `py_compile`). */
const MODULE_WORDS: OptionTable = { unknown: 'allow', operands: (value, scope) => (looksLikePath(value) ? scope.writable(value) : undefined) }

export const projectWords = (command: ResolvedCommand, scope: CommandScope) => checkOptions(command, scope, PROJECT_WORDS)

const python: CommandRule = {
  names: VERSIONS,
  check(command, scope) {
    const queue = [...command.args]
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { text } = next
      if (text === undefined) return unclear(command)
      if (text === '--version' || text === '--help') continue
      if (text === '-') return projectWords({ name: command.name, args: queue }, scope)
      if (!text.startsWith('-')) return scope.readable(next) ?? projectWords({ name: command.name, args: queue }, scope)
      const [, flags = '', last = '', glued = ''] = /^-([bBdEhiIOPqsSuvVx?]*)([cmWX]?)(.*)$/s.exec(text) ?? []
      if (last === '' && glued !== '') return option(text)
      if (![...flags].every((flag) => FLAGS.test(flag))) return option(text)
      if (last === '') continue
      const value = glued === '' ? queue.shift() : { ...next, text: glued }
      if (!value || value.splits) return unclear(command)
      if (last === 'c') return projectWords({ name: command.name, args: queue }, scope)
      if (last === 'm') return runModule({ name: command.name, args: queue }, value, scope)
      if (!/^[\w:.-]+(=\w+)?$/.test(value.text ?? '')) return option(`-${last}`)
    }
    return undefined
  },
}

const option = (name: string): Refusal => ({
  rule: 'python.option',
  reason: `the option ${name} of python is not allowed.`,
  hint: 'Use the command without it.',
})

/** A tool is judged as if it were called by its name; other modules belong to the project, or are harmless. */
function runModule(command: ResolvedCommand, module: Argument, scope: CommandScope): Refusal | undefined {
  const name = module.text ?? ''
  const [first = ''] = name.split('.')
  if (!MODULE.test(name) || FORBIDDEN_MODULES.has(first)) {
    return { rule: 'python.module', reason: `the module ${name} cannot be run.`, hint: 'Run a tool, a module or a script of the project.' }
  }
  if (TOOL_MODULES.has(name)) return scope.judge({ name, args: command.args })
  if (name === 'venv') return checkOptions(command, scope, VENV)
  return checkOptions(command, scope, MODULE_WORDS)
}

const COVERAGE_RUN_VALUES = '--source --omit --include --concurrency --context --source-pkgs'

const COVERAGE: OptionTable = {
  flags:
    '-i -m -q -a -p --branch --append --parallel-mode --pylib -L --timid --show-missing --skip-covered --no-skip-covered --skip-empty --ignore-errors --quiet --keep --help -h --version --pretty-print --show-contexts',
  values: {
    text: '--format --precision --sort --contexts --title',
    ref: COVERAGE_RUN_VALUES,
    number: '--fail-under',
    path: '--rcfile',
    write: '-d -o --directory --data-file',
  },
  operands: 'ref',
}
const COVERAGE_COMMANDS = new Set('report html xml json lcov erase combine annotate debug help'.split(' '))

const coverage: CommandRule = {
  names: ['coverage'],
  check(command, scope) {
    const [subcommand, ...args] = command.args
    if (subcommand === undefined || subcommand.text?.startsWith('-')) return checkOptions(command, scope, COVERAGE)
    if (subcommand.text !== 'run') {
      const known = subcommand.text !== undefined && COVERAGE_COMMANDS.has(subcommand.text)
      return known
        ? checkOptions({ name: 'coverage', args }, scope, COVERAGE)
        : { rule: 'coverage.command', reason: 'this command of coverage is not known.' }
    }
    const start = programStart(args)
    return checkOptions({ name: 'coverage', args: args.slice(0, start) }, scope, COVERAGE) ?? scope.judge({ name: 'python', args: args.slice(start) })
  },
}

/** Where the options of `coverage run` end: at `-m` or at the script. */
function programStart(args: readonly Argument[]): number {
  for (let at = 0; at < args.length; at++) {
    const text = args[at]?.text ?? ''
    if (text === '-m' || !text.startsWith('-')) return at
    if (COVERAGE_RUN_VALUES.split(' ').includes(text) || text === '--rcfile' || text === '--data-file') at++
  }
  return args.length
}

const PYTEST: OptionTable = {
  unknown: 'allow',
  flags: '-v -q -s -x -l -h -V --lf --ff --nf --sw --co -h --help --version',
  values: {
    text: '-k -m -r -W -n --tb --capture --color --deselect --durations --durations-min --maxfail --cov-fail-under --timeout --dist --log-level --log-cli-level --log-format --ignore-glob --import-mode --asyncio-mode --show-capture --verbosity --cov-context --reruns --random-order-seed',
    path: '-c --config-file --rootdir --confcutdir --ignore --cov-config',
    write: '--junitxml --junit-xml --log-file --report-log --html --json-report-file',
  },
  checked: {
    '--basetemp': emptied,
    '-p': (value) => (/^(no:)?[\w.-]+$/.test(value.text ?? '') ? undefined : { rule: 'pytest.plugin', reason: 'a plugin is named by its module.' }),
    '-o': setting,
    '--override-ini': setting,
    '--cov-report': setting,
    '--cov': (value, scope) => (looksLikePath(value) ? scope.readable(value) : undefined),
  },
  optional: '--cov --cov-report --cache-show',
  forbidden: '--pastebin --pdb --pdbcls --trace --debug --pyargs --tx --px --rsyncdir',
}

/** The folder is emptied first. */
function emptied(value: Argument, scope: CommandScope): Refusal | undefined {
  const problem = scope.writable(value)
  return (
    problem ??
    (scope.pathOf(value) === scope.projectDir
      ? { rule: 'pytest.basetemp', reason: 'pytest would empty the project folder.', hint: 'Leave --basetemp out.' }
      : undefined)
  )
}

/** `name=value` or `kind:file`: a file must be inside the project. */
function setting(value: Argument, scope: CommandScope): Refusal | undefined {
  if (value.text === undefined) return { rule: 'pytest.unclear', reason: 'a setting must be written out.' }
  const parts = value.text.split(/[=:]/).map((text) => withText(value, text))
  return firstRefusal(parts.map((part) => (looksLikePath(part) ? scope.writable(part) : undefined)))
}

const pytest: CommandRule = {
  names: ['pytest', 'py.test'],
  check: (command, scope) =>
    checkOptions(command, scope, PYTEST, (operands) =>
      firstRefusal(operands.map((operand) => (operand.text === undefined ? scope.readable(operand) : scope.readable(fileOf(operand))))),
    ),
}

/** `tests/test_x.py::test_a[case]` is that file, and so is `@arguments.txt`. */
function fileOf(operand: Argument): Argument {
  const [file = ''] = (operand.text ?? '').replace(/^@/, '').split('::')
  return file === operand.text ? operand : { ...withText(operand, file), glob: operand.glob && /[*?[]/.test(file) }
}

const activate: CommandRule = {
  names: ['source', '.'],
  check({ args: [file, ...more] }, scope) {
    const inside = file?.text === undefined ? '' : file.text.replace(/^\.\//, '').replace(`${scope.projectDir}/`, '')
    const fromRoot = scope.cwd === scope.projectDir || file?.text?.startsWith(`${scope.projectDir}/`)
    if (more.length === 0 && fromRoot && /^\.?venv\/bin\/activate$/.test(inside)) return undefined
    return {
      rule: 'source.file',
      reason: 'source only takes the activate script of the Python environment.',
      hint: 'Use source .venv/bin/activate, or call .venv/bin/python.',
    }
  },
}

const deactivate: CommandRule = {
  names: ['deactivate'],
  check: (command, scope) => firstRefusal(command.args.map((value) => checkValue(value, 'ref', scope, command))),
}

const initScript: CommandRule = { names: ['./init.sh', './init.ps1'], check: projectWords }

export const pythonRules: readonly CommandRule[] = [python, coverage, pytest, activate, deactivate, initScript]
