import { specError } from './error'

export type LineKind = 'heading' | 'bullet' | 'text' | 'row' | 'code' | 'blank' | 'close'

/** One logical line: wrapped bullets and sentences are joined into the line they start on. */
export interface Line {
  /** 1-based line of the text. */
  number: number
  kind: LineKind
  indent: number
  /** Without bullet, heading marks and trailing spaces. For code: as written. */
  text: string
  /** Headings only: 1 outermost. `close` carries the level of the tag it ends. */
  level: number
  /** Number of a numbered bullet or heading. */
  ordinal: number | null
  /** Code only: language of the fence or what it was recognised as. */
  lang: string
}

const MAX_LINE = 10_000
const LABEL_LEVEL = 9
/** Levels of bullets that head a list of deeper bullets start here, plus their indentation. */
export const BULLET_HEADING_LEVEL = 20

/**
 * Splits a text into logical lines, in time linear in its length.
 * @throws SpecError when the text is empty, blank or binary.
 */
export function splitLines(text: string): Line[] {
  const clean = normalise(text)
  const raw = clean.split('\n').map((line) => line.slice(0, MAX_LINE).replace(/\t/g, '    ').trimEnd())
  return joinWrapped(classify(raw))
}

function normalise(text: string): string {
  if (text.length === 0) throw specError('The specification is empty.')
  const head = text.slice(0, 65_536)
  const odd = head.match(/[\0-\x08\x0e-\x1f\ufffd]/g)?.length ?? 0
  if (head.includes('\0') || odd > head.length * 0.02) throw specError('The specification is not a text file (it holds binary data).')
  if (text.trim().replace(/[\ufeff\u200b-\u200d\u2060]/g, '') === '') throw specError('The specification is blank.')
  return text
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/[\ufeff\u200b-\u200d\u2060]/g, '')
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, '')
    .replace(/\u00a0/g, ' ')
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/[\u2018\u2019]/g, "'")
}

const RULER = /^\s*(?:={3,}|-{3,}|_{3,}|\*{3,}|~{3,}|#{7,})\s*$/
const BULLET = /^(\s*)(?:[-*+•◦▪‣–]|(\d{1,3})[.)])\s+(?:\[[ xX]\]\s+)?(.*)$/
const TREE = /[├└│]/

function classify(raw: string[]): Line[] {
  const lines: Line[] = []
  let fence: { marker: string; lang: string } | null = null
  let depth = 0
  let block: { lang: string; open: number } | null = null
  /** Indentation of the name under which indented lines list fields. */
  let listed: number | null = null
  for (let index = 0; index < raw.length; index += 1) {
    const source = raw[index]!
    const number = index + 1
    const trimmed = source.trim()
    const indent = source.length - source.trimStart().length
    if (trimmed !== '' && listed !== null && indent <= listed) listed = null
    const push = (kind: LineKind, text: string, more: Partial<Line> = {}) =>
      lines.push({ number, kind, indent, text, level: 0, ordinal: null, lang: '', ...more })

    if (fence !== null) {
      if (trimmed.startsWith(fence.marker)) fence = null
      else push('code', source, { lang: fence.lang })
      continue
    }
    const opening = trimmed.match(/^(```+|~~~+)\s*(\w*)/)
    if (opening !== null) {
      fence = { marker: opening[1]!, lang: opening[2]!.toLowerCase() }
      continue
    }
    if (block !== null) {
      push('code', source, { lang: block.lang })
      block.open += balance(trimmed, block.lang)
      if ((block.lang === 'json' && block.open <= 0) || (block.lang === 'sql' && trimmed.includes(';') && block.open <= 0)) block = null
      if (trimmed === '' && block !== null && block.open <= 0) block = null
      continue
    }
    if (trimmed === '' || /^(\/\*+|\*+\/|\*)$/.test(trimmed)) {
      push('blank', '')
      continue
    }
    const embedded = embeddedCode(trimmed)
    if (embedded !== null) {
      push('code', source, { lang: embedded })
      const open = balance(trimmed, embedded)
      const done = embedded === 'sql' ? trimmed.includes(';') && open <= 0 : open <= 0
      if (!done) block = { lang: embedded, open }
      continue
    }
    if (TREE.test(source)) {
      push('code', source, { lang: 'tree' })
      continue
    }
    if (RULER.test(source)) {
      underline(lines, trimmed, raw[index - 2])
      continue
    }
    const hash = trimmed.match(/^(#{1,6})\s+(.*?)\s*#*$/)
    if (hash !== null) {
      push('heading', hash[2]!, { level: hash[1]!.length, ordinal: ordinalOf(hash[2]!) })
      continue
    }
    const tag = trimmed.match(/^<(\/?)([A-Za-z][\w-]*)>$/)
    if (tag !== null) {
      if (tag[1] === '/') depth = Math.max(0, depth - 1)
      push(tag[1] === '/' ? 'close' : 'heading', tag[2]!.replace(/[_-]/g, ' '), { level: depth + 1 })
      if (tag[1] === '') depth += 1
      continue
    }
    const inlineTag = trimmed.match(/^<([A-Za-z][\w-]*)>(.*)<\/\1>$/)
    if (inlineTag !== null) {
      push('bullet', `${inlineTag[1]}: ${inlineTag[2]}`)
      continue
    }
    if (trimmed.startsWith('|')) {
      push('row', trimmed)
      continue
    }
    const framed = trimmed.match(/^[-=*~]{3,}\s+(\S.*?\S)\s+[-=*~]{3,}$/)
    if (framed !== null) {
      push('heading', framed[1]!, { level: 2, ordinal: ordinalOf(framed[1]!) })
      continue
    }
    const next = nextSolid(raw, index)
    const bullet = source.match(BULLET)
    if (bullet !== null) {
      const ordinal = bullet[2] === undefined ? null : Number(bullet[2])
      const body = bullet[3]!
      if (ordinal !== null && indent === 0 && isNumberedHeading(body, next)) push('heading', body, { level: 7, ordinal })
      else if (headsDeeperBullets(body, indent, next)) push('heading', stripLabel(body), { level: BULLET_HEADING_LEVEL + indent, ordinal })
      else push('bullet', body, { ordinal })
      continue
    }
    if (isCapsHeading(trimmed)) {
      push('heading', stripLabel(trimmed), { level: 2, ordinal: ordinalOf(trimmed) })
      continue
    }
    const inline = trimmed.match(/^([A-Z][\w /]{1,40}):\s+-\s+(\S.*)$/)
    if (inline !== null) {
      push('heading', inline[1]!, { level: LABEL_LEVEL })
      push('bullet', inline[2]!, { lang: 'inline' })
      continue
    }
    if (isLabel(trimmed) || ((index === 0 || raw[index - 1]!.trim() === '') && headsSection(trimmed, next))) {
      push('heading', stripLabel(trimmed), { level: LABEL_LEVEL })
      continue
    }
    if (headsIndented(trimmed, indent, next)) {
      push('heading', trimmed, { level: BULLET_HEADING_LEVEL + indent })
      listed = indent
      continue
    }
    push(listed !== null && indent > listed ? 'bullet' : 'text', trimmed)
  }
  return lines
}

function embeddedCode(trimmed: string): string | null {
  if (/^(CREATE\s+(TABLE|TYPE|UNIQUE\s+INDEX|INDEX)|INSERT\s+INTO|ALTER\s+TABLE)\b/i.test(trimmed)) return 'sql'
  if (/^[{[]$/.test(trimmed) || /^\{\s*"/.test(trimmed)) return 'json'
  return null
}

function balance(text: string, lang: string): number {
  let open = 0
  const [up, down] = lang === 'json' ? ['{[', '}]'] : ['(', ')']
  for (const char of text) {
    if (up.includes(char)) open += 1
    else if (down.includes(char)) open -= 1
  }
  return open
}

/** A ruler below a line makes that line a heading; rulers above and below make it a heading of the first level. */
function underline(lines: Line[], ruler: string, above: string | undefined): void {
  const last = lines.at(-1)
  if (last === undefined || last.kind === 'blank' || last.kind === 'code' || last.kind === 'row') return
  const before = lines.at(-2)
  if (before !== undefined && before.kind === 'text' && last.kind === 'text' && before.number === last.number - 1) return
  if (last.kind === 'bullet' && last.ordinal === null) return
  const sandwiched = above !== undefined && RULER.test(above)
  last.level = ruler.startsWith('=') || (sandwiched && ruler.startsWith('#')) ? 1 : 2
  last.kind = 'heading'
  last.text = stripLabel(last.text)
}

function nextSolid(raw: string[], index: number): string {
  for (let next = index + 1; next < Math.min(raw.length, index + 3); next += 1) {
    if (raw[next]!.trim() !== '') return raw[next]!
  }
  return ''
}

const ordinalOf = (text: string): number | null => {
  const match = text.match(/^(\d{1,3})[.)]\s/)
  return match === null ? null : Number(match[1])
}

/** `1. Users` right before a bullet list or a label. */
function isNumberedHeading(body: string, next: string): boolean {
  if (body.split(/\s+/).length > 6 || /[.;,]$/.test(body) || /:\s*\S/.test(body)) return false
  return /^\s*[-*+•]\s/.test(next) || /^\s*(\*\*)?[A-Z][\w ]{1,30}:(\*\*)?\s*$/.test(next) || /^\s*[-=]{3,}$/.test(next)
}

function headsDeeperBullets(body: string, indent: number, next: string): boolean {
  const deeper = next.match(/^(\s*)(?:[-*+•◦]|\d+[.)])\s/)
  if (deeper === null || deeper[1]!.length <= indent) return false
  return body.length <= 60 && (/:(\*\*)?$/.test(body) || /^\*\*[^*]+\*\*$/.test(body) || /^[A-Z]\w*( \w+)?$/.test(body))
}

function isCapsHeading(trimmed: string): boolean {
  return (
    trimmed.length <= 70 &&
    /^[A-Z0-9][A-Z0-9 &/,.'()\-:]*$/.test(trimmed) &&
    (trimmed.match(/[A-Z]/g)?.length ?? 0) >= 4 &&
    !/^(GET|POST|PUT|PATCH|DELETE)\b/.test(trimmed)
  )
}

function isLabel(trimmed: string): boolean {
  if (/^\*\*[^*]+:?\*\*:?$/.test(trimmed) || /^__[^_]+:?__:?$/.test(trimmed)) return true
  return /^[A-Z][^.!?;{}"]{1,58}:$/.test(trimmed) && trimmed.split(/\s+/).length <= 8
}

/** `rules` alone on a line, or whatever else stands right before a list. */
function headsSection(trimmed: string, next: string): boolean {
  return (SECTION.test(trimmed) && next !== '') || headsList(trimmed, next)
}

const SECTION =
  /^(?:(?:data|database|api|rest|business|core|main|user) )?(?:models?|entit(?:y|ies)|tables|resources|endpoints?|routes|rules|logic|validations?|constraints|relations(?:hips)?|roles|enums?|seeds?|seed data|authentication|authorization|errors?|pagination|filters|sorting)$/i

/** `Rules` alone on a line, right before a list. */
function headsList(trimmed: string, next: string): boolean {
  return /^[A-Z][\w&/ -]{2,40}$/.test(trimmed) && trimmed.split(/\s+/).length <= 4 && /^\s*(?:[-*+•◦]|\d+[.)])\s/.test(next)
}

/** `Teacher`, and below it, indented, one field a line. */
function headsIndented(trimmed: string, indent: number, next: string): boolean {
  const deeper = next.length - next.trimStart().length > indent
  return deeper && /^[A-Z][A-Za-z]*(?: [A-Z]?[A-Za-z]+)?$/.test(trimmed) && /^\s+[a-z_]\w*\s*(?:[:(,]|$|[a-z]+\b)/.test(next)
}

function stripLabel(text: string): string {
  return text
    .replace(/^(\*\*|__)|(\*\*|__)(?=:?$)/g, '')
    .replace(/:(\*\*)?$/, '')
    .trim()
}

/** Joins wrapped bullets and sentences, and splits bullets that were run together on one line. */
function joinWrapped(lines: Line[]): Line[] {
  const joined: Line[] = []
  let parts: string[] = []
  const flush = () => {
    const last = joined.at(-1)
    if (parts.length > 0 && last !== undefined) last.text = `${last.text} ${parts.join(' ')}`.slice(0, MAX_LINE)
    parts = []
  }
  let tail = ''
  for (const line of lines) {
    const last = joined.at(-1)
    if (last !== undefined && line.kind === 'text' && continues(last, tail, line)) {
      parts.push(line.text)
      tail = line.text
      continue
    }
    flush()
    joined.push(line)
    tail = line.text
  }
  flush()
  return joined.flatMap(splitInline)
}

function continues(last: Line, tail: string, line: Line): boolean {
  if (last.kind !== 'bullet' && last.kind !== 'text') return false
  if (
    tail.endsWith('\\') ||
    /^(?:request|response|returns?|body|payload|query|params?|parameters|headers?|status|errors?|auth|filters?|sort(?:ing)?|notes?|rules?|validation)\b[\w ]{0,20}:/i.test(
      line.text,
    )
  )
    return false
  if (last.kind === 'bullet' && last.lang !== 'inline' && line.indent > last.indent) return true
  if (/(\s-|,)$/.test(tail) && line.indent >= last.indent) return true
  if (/^[`*"]?[A-Za-z_]\w*[`*"]?\s*[:(]/.test(line.text)) return false
  return tail.length >= 50 && !/[.:;!?]$/.test(tail) && /^[a-z`(]/.test(line.text) && line.indent >= last.indent
}

function splitInline(line: Line): Line[] {
  line.text = line.text
    .replace(/\\$/, '')
    .replace(/\s---?\s/g, ' — ')
    .trimEnd()
  if (line.lang !== 'inline') return [line]
  return line.text.split(/\s+-\s+/).map((text) => ({ ...line, text: text.trim(), lang: '' }))
}
