import { resolve, sep } from 'node:path'
import type { Argument } from '../argument'
import type { CommandRule, CommandScope } from '../command-rule'
import { type OptionTable, checkOptions } from '../option-table'
import { type Refusal, firstRefusal } from '../refusal'

const COPY: OptionTable = {
  flags:
    '-r -R -a -f -i -n -p -u -v -d -L -P -T -H -x --recursive --archive --force --no-clobber --update --verbose --parents --no-target-directory --no-dereference',
  optional: '--preserve --no-preserve --reflink',
  values: { write: '-t --target-directory' },
  forbidden: '-l -s -S -b --link --symbolic-link --suffix --backup --remove-destination',
}

/** All but the last are sources. */
function copied(sourceCheck: (scope: CommandScope, source: Argument) => Refusal | undefined) {
  return (operands: readonly Argument[], scope: CommandScope) =>
    firstRefusal([
      ...operands.slice(0, -1).map((source) => sourceCheck(scope, source)),
      ...operands.slice(-1).map((target) => scope.writable(target)),
    ])
}

const copy: CommandRule = {
  names: ['cp'],
  check: (command, scope) =>
    checkOptions(
      command,
      scope,
      COPY,
      copied((each, source) => each.readable(source)),
    ),
}

const move: CommandRule = {
  names: ['mv'],
  check: (command, scope) =>
    checkOptions(command, scope, COPY, (operands, each) =>
      firstRefusal([
        ...operands.map((operand) => protectedFromRemoval(operand, each, 'mv')),
        copied((s, source) => s.writable(source))(operands, each),
      ]),
    ),
}

const REMOVE: OptionTable = {
  flags: '-r -R -f -i -v -d -I --recursive --force --verbose --dir --preserve-root --one-file-system',
  forbidden: '--no-preserve-root',
}

/** The project itself, and everything in it at once, stay. */
function protectedFromRemoval(target: Argument, scope: CommandScope, name: string): Refusal | undefined {
  const refusal = (reason: string): Refusal => ({ rule: `${name}.target`, reason, hint: 'Name the files or folders inside the project.' })
  if (target.text === undefined) return refusal(`${name} needs paths that are written out.`)
  const path = resolve(scope.cwd, target.text)
  const inside = path.slice(scope.projectDir.length + 1)
  if (path === scope.projectDir || scope.projectDir.startsWith(path + sep)) return refusal('the project folder itself cannot be removed or moved.')
  if (target.glob && /^[*?./[\]]*$/.test(inside)) return refusal('this would take everything in the project.')
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
