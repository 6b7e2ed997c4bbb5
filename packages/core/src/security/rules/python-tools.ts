import { type Argument, withText } from '../argument'
import type { CommandRule, CommandScope } from '../command-rule'
import { type OptionTable, checkOptions, checkValue } from '../option-table'
import type { Refusal } from '../refusal'

const ALEMBIC: OptionTable = {
  flags: '-h --help --version --raiseerr --sql --autogenerate -v --verbose -i --indicate-current --purge --resolve-dependencies --splice -<number>',
  values: {
    text: '-n --name -x -m --message --tag -r --rev-range --head --branch-label --rev-id --depends-on --check-heads',
    ref: '-t --template',
    path: '-c --config',
    write: '--version-path',
  },
}
const ALEMBIC_COMMANDS = new Set(
  'upgrade downgrade revision current history heads branches check show stamp merge init list_templates ensure_version'.split(' '),
)

const alembic: CommandRule = {
  names: ['alembic'],
  check: (command, scope) =>
    checkOptions(command, scope, ALEMBIC, ([subcommand, ...operands]) => {
      if (subcommand && !ALEMBIC_COMMANDS.has(subcommand.text ?? ''))
        return { rule: 'alembic.command', reason: 'this command of alembic is not allowed.' }
      return checkOptions({ name: 'alembic', args: operands }, scope, { flags: '-<number>', operands: 'ref' })
    }),
}

const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '0.0.0.0', '::1'])

const UVICORN: OptionTable = {
  flags:
    '--reload --access-log --no-access-log --use-colors --no-use-colors --proxy-headers --no-proxy-headers --server-header --no-server-header --date-header --no-date-header --factory --version --help',
  values: {
    number:
      '--port --workers --timeout-keep-alive --timeout-graceful-shutdown --limit-concurrency --limit-max-requests --backlog --reload-delay --h11-max-incomplete-event-size --ws-max-size',
    text: '--log-level --loop --http --ws --lifespan --interface --header --root-path --forwarded-allow-ips',
    ref: '--reload-include --reload-exclude',
    path: '--reload-dir --log-config --env-file --app-dir --ssl-keyfile --ssl-certfile --ssl-ca-certs',
    write: '--uds',
  },
  checked: {
    '--host': ({ text }) =>
      LOCAL_HOSTS.has(text ?? '')
        ? undefined
        : { rule: 'uvicorn.host', reason: 'the server may only listen on this machine.', hint: 'Use --host 127.0.0.1.' },
  },
  operands: ({ text }) =>
    /^[A-Za-z_][\w.]*(:[A-Za-z_][\w.]*(\(\))?)?$/.test(text ?? '')
      ? undefined
      : { rule: 'uvicorn.app', reason: 'uvicorn needs module:attribute.', hint: 'Use uvicorn app.main:app.' },
}

const uvicorn: CommandRule = { names: ['uvicorn'], check: (command, scope) => checkOptions(command, scope, UVICORN) }

const RUFF: OptionTable = {
  flags:
    '-h --help -V --version -q --quiet -v --verbose -s --silent -n --no-cache -e --exit-zero --fix --no-fix --fix-only --unsafe-fixes --no-unsafe-fixes --diff --check --statistics --preview --no-preview --show-fixes --show-files --show-settings --isolated --force-exclude --add-noqa --exit-non-zero-on-fix --exit-non-zero-on-format --respect-gitignore --all',
  values: {
    text: '--select --ignore --extend-select --extend-ignore --fixable --unfixable --extend-fixable --per-file-ignores --extend-per-file-ignores --output-format --target-version --line-length --exclude --extend-exclude --range --color',
    ref: '--stdin-filename',
    write: '-o --output-file --cache-dir',
  },
  checked: { '--config': ruffConfig },
  operands: argumentFile,
}

/** A file of the project, or a setting as TOML: with paths in it, it belongs into the file. */
function ruffConfig(value: Argument, scope: CommandScope): Refusal | undefined {
  if (value.text?.includes('=') && /["'\s=[](?:[/~]|\.\.)/.test(value.text))
    return { rule: 'ruff.config', reason: 'this setting of ruff names a path outside the project.', hint: 'Write it into pyproject.toml.' }
  return checkValue(value, 'ref', scope, { name: 'ruff', args: [value] })
}

/** `@file` is a file with more arguments. */
function argumentFile(operand: Argument, scope: CommandScope): Refusal | undefined {
  if (!operand.text?.startsWith('@')) return scope.readable(operand)
  return scope.readable(withText(operand, operand.text.slice(1)))
}
const RUFF_COMMANDS = new Set('check format rule linter clean version config help'.split(' '))

const ruff: CommandRule = {
  names: ['ruff'],
  check(command, scope) {
    const [subcommand, ...args] = command.args
    if (subcommand?.text?.startsWith('-')) return checkOptions(command, scope, { ...RUFF, operands: 'none' })
    if (subcommand && !RUFF_COMMANDS.has(subcommand.text ?? ''))
      return { rule: 'ruff.command', reason: 'this command of ruff is not allowed.', hint: 'Use ruff check or ruff format.' }
    return checkOptions({ name: 'ruff', args }, scope, RUFF)
  },
}

const BLACK: OptionTable = {
  flags:
    '-h --help --version -q --quiet -v --verbose --check --diff --color --no-color --fast --safe --preview --unstable --pyi -S --skip-string-normalization -C --skip-magic-trailing-comma -x --skip-source-first-line --no-cache',
  values: {
    text: '-t --target-version --exclude --extend-exclude --force-exclude --include --required-version -c --code --line-ranges --enable-unstable-feature',
    number: '-l --line-length -W --workers',
    path: '--config',
  },
}

const black: CommandRule = { names: ['black'], check: (command, scope) => checkOptions(command, scope, BLACK) }

const MYPY: OptionTable = {
  unknown: 'allow',
  flags: '-h --help -v --verbose -V --version -i --strict -O',
  values: {
    text: '-p --package -m --module -c --command --python-version --platform --exclude --follow-imports --enable-error-code --disable-error-code --always-true --always-false --output -O --enable-incomplete-feature --untyped-calls-exclude',
    path: '--config-file --custom-typeshed-dir --custom-typing-module',
    write:
      '--cache-dir --junit-xml --any-exprs-report --cobertura-xml-report --html-report --linecount-report --linecoverage-report --lineprecision-report --txt-report --xml-report --xslt-html-report --xslt-txt-report',
  },
  forbidden: '--python-executable --install-types --shadow-file --pdb --raise-exceptions',
  operands: argumentFile,
}

const mypy: CommandRule = { names: ['mypy'], check: (command, scope) => checkOptions(command, scope, MYPY) }

export const pythonToolRules: readonly CommandRule[] = [alembic, uvicorn, ruff, black, mypy]
