import type { Argument } from '../argument'
import type { CommandRule, CommandScope } from '../command-rule'
import { type ComposeSources, inspectCompose } from '../compose-file'
import { type OptionTable, checkOptions } from '../option-table'
import type { Refusal } from '../refusal'

const GLOBAL: OptionTable = {
  flags: '--compatibility --all-resources --version -v --help -h',
  values: { text: '-p --project-name --profile --ansi --progress', number: '--parallel' },
  operands: 'text',
  stopAtOperand: true,
}

/** What comes through a pipe could be any file, an address is fetched, and a pattern may become several words. */
function composeFile(value: Argument, scope: CommandScope): Refusal | undefined {
  return value.text === undefined || value.text === '-' || value.text.includes(':') || value.glob
    ? { rule: 'docker.file', reason: 'the compose file must be a file of the project.', hint: 'Use docker compose -f docker-compose.yml.' }
    : scope.readable(value)
}

/** The table of the options before the subcommand, which also takes down where compose will read from. */
function readingTable(files: Argument[], settings: Argument[], directories: Argument[]): OptionTable {
  const noted = (list: Argument[], check: typeof composeFile) => (value: Argument, scope: CommandScope) => {
    list.push(value)
    return check(value, scope)
  }
  const readable = (value: Argument, scope: CommandScope) => (value.glob ? composeFile(value, scope) : scope.readable(value))
  return {
    ...GLOBAL,
    checked: {
      '-f': noted(files, composeFile),
      '--file': noted(files, composeFile),
      '--env-file': noted(settings, readable),
      '--project-directory': noted(directories, readable),
    },
  }
}

/** Services are names; what runs inside a container is its own business. */
const COMPOSE: Readonly<Record<string, OptionTable>> = {
  up: {
    flags:
      '-d --detach --wait --build --no-build --force-recreate --no-recreate --no-deps --remove-orphans --quiet-pull -y --no-color --abort-on-container-exit --no-log-prefix -V --renew-anon-volumes',
    values: { number: '-t --timeout --wait-timeout', text: '--scale --pull --exit-code-from --attach --no-attach' },
    operands: 'text',
  },
  down: { flags: '-v --volumes --remove-orphans', values: { number: '-t --timeout' }, operands: 'text' },
  start: { flags: '--wait', operands: 'text' },
  stop: { values: { number: '-t --timeout' }, operands: 'text' },
  restart: { flags: '--no-deps', values: { number: '-t --timeout' }, operands: 'text' },
  ps: { flags: '-a -q --all --quiet --services --no-trunc', values: { text: '--format --filter --status' }, operands: 'text' },
  logs: {
    flags: '-f -t --follow --timestamps --no-color --no-log-prefix',
    values: { text: '--tail -n --since --until', number: '--index' },
    operands: 'text',
  },
  config: {
    flags: '-q --quiet --services --volumes --images --profiles --no-interpolate --environment',
    values: { text: '--format --hash', write: '-o --output' },
    operands: 'text',
  },
  build: { flags: '-q --quiet --no-cache --pull', values: { text: '--progress' }, operands: 'text' },
  exec: {
    flags: '-T -d -i -t --detach --no-TTY --interactive --tty',
    values: { text: '-u --user -w --workdir -e --env', number: '--index' },
    operands: 'text',
    stopAtOperand: true,
  },
  top: { operands: 'text' },
  images: { flags: '-q --quiet', values: { text: '--format' }, operands: 'text' },
  version: { flags: '--short', values: { text: '-f --format' }, operands: 'none' },
}

const PLAIN: Readonly<Record<string, OptionTable>> = {
  ps: {
    flags: '-a -q -l -s --all --quiet --latest --no-trunc --size',
    values: { text: '-f --filter --format', number: '-n --last' },
    operands: 'none',
  },
  images: { flags: '-a -q --all --quiet --no-trunc --digests', values: { text: '-f --filter --format' }, operands: 'text' },
  logs: { flags: '-f -t --follow --timestamps --details', values: { text: '--tail -n --since --until' }, operands: 'text' },
  version: { values: { text: '-f --format' }, operands: 'none' },
}

const refusal = (what: string): Refusal => ({
  rule: 'docker.command',
  reason: `${what} is not allowed.`,
  hint: 'Use docker compose up, down, ps, logs, exec, config or build.',
})

const docker: CommandRule = {
  names: ['docker'],
  check({ args: [subcommand, ...args] }, scope) {
    const name = subcommand?.text
    if (name === '--version' || name === '-v') return undefined
    if (name === 'compose') return compose(args, scope)
    const table = name !== undefined && Object.hasOwn(PLAIN, name) ? PLAIN[name] : undefined
    return table ? checkOptions({ name: 'docker', args }, scope, table) : refusal(`docker ${name ?? ''}`.trim())
  },
}

/** Those that do now what the files say; the others talk to what has been started. */
const STARTING = new Set('up build config'.split(' '))

/** Those that start or show nothing new. */
const UNREAD = new Set('ps logs down stop top images version'.split(' '))

function compose(args: readonly Argument[], scope: CommandScope): Refusal | undefined {
  const [files, settings, directories]: [Argument[], Argument[], Argument[]] = [[], [], []]
  return checkOptions({ name: 'docker', args }, scope, readingTable(files, settings, directories), ([subcommand, ...rest]) => {
    if (!subcommand) return undefined
    const name = subcommand.text ?? ''
    const table = Object.hasOwn(COMPOSE, name) ? COMPOSE[name] : undefined
    if (!table) return refusal(`docker compose ${name}`)
    const sources: ComposeSources = { files, settings, directory: directories.at(-1), starts: STARTING.has(name) }
    return checkOptions({ name: 'docker', args: rest }, scope, table) ?? (UNREAD.has(name) ? undefined : inspectCompose(sources, scope))
  })
}

export const dockerRules: readonly CommandRule[] = [docker]
