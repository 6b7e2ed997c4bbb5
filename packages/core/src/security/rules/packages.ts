import { type Argument, withText } from '../argument'
import type { CommandRule, CommandScope, ResolvedCommand } from '../command-rule'
import { type OptionTable, checkOptions, looksLikePath } from '../option-table'
import { type Refusal, firstRefusal } from '../refusal'

const CLAUSE = String.raw`(?:===|[<>=!~]=|[<>])\s*[\w.*+!-]+`
const NAMED_VERSION = new RegExp(String.raw`^[A-Za-z0-9][\w.-]*(?:\[[\w,. -]*\])?\s*(?:${CLAUSE}(?:\s*,\s*${CLAUSE})*)?(?:\s*;[\w\s.'"<>=!~()]+)?$`)
const PROJECT_EXTRA = /^(\.{1,2}[\w./-]*)\[[\w,. -]*\]$/

/** A name with a version, or a folder of the project: no address, and no other index. */
function pythonPackage(operand: Argument, scope: CommandScope): Refusal | undefined {
  const { text } = operand
  if (operand.listed)
    return { rule: 'package.name', reason: 'the names of packages must be written out.', hint: 'Use the name and version of a package.' }
  if (text === undefined) return scope.readable(operand)
  if (/:\/\/|@\s*(file:|git\+|https?:)|^\w+\+\w+:|@\s*[./]/.test(text)) {
    return { rule: 'package.address', reason: `${text} is an address, not the name of a package.`, hint: 'Use the name and version of a package.' }
  }
  const folder = PROJECT_EXTRA.exec(text)?.[1]
  if (folder !== undefined) return scope.readable({ ...withText(operand, folder), glob: false })
  if (/[/\\]/.test(text) || text.startsWith('.')) return scope.readable(operand)
  return NAMED_VERSION.test(text)
    ? undefined
    : { rule: 'package.name', reason: `${text} is not the name of a package.`, hint: 'Use the name and version of a package.' }
}

const INSTALL_FORBIDDEN =
  '-i --index-url --extra-index-url --index --default-index -f --find-links -t --target --prefix --root --user --log --cert --client-cert --proxy --python --src --cache-dir --trusted-host --break-system-packages --global-option --config-settings --build-option --system --config-file --allow-insecure-host'

const PIP: OptionTable = {
  flags:
    '-h --help -V --version -q --quiet -v --verbose -U --upgrade --no-deps --require-hashes --no-cache-dir --no-input --disable-pip-version-check --no-python-version-warning --pre --dry-run -I --ignore-installed --force-reinstall --no-warn-script-location --no-compile --prefer-binary --no-color -y --yes -l --local -o --outdated --not-required --all --exclude-editable --no-build-isolation --strict --no-progress --offline',
  values: {
    text: '--only-binary --no-binary --progress-bar --format --upgrade-strategy --root-user-action --exclude',
    number: '--retries --timeout',
    path: '-r --requirement --requirements -c --constraint --constraints',
    write: '--report',
  },
  checked: { '-e': pythonPackage, '--editable': pythonPackage },
  forbidden: INSTALL_FORBIDDEN,
  operands: pythonPackage,
}
const PIP_COMMANDS = new Set('install uninstall list show freeze check help'.split(' '))

const pip: CommandRule = { names: ['pip', 'pip3'], check: checkPip }

function checkPip(command: ResolvedCommand, scope: CommandScope): Refusal | undefined {
  return checkOptions(command, scope, PIP, ([subcommand, ...packages]) => {
    if (subcommand && !PIP_COMMANDS.has(subcommand.text ?? ''))
      return { rule: 'pip.command', reason: `pip ${subcommand.text ?? ''} is not allowed.`, hint: 'Use pip install.' }
    return firstRefusal(packages.map((operand) => pythonPackage(operand, scope)))
  })
}

const UV_FLAGS = '-q --quiet -v --verbose --no-progress --offline --no-cache -n --frozen --locked --no-sync --no-config -h --help -V --version'

/** By its version: a path would be any program. */
function pythonVersion({ text }: Argument): Refusal | undefined {
  if (/^(?:python)?3(?:\.\d{1,2}){0,2}$/.test(text ?? '')) return undefined
  return { rule: 'uv.python', reason: 'the Python of uv must be a version.', hint: 'Use --python 3.12.' }
}

/** Any other name would be a program that uv starts. */
const venvPython = (value: Argument, scope: CommandScope) => (looksLikePath(value) ? scope.readable(value) : undefined) ?? pythonVersion(value)

const UV: Readonly<Record<string, OptionTable>> = {
  sync: {
    flags: `${UV_FLAGS} --dev --no-dev --only-dev --all-extras --all-groups --no-install-project --no-editable --inexact --exact --upgrade -U --reinstall --compile-bytecode --check --dry-run`,
    values: { text: '--extra --group --no-group --only-group' },
    operands: 'none',
  },
  lock: { flags: `${UV_FLAGS} --upgrade -U --check --dry-run`, values: { text: '-P --upgrade-package' }, operands: 'none' },
  venv: {
    flags: `${UV_FLAGS} --seed --clear --allow-existing --system-site-packages --relocatable`,
    values: { text: '--prompt' },
    checked: { '-p': venvPython, '--python': venvPython },
    operands: 'write',
  },
  add: {
    flags: `${UV_FLAGS} --dev --editable --no-editable --raw`,
    values: { text: '--extra --group --optional', path: '-r --requirements' },
    operands: pythonPackage,
  },
  remove: { flags: `${UV_FLAGS} --dev`, values: { text: '--group --optional' }, operands: pythonPackage },
  tree: {
    flags: `${UV_FLAGS} --no-dev --outdated --invert --universal`,
    values: { number: '-d --depth', text: '--package --group' },
    operands: 'none',
  },
  export: {
    flags: `${UV_FLAGS} --no-hashes --no-dev --all-extras --all-groups --no-emit-project --no-header --no-annotate`,
    values: { text: '--format --extra --group --no-group', write: '-o --output-file' },
    operands: 'none',
  },
  version: { flags: UV_FLAGS, operands: 'none' },
  init: {
    flags: `${UV_FLAGS} --app --lib --bare --package --no-package --no-readme --no-workspace --no-pin-python`,
    values: { text: '--name --vcs' },
    operands: 'none',
  },
  build: { flags: `${UV_FLAGS} --sdist --wheel`, operands: 'none' },
}

const UV_COMPILE: OptionTable = {
  flags: `${UV_FLAGS} --generate-hashes --no-header --no-annotate --upgrade -U --universal --all-extras --strip-extras --no-strip-extras`,
  values: { text: '--extra --python-version --group --annotation-style -P --upgrade-package', path: '-c --constraint', write: '-o --output-file' },
}

const UV_RUN_VALUES = '--extra --group --no-group'
const UV_RUN: OptionTable = {
  flags: `${UV_FLAGS} --dev --no-dev --all-extras --all-groups --exact --no-project --no-editable`,
  values: { text: UV_RUN_VALUES },
  checked: { '--with': pythonPackage, '-p': pythonVersion, '--python': pythonVersion },
  operands: 'none',
}

const uv: CommandRule = {
  names: ['uv'],
  check(command, scope) {
    const at = command.args.findIndex(({ text }) => !text?.startsWith('-'))
    const subcommand = at < 0 ? undefined : command.args[at]
    const before = checkOptions({ name: 'uv', args: at < 0 ? command.args : command.args.slice(0, at) }, scope, { flags: UV_FLAGS })
    if (before || !subcommand) return before
    const args = command.args.slice(at + 1)
    if (subcommand.text === 'run') return uvRun(args, scope)
    if (subcommand.text === 'pip') return uvPip(args, scope)
    if (subcommand.text === 'python' && args.length === 1 && /^(?:list|find)$/.test(args[0]?.text ?? '')) return undefined
    const table = Object.hasOwn(UV, subcommand.text ?? '') ? UV[subcommand.text ?? ''] : undefined
    return table
      ? checkOptions({ name: 'uv', args }, scope, table)
      : { rule: 'uv.command', reason: `uv ${subcommand.text ?? ''} is not allowed.`, hint: 'Use uv sync, uv pip or uv run.' }
  },
}

function uvRun(args: readonly Argument[], scope: CommandScope): Refusal | undefined {
  let start = 0
  for (let text = args[start]?.text; text?.startsWith('-') && text !== '--'; text = args[start]?.text) {
    if (text === '-m' || text === '--module') break
    start += [...UV_RUN_VALUES.split(' '), '--with', '-p', '--python'].includes(text) ? 2 : 1
  }
  const problem = checkOptions({ name: 'uv', args: args.slice(0, start) }, scope, UV_RUN)
  const [program, ...rest] = args.slice(args[start]?.text === '--' ? start + 1 : start)
  if (problem || !program) return problem
  if (program.text === undefined)
    return { rule: 'name.dynamic', reason: 'the name of a command must be written out.', hint: 'Write the program itself.' }
  if (/^(?:-m|--module)$/.test(program.text) && args[start]?.text !== '--')
    return scope.judge({ name: 'python', args: [{ ...program, text: '-m', prefix: '-m' }, ...rest] })
  return program.text.endsWith('.py') ? scope.judge({ name: 'python', args: [program, ...rest] }) : scope.judge({ name: program.text, args: rest })
}

function uvPip(args: readonly Argument[], scope: CommandScope): Refusal | undefined {
  const [subcommand, ...rest] = args
  if (subcommand?.text === 'compile') return checkOptions({ name: 'uv', args: rest }, scope, UV_COMPILE)
  if (subcommand?.text === 'tree') return checkOptions({ name: 'uv', args: rest }, scope, { flags: UV_FLAGS, operands: 'none' })
  if (subcommand?.text === 'sync') return checkOptions({ name: 'uv', args: rest }, scope, { ...PIP, operands: 'path' })
  return checkPip({ name: 'pip', args }, scope)
}

export const packageRules: readonly CommandRule[] = [pip, uv]
