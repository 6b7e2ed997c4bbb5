import { codeRun } from './code-runs'
import { specError } from './error'
import { BULLET_HEADING_LEVEL, LABEL_LEVEL, type Line, type LineKind, MAX_LINE } from './line'
import { joinWrapped } from './line-joining'
import {
  headsDeeperBullets,
  headsIndented,
  headsSection,
  isCapsHeading,
  isLabel,
  isNumberedHeading,
  nextSolid,
  ordinalOf,
  stripLabel,
} from './line-shapes'

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
    .replace(/[（【]/g, '(')
    .replace(/[）】]/g, ')')
    .replace(/ *[，、] */g, ', ')
    .replace(/ *： */g, ': ')
    .replace(/ *； */g, '; ')
    .replace(/。/g, '. ')
}

const RULER = /^\s*(?:={3,}|-{3,}|_{3,}|\*{3,}|~{3,}|#{7,})\s*$/
const BULLET = /^(\s*)(?:[-*+•◦▪‣–]|(\d{1,3})[.)])\s+(?:\[[ xX]\]\s+)?(.*)$/
const TREE = /[├└│]/

function classify(raw: string[]): Line[] {
  const lines: Line[] = []
  let fence: { marker: string; lang: string } | null = null
  let depth = 0
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
    if (trimmed === '' || /^(\/\*+|\*+\/|\*)$/.test(trimmed)) {
      push('blank', '')
      continue
    }
    const run = codeRun(raw, index)
    if (run !== null) {
      for (let at = index; at <= run.end; at += 1) push('code', raw[at]!, { lang: run.lang, number: at + 1 })
      index = run.end
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
      push('heading', stripLabel(trimmed), { level: LABEL_LEVEL + Math.min(indent, 40) / 50 })
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
