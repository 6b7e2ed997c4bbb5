import { basename, resolve, sep } from 'node:path'
import { type Argument, literal } from '../argument'
import type { CommandRule, CommandScope, ResolvedCommand } from '../command-rule'
import { type OptionTable, checkOptions } from '../option-table'
import { foldedName } from '../real-path'
import { type Refusal, firstRefusal } from '../refusal'

const COPY: OptionTable = {
  flags:
    '-r -R -a -f -i -n -p -u -v -d -L -P -T -H -x --recursive --archive --force --no-clobber --update --verbose --parents --no-target-directory --no-dereference',
  optional: '--preserve --no-preserve --reflink',
  forbidden: '-l -s -S -b --link --symbolic-link --suffix --backup --remove-destination',
}

const LOG_FOLDER: Refusal = {
  rule: 'path.state',
  reason: 'the folder logs holds the logs of the harness.',
  hint: 'Name the files in it that are your own.',
}

const isLogFolder = (path: string, { projectDir }: CommandScope) => foldedName(path.slice(projectDir.length + 1)) === 'logs'

/** In a folder the copy has the name of its source. */
function landing(source: Argument, target: Argument, scope: CommandScope): Refusal | undefined {
  if (source.text === undefined || target.text === undefined || source.glob || target.glob) return undefined
  const place = literal(`${target.text}/${basename(source.text)}`)
  return isLogFolder(resolve(scope.cwd, place.text ?? ''), scope) ? LOG_FOLDER : scope.writable(place)
}

/** The target is the last operand, or the value of `-t`; all others are sources. */
function copied(command: ResolvedCommand, scope: CommandScope, sourceCheck: (source: Argument) => Refusal | undefined): Refusal | undefined {
  const targets: Argument[] = []
  const noted = (value: Argument) => {
    targets.push(value)
    return scope.writable(value)
  }
  return checkOptions(command, scope, { ...COPY, checked: { '-t': noted, '--target-directory': noted } }, (operands) => {
    const [target, sources] = targets.length > 0 ? [targets.at(-1), operands] : [operands.at(-1), operands.slice(0, -1)]
    if (target === undefined) return undefined
    return firstRefusal([...sources.map(sourceCheck), scope.writable(target), ...sources.map((source) => landing(source, target, scope))])
  })
}

const copy: CommandRule = {
  names: ['cp'],
  check: (command, scope) => copied(command, scope, (source) => scope.readable(source)),
}

const move: CommandRule = {
  names: ['mv'],
  check: (command, scope) => copied(command, scope, (source) => protectedFromRemoval(source, scope, 'mv') ?? scope.writable(source)),
}

const REMOVE: OptionTable = {
  flags: '-r -R -f -i -v -d -I --recursive --force --verbose --dir --preserve-root --one-file-system',
  forbidden: '--no-preserve-root',
}

/** Whether a pattern of the shell for an entry of the project folder may fit `logs`: from the first bracket or backslash on it counts as anything. */
function mayMatchLogs(pattern: string): boolean {
  const [plain = '', ...more] = pattern.replace(/\/+$/, '').toLowerCase().split(/[[\\]/)
  const expression = plain
    .replace(/[$()+.^{|}]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')
  return new RegExp(`^${expression}${more.length > 0 ? '.*' : ''}$`, 's').test('logs')
}

/** The project itself, and everything in it at once, stay. */
function protectedFromRemoval(target: Argument, scope: CommandScope, name: string): Refusal | undefined {
  const refusal = (reason: string): Refusal => ({ rule: `${name}.target`, reason, hint: 'Name the files or folders inside the project.' })
  if (target.text === undefined) return refusal(`${name} needs paths that are written out.`)
  const path = resolve(scope.cwd, target.text)
  const inside = path.slice(scope.projectDir.length + 1)
  if (path === scope.projectDir || scope.projectDir.startsWith(path + sep)) return refusal('the project folder itself cannot be removed or moved.')
  if (target.glob && /^[*?./[\]]*$/.test(inside)) return refusal('this would take everything in the project.')
  if (target.glob ? mayMatchLogs(inside) : isLogFolder(path, scope)) return LOG_FOLDER
  return undefined
}

const remove: CommandRule = {
  names: ['rm', 'rmdir'],
  check: (command, scope) =>
    checkOptions(
      command,
      scope,
      command.name === 'rm' ? REMOVE : { flags: '-p -v --parents --verbose --ignore-fail-on-non-empty' },
      (operands, each) =>
        firstRefusal(
          operands.flatMap((target) => [
            /(^|\/)\.{1,2}\/*$/.test(target.text ?? '')
              ? { rule: 'rm.target', reason: '. and .. cannot be removed.', hint: 'Name the folder.' }
              : undefined,
            protectedFromRemoval(target, each, 'rm'),
            each.writable(target),
          ]),
        ),
    ),
}

const make: CommandRule = {
  names: ['mkdir', 'touch', 'tee', 'truncate'],
  check(command, scope) {
    const tables: Record<string, OptionTable> = {
      mkdir: { flags: '-p -v --parents --verbose', values: { text: '-m --mode' }, operands: 'write' },
      touch: { flags: '-a -c -m --no-create', values: { text: '-d -t --date', path: '-r --reference' }, operands: 'write' },
      tee: { flags: '-a --append -i', operands: 'write' },
      truncate: { flags: '-c', values: { text: '-s --size', path: '-r --reference' }, operands: 'write' },
    }
    return checkOptions(command, scope, tables[command.name] as OptionTable)
  },
}

const chmod: CommandRule = {
  names: ['chmod'],
  check({ args }, scope) {
    const [mode, ...files] = args
    if (!/^[ugoa]*\+x$/.test(mode?.text ?? '') || files.length === 0 || files.some(({ prefix }) => prefix.startsWith('-'))) {
      return { rule: 'chmod.mode', reason: 'chmod may only make files executable.', hint: 'Use chmod +x FILE.' }
    }
    return firstRefusal(files.map((file) => scope.writable(file)))
  },
}

export const fileRules: readonly CommandRule[] = [copy, move, remove, make, chmod]
