import type { Command, Redirection } from 'unbash'
import { type Argument, isNumber, listedFiles, printedNumber, unknownArgument } from './argument'
import type { ParsedScript } from './shell-parser'

/** Reads the name and the words of a simple command; undefined when they can be read in several ways. */
export type CommandReader = (node: Command) => { name: string; args: readonly Argument[] } | undefined

interface Program {
  name: string
  /** Of each word what is known for certain; undefined otherwise. */
  texts: readonly (string | undefined)[]
  args: readonly Argument[]
}

type Part = ParsedScript['commands'][number]['command']

/**
 * What is known of the output of `$( … )` without running it: numbers, names of files of the project, or nothing. Bash evaluates text in arithmetic
 * (`a[$(…)]` starts a command), so only programs that can print nothing but numbers count, whatever they are given.
 */
export function outputOf(script: ParsedScript | undefined, read: CommandReader): Argument {
  const [only, ...more] = script?.commands ?? []
  if (only === undefined || more.length > 0 || only.background) return unknownArgument
  if (printsNumbers(only.command, read)) return printedNumber
  return listsFiles(only.command, read) ? listedFiles : unknownArgument
}

function printsNumbers(node: Part, read: CommandReader): boolean {
  if (node.type === 'AndOr')
    return node.operators.every((operator) => operator === '||') && node.commands.every((each) => isSilent(each, read) || printsNumbers(each, read))
  const stages = stagesOf(node)
  const last = programOf(stages.at(-1), read)
  /** It takes characters away from what the one before it prints. */
  const isDigitsOf = last?.name === 'tr' && last.texts[0] === '-d' && last.texts.length === 2
  return isNumeric(isDigitsOf ? programOf(stages.at(-2), read) : last)
}

function isSilent(node: Part, read: CommandReader): boolean {
  const name = programOf(node, read)?.name
  return name === 'true' || name === ':'
}

function isNumeric(program: Program | undefined): boolean {
  return program !== undefined && Object.hasOwn(NUMERIC, program.name) && NUMERIC[program.name]?.(program) === true
}

const only = (texts: Program['texts'], pattern: RegExp) => texts.every((text) => text !== undefined && pattern.test(text))

/** When each program prints nothing but numbers. */
const NUMERIC: Readonly<Record<string, (program: Program) => boolean>> = {
  seq: ({ args }) => args.every(isNumber),
  echo: ({ args }) => args.every(isNumber),
  nproc: ({ texts }) => only(texts, /^--all$/),
  id: ({ texts }) => texts.length === 1 && only(texts, /^-[ug]$/),
  date: ({ texts }) => only(texts, /^(?:-u|\+(?:%[sNYmdHMSjuyeV])+)$/) && texts.some((text) => text?.startsWith('+')),
  wc: ({ texts }) => only(texts, /^-[lwcm]+$/),
  grep: countsMatches,
  egrep: countsMatches,
  fgrep: countsMatches,
  stat: ({ texts }) => only(texts.slice(0, 1), /^-c$/) && only(texts.slice(1, 2), /^%[sYXZ]$/) && texts.length === 3 && only(texts.slice(2), /^[^-]/),
  git: ({ texts: [name, ...words] }) =>
    name === 'rev-list' && words.includes('--count') && only(words, /^(?:--(?:count|no-merges|first-parent|all)|[^-].*)$/),
  /** Of what is no number it prints null, which no script may set. */
  jq: ({ texts }) => {
    const [filter, ...files] = texts.filter((text) => !/^-[recsnSM]+$/.test(text ?? ''))
    return filter !== undefined && !/#|\bdef\b/.test(filter) && /(?:^|\|)\s*length\s*$/.test(filter) && only(files, /^[^-]/)
  },
  curl: printsStatus,
}

/** One file at most: with more of them, their names are printed, too. */
function countsMatches({ texts, args }: Program): boolean {
  const words = texts.filter((text) => !/^-[ciEFPGwvxsh]+$/.test(text ?? ''))
  const counts = texts.some((text) => text === '--count' || /^-[ciEFPGwvxsh]*c[ciEFPGwvxsh]*$/.test(text ?? ''))
  const operands = words.filter((text) => text !== '--count')
  return counts && operands.length <= 2 && only(operands, /^(?!-)/) && args.every(({ glob }) => !glob)
}

/** The answer goes to a file, and only its code is printed. */
function printsStatus({ texts }: Program): boolean {
  const [flags, addresses]: [string[], number[]] = [[], []]
  for (let at = 0; at < texts.length; at++) {
    const text = texts[at]
    if (text !== undefined && /^-(?:[sSfkL]*[oXHdmw]|-(?:output|request|header|data|max-time|connect-timeout|write-out))$/.test(text)) {
      flags.push(`${text.replace(/^-[sSfkL]+(?=.)/, '-')} ${texts[++at] ?? ''}`)
    } else if (text === undefined || !text.startsWith('-')) addresses.push(at)
    else if (!/^-(?:[sSfkL]+|-(?:silent|show-error|fail|location|insecure))$/.test(text)) return false
  }
  const isSaved =
    flags.filter((flag) => /^(?:-o|--output) (?:\/dev\/null|[\w.][\w./-]*)$/.test(flag)).length === 1 &&
    flags.filter((flag) => /^(?:-o|--output) /.test(flag)).length === 1
  const formats = flags.filter((flag) => /^(?:-w|--write-out) /.test(flag))
  return (
    isSaved && addresses.length === 1 && formats.length > 0 && formats.every((flag) => /^\S+ (?:%\{(?:http_code|response_code)\}|\\n)+$/.test(flag))
  )
}

/** The names themselves, one a line: no format of its own, no contents, no folder that is listed without its path. */
function listsFiles(node: Part, read: CommandReader): boolean {
  const [source, ...filters] = stagesOf(node)
  const first = programOf(source, read)
  if (first === undefined || !filters.every((filter) => isFilter(programOf(filter, read)))) return false
  const { name, texts, args } = first
  const [word, ...others] = texts
  if (name === 'find') return texts.length > 0 && only(texts, /^(?!-(?:printf|print0|ls)$)/)
  if (name === 'git' && word === 'ls-files') return only(others, /^(?:--|-[mocd]|--(?:modified|others|cached|deleted|exclude-standard)|[^-].*)$/)
  if (name === 'git' && word === 'diff')
    return others.includes('--name-only') && only(others, /^(?:--|--(?:name-only|cached|staged|diff-filter=\w+)|[^-].*)$/)
  if (name === 'grep') return texts.some((text) => /^-[riEFw]*l/.test(text ?? '')) && only(texts, /^(?:-[rilEFw]+|--include=.*|[^-].*)$/)
  if (name === 'rg') return texts.some((text) => /^-[iFw]*l/.test(text ?? '')) && only(texts, /^(?:-[ilFw]+|[^-].*)$/)
  return name === 'ls' && args.some(({ glob }) => glob) && args.every(isListedByPath)
}

/** An order, or a pattern for files: a folder would be listed without its path. */
const isListedByPath = ({ glob, text = '' }: Argument) => (glob ? /^[\w.*]\S*\.\w+$/ : /^-[1trS]+$/).test(text)

/** Passes whole lines of its input on. */
function isFilter(program: Program | undefined): boolean {
  if (program === undefined) return false
  const { name, texts } = program
  const words = texts.join(' ')
  if (name === 'grep' || name === 'egrep') return only(texts, /^(?:-[viEFw]+|[^-].*)$/) && texts.filter((text) => !text?.startsWith('-')).length === 1
  if (name === 'head' || name === 'tail') return /^(?:-\d+|-n ?\d+)?$/.test(words)
  return (name === 'sort' || name === 'uniq') && /^(?:-[run]+)?$/.test(words)
}

/** The programs of a pipe; none where errors go through it as well. */
function stagesOf(node: Part): readonly Part[] {
  if (node.type !== 'Pipeline') return [node]
  return node.prefixes.length === 0 && node.operators.every((operator) => operator === '|') ? node.commands : []
}

const RELEVANT = new Set([...Object.keys(NUMERIC), ...'tr true : find rg ls head tail sort uniq'.split(' ')])
/** What the words of some programs must hold to be of interest. */
const TELLING: Readonly<Record<string, RegExp>> = { jq: /length/, curl: /_code/, ls: /\*/, git: /^(?:rev-list|ls-files|--name-only)$/ }

function programOf(node: Part | undefined, read: CommandReader): Program | undefined {
  const name = node?.type === 'Command' && node.name?.parts === undefined ? node.name?.value : undefined
  if (node?.type !== 'Command' || name === undefined || !RELEVANT.has(name)) return undefined
  const telling = Object.hasOwn(TELLING, name) ? TELLING[name] : undefined
  if (telling && !node.suffix.some((entry) => entry.type === 'Word' && telling.test(entry.text))) return undefined
  if (node.prefix.some((entry) => entry.type === 'Assignment') || !node.redirects.every(isHarmless)) return undefined
  const program = read(node)
  return program && { ...program, texts: program.args.map(({ text, glob, tilde }) => (glob || tilde ? undefined : text)) }
}

/** Its errors must not become part of its output. */
function isHarmless(node: Redirection): boolean {
  if (node.type !== 'Redirect') return true
  if (node.operator === '<') return node.descriptor === undefined
  return node.operator === '>' && node.descriptor?.type === 'FileDescriptor' && node.descriptor.value === 2 && node.target?.text === '/dev/null'
}
