import { type Argument, withText } from '../argument'
import type { CommandRule } from '../command-rule'
import { type OptionTable, checkOptions, checkValue } from '../option-table'
import { firstRefusal } from '../refusal'

/** Programs that only read what they are given: any option, every path inside the project. */
const READERS =
  'ls cat head tail wc nl stat du diff cmp comm paste join md5sum sha1sum sha256sum sha512sum hexdump od strings realpath readlink column fold fmt expand rev tac base64'

const READER_TABLE: OptionTable = { unknown: 'allow', forbidden: '--files0-from --from-file --rawfile --slurpfile', operands: 'path' }

/** The first words are text, not paths. */
const JQ: OptionTable = {
  flags: '-r -e -c -s -n -S -R -M -C -a -j --raw-output --exit-status --compact-output --slurp --null-input --sort-keys --raw-input --tab',
  values: { number: '--indent' },
}

const CUT: OptionTable = {
  flags: '-s -z -n --complement --only-delimited --zero-terminated',
  values: { text: '-d -f -c -b --delimiter --fields --characters --bytes --output-delimiter' },
}

const INSPECTOR: OptionTable = { flags: '-b -i -p -u -r -E -a --brief --mime --mime-type', values: { number: '-l -s -c -g -o' } }

/** What lsof lists is all of the machine that its caller may see; a path limits it to who uses that file. */
const LSOF: OptionTable = { flags: '-n -P -t -a -l -w', optional: '-i -s', values: { text: '-p -u -c' } }

/** A list that is checked names files of its own choice. */
const CHECKSUM_TABLE: OptionTable = { ...READER_TABLE, forbidden: `${READER_TABLE.forbidden} -c --check` }

const reader: CommandRule = {
  names: READERS.split(' '),
  check: (command, scope) => checkOptions(command, scope, /^(?:md5|sha\d+)sum$/.test(command.name) ? CHECKSUM_TABLE : READER_TABLE),
}

/** A module is looked for in the home folder, or wherever its `search` says. */
const MODULE = /(?<![.$\w"])(?:import|include)(?:\s|#(?:[^\n\\]|\\[\s\S])*\n)*"/

const jq: CommandRule = {
  names: ['jq'],
  check({ name, args }, scope) {
    const command = { name, args: withoutNamedValues(args) }
    return checkOptions(command, scope, JQ, ([filter, ...files]) => {
      if (filter?.splits) return checkValue(filter, 'text', scope, command)
      if (MODULE.test(filter?.text ?? ''))
        return { rule: 'jq.module', reason: 'jq looks for modules outside the project.', hint: 'Write the filter out.' }
      return firstRefusal(files.map((file) => scope.readable(file)))
    })
  },
}

/** `--arg name value` gives text to the filter. */
function withoutNamedValues(args: readonly Argument[]): Argument[] {
  const kept: Argument[] = []
  for (let at = 0; at < args.length; at++) {
    const isNamed = args[at]?.text === '--arg' || args[at]?.text === '--argjson'
    const values = args.slice(at + 1, at + 3)
    if (isNamed && values.length === 2 && values.every(({ splits, glob }) => !splits && !glob)) at += 2
    else kept.push(args[at] as Argument)
  }
  return kept
}

const cut: CommandRule = { names: ['cut'], check: (command, scope) => checkOptions(command, scope, CUT) }

/** A second operand of xxd is a file to write. */
const inspector: CommandRule = {
  names: ['file', 'xxd'],
  check: (command, scope) =>
    checkOptions(command, scope, INSPECTOR, (operands) =>
      command.name === 'xxd' && (operands.length > 1 || operands.some(({ splits }) => splits))
        ? { rule: 'xxd.operand', reason: 'xxd takes one file here.', hint: 'Redirect its output.' }
        : firstRefusal(operands.map((file) => scope.readable(file))),
    ),
}

/** The value of `-i` may stand apart (`-i :8000`). */
const ADDRESS = /^(?:[46])?(?:tcp|udp)?(?:@(?:localhost|127\.0\.0\.1))?:\d+(?:[-,]\d+)*$/i

const lsof: CommandRule = {
  names: ['lsof'],
  check: (command, scope) =>
    checkOptions(command, scope, LSOF, (operands) =>
      firstRefusal(operands.map((operand) => (ADDRESS.test(operand.text ?? '') ? undefined : scope.readable(withoutPlus(operand))))),
    ),
}

/** `+D folder` and `+Dfolder` list who uses what is in a folder. */
function withoutPlus(operand: Argument): Argument {
  const text = operand.text?.replace(/^\+[dD]/, '')
  return text === undefined || text === '' ? operand : withText(operand, text)
}

/** Programs and builtins whose words are only text. */
const talker: CommandRule = {
  names: 'echo true false : tr basename dirname seq whoami nproc which type uname free df break continue return shift exit pwd expr uptime'.split(
    ' ',
  ),
  check: () => undefined,
}

const jobs: CommandRule = { names: ['jobs'], check: (command, scope) => checkOptions(command, scope, { flags: '-l -p -r -s', operands: 'text' }) }

const printf: CommandRule = {
  names: ['printf'],
  check({ args }) {
    const [first] = args
    if (first?.text === undefined && first !== undefined)
      return { rule: 'printf.format', reason: 'the format of printf must be written out.', hint: 'Use printf \'%s\' "$value".' }
    if (first?.text?.startsWith('-') && first.text !== '--')
      return { rule: 'printf.option', reason: 'printf takes no options here.', hint: 'printf -v sets a variable; use name=value.' }
    return undefined
  },
}

const FILE_TESTS = new Set('-a -b -c -d -e -f -g -h -k -L -p -r -s -u -w -x -G -N -O -S'.split(' '))

const FILE_COMPARISONS = new Set(['-nt', '-ot', '-ef'])

/** A word that may turn out to be an operator, before one that it may then evaluate: `[ "$x" 'a[$(…)]' ]`. */
function isOpenTest(argument: Argument, next: Argument | undefined): boolean {
  if (argument.text !== undefined || argument.numeric) return false
  if (argument.splits) return true
  if (next === undefined || next.text === ']') return false
  return (next.text === undefined && !next.numeric) || /\[./s.test(next.text ?? '')
}

const test: CommandRule = {
  names: ['test', '['],
  check({ args }, scope) {
    for (const [at, { text }] of args.entries()) {
      if (text === '-v' || text === '-R') return { rule: 'test.operator', reason: `test ${text} is not allowed.`, hint: 'Use [ -n "${name:-}" ].' }
      const operand = args[at + 1]
      if (text === undefined || operand?.text === undefined || !FILE_TESTS.has(text)) continue
      const isBinary = (text === '-a' || text === '-o') && at > 0
      const problem = isBinary || operand.text === ']' ? undefined : scope.readable(operand)
      if (problem) return problem
    }
    if (args.some((argument, at) => isOpenTest(argument, args[at + 1])))
      return {
        rule: 'test.unclear',
        reason: 'what is tested is known only when it runs.',
        hint: 'Write the operator out: [ -n "$x" ] or [ "$x" = value ].',
      }
    const compared = args.findIndex(({ text }) => text !== undefined && FILE_COMPARISONS.has(text))
    if (compared > 0) return firstRefusal([args[compared - 1], args[compared + 1]].map((file) => file && scope.readable(file)))
    return undefined
  },
}

const DATE: OptionTable = {
  flags: '-u --utc --universal -R --rfc-email',
  optional: '-I --iso-8601 --rfc-3339',
  values: { text: '-d --date', path: '-r --reference' },
}

const date: CommandRule = {
  names: ['date'],
  check: (command, scope) =>
    checkOptions(command, scope, DATE, (operands) =>
      operands.every(({ prefix }) => prefix.startsWith('+'))
        ? undefined
        : { rule: 'date.set', reason: 'date may only show the time.', hint: 'Use date +FORMAT.' },
    ),
}

const sleep: CommandRule = {
  names: ['sleep'],
  check: (command, scope) => firstRefusal(command.args.map((each) => checkValue(each, 'number', scope, command))),
}

const SHELL_OPTIONS = /^[-+](?:[aeuxfCn]+|[aeuxfCn]*o)$/
const OPTION_NAMES = new Set(['errexit', 'nounset', 'pipefail', 'xtrace', 'noglob', 'noclobber'])

const set: CommandRule = {
  names: ['set'],
  check: ({ args }) =>
    args.length > 0 &&
    args.every(({ text = '' }, at) => SHELL_OPTIONS.test(text) || (OPTION_NAMES.has(text) && /^[-+]\w*o$/.test(args[at - 1]?.text ?? '')))
      ? undefined
      : { rule: 'set.option', reason: 'set takes only options such as -e, -u, -x and -o pipefail.' },
}

/** All of them at once would show keys, too. */
const environment: CommandRule = {
  names: ['printenv'],
  check: ({ args }) =>
    args.length > 0 && args.every(({ text }) => /^[A-Z][A-Z0-9_]*$/.test(text ?? '') && !/KEY|TOKEN|SECRET|PASS|CREDENTIAL/.test(text ?? ''))
      ? undefined
      : { rule: 'printenv.name', reason: 'printenv takes the names of variables that hold no secret.', hint: 'Use printenv NAME.' },
}

const identity: CommandRule = {
  names: ['id', 'hostname'],
  check: ({ name, args }) =>
    args.every(({ text }) => /^-[ugnrsIf]+$/.test(text ?? '')) ? undefined : { rule: `${name}.operand`, reason: `${name} takes no operands here.` },
}

export const plainRules: readonly CommandRule[] = [
  reader,
  inspector,
  jq,
  cut,
  lsof,
  talker,
  jobs,
  printf,
  test,
  date,
  sleep,
  set,
  environment,
  identity,
]
