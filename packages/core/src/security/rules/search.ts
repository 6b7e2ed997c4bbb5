import type { Argument } from '../argument'
import type { CommandRule, CommandScope } from '../command-rule'
import { type OptionTable, checkOptions, checkValue, unclear } from '../option-table'
import { firstRefusal } from '../refusal'
import { checkSedScript } from '../sed-script'

const GREP: OptionTable = {
  unknown: 'allow',
  flags: '-i -n -r -v -c -l -L -o -w -x -E -F -P -G -q -s -h -H -a -I -z -R -U',
  values: {
    text: '-e --regexp -A -B -C -m --max-count --after-context --before-context --context --include --exclude --exclude-dir --label -d -D --binary-files --color --colour',
    path: '-f --file --exclude-from',
  },
}

const RG: OptionTable = {
  flags:
    '-i -n -l -c -v -w -x -o -F -S -s -U -N -H -I -q -P -u -uu -uuu -a -0 --files --hidden --no-ignore --json --no-heading --heading --line-number --no-line-number --ignore-case --smart-case --fixed-strings --files-with-matches --files-without-match --count --count-matches --only-matching --word-regexp --multiline --invert-match --no-messages --stats --trim --column --vimgrep --text --case-sensitive --type-list --version --no-config --no-filename --with-filename --null --quiet --pcre2 --passthru',
  values: {
    text: '-e --regexp -A -B -C -g --glob --iglob -t -T --type --type-not -m --max-count -d --max-depth --after-context --before-context --context -r --replace --sort --sortr --color --colors -M --max-columns --max-filesize -j --threads',
    path: '-f --file --ignore-file',
  },
  forbidden: '--pre --pre-glob --hostname-bin --hyperlink-format -L --follow -z --search-zip --engine --dfa-size-limit',
}

/** The first operand is the pattern, unless an option gave it; the others are paths. */
function patternThenPaths(command: { args: readonly Argument[]; name: string }, scope: CommandScope, given: RegExp) {
  const isGiven = command.args.some(({ prefix }) => given.test(prefix))
  return (operands: readonly Argument[]) => {
    const [pattern, ...others] = operands
    const text = isGiven || !pattern ? undefined : checkValue(pattern, 'text', scope, command)
    return text ?? firstRefusal((isGiven ? operands : others).map((path) => scope.readable(path)))
  }
}

const grep: CommandRule = {
  names: ['grep', 'egrep', 'fgrep'],
  check: (command, scope) => checkOptions(command, scope, GREP, patternThenPaths(command, scope, /^(-[a-zA-Z]*[ef]|--regexp|--file)/)),
}

const ripgrep: CommandRule = {
  names: ['rg'],
  check: (command, scope) =>
    checkOptions(command, scope, RG, patternThenPaths(command, scope, /^(-[a-zA-Z]*[ef]|--regexp|--file(=|$)|--files$|--type-list)/)),
}

const FIND: OptionTable = {
  singleDashWords: true,
  flags:
    '-a -and -o -or -not -empty -print -print0 -ls -prune -quit -depth -d -mount -xdev -true -false -readable -writable -executable -daystart -noleaf -P -H',
  values: {
    text: '-name -iname -path -ipath -wholename -iwholename -regex -iregex -type -xtype -size -perm -user -group -uid -gid -printf -regextype -fstype -newermt',
    number: '-maxdepth -mindepth -mtime -mmin -atime -amin -ctime -cmin -links -inum',
    path: '-newer -anewer -cnewer -samefile',
  },
  forbidden: '-exec -execdir -ok -okdir -delete -fprint -fprint0 -fprintf -fls -L -follow -files0-from',
}

const find: CommandRule = {
  names: ['find'],
  check: (command, scope) =>
    checkOptions(command, scope, FIND, (operands) =>
      firstRefusal(operands.filter(({ text }) => !['(', ')', '!', ','].includes(text ?? '')).map((path) => scope.readable(path))),
    ),
}

const SED: OptionTable = {
  flags: '-n -E -r -s -z -u --quiet --silent --regexp-extended --separate --null-data --unbuffered --posix --sandbox',
  checked: {
    '-e': (script) => checkSedScript(script),
    '--expression': (script) => checkSedScript(script),
  },
  forbidden: '-f --file --follow-symlinks',
}

/** `-i` and `--in-place` may carry a suffix; it stays a suffix. */
const IN_PLACE = /^(-([nErsz]*)i([\w.~-]*)|--in-place(=[\w.~-]+)?)$/

const sed: CommandRule = {
  names: ['sed'],
  check(command, scope) {
    const inPlace = command.args.some(({ text }) => text !== undefined && IN_PLACE.test(text))
    const args = command.args.filter(({ text }) => text === undefined || !IN_PLACE.test(text))
    const isGiven = args.some(({ prefix }) => /^(-[nErszu]*e|--expression)/.test(prefix))
    return checkOptions({ name: 'sed', args }, scope, SED, ([script, ...others]) => {
      const files = isGiven && script ? [script, ...others] : others
      return (
        (isGiven || !script ? undefined : checkSedScript(script)) ??
        firstRefusal(files.map((file) => (inPlace ? scope.writable(file) : scope.readable(file))))
      )
    })
  },
}

const SORT: OptionTable = {
  flags:
    '-n -r -u -h -V -f -b -s -g -M -R -c -C -z -m -d -i --numeric-sort --reverse --unique --human-numeric-sort --version-sort --ignore-case --stable --check --zero-terminated',
  values: { text: '-k --key -t --field-separator', write: '-o --output', number: '--parallel' },
  forbidden: '--compress-program --files0-from -T --temporary-directory --random-source -S --buffer-size --batch-size',
}

const sort: CommandRule = { names: ['sort'], check: (command, scope) => checkOptions(command, scope, SORT) }

const UNIQ: OptionTable = {
  flags: '-c -d -D -i -u -z --count --repeated --unique --ignore-case',
  values: { number: '-f -s -w --skip-fields --skip-chars --check-chars' },
}

const uniq: CommandRule = {
  names: ['uniq'],
  check: (command, scope) =>
    checkOptions(command, scope, UNIQ, ([input, output]) =>
      input?.splits ? unclear(command) : firstRefusal([input && scope.readable(input), output && scope.writable(output)]),
    ),
}

const TREE: OptionTable = {
  flags:
    '-a -d -f -i -s -h -n -C -p -u -g -D -r -t -J -X -A -S -F -q -N --dirsfirst --noreport --prune --gitignore --du --ignore-case --matchdirs --si --inodes --device',
  values: { number: '-L --filelimit', text: '-I -P --charset --sort --timefmt', write: '-o' },
  forbidden: '-R -H -T -l --fromfile --fromtabfile --gitfile --infofile --info',
}

const tree: CommandRule = { names: ['tree'], check: (command, scope) => checkOptions(command, scope, TREE) }

export const searchRules: readonly CommandRule[] = [grep, ripgrep, find, sed, sort, uniq, tree]
