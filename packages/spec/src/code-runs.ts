import { opensNotation } from './notations/opening'

/** Code that stands in a text without a fence. */
export interface CodeRun {
  lang: 'sql' | 'json' | 'types'
  /** Index of its last line. */
  end: number
}

/** The run of code that begins on a line, if one does. What is never closed ends at the first blank line. */
export function codeRun(raw: readonly string[], index: number): CodeRun | null {
  const trimmed = raw[index]!.trim()
  const lang = embedded(trimmed)
  if (lang !== null) return { lang, end: closeOf(raw, index, lang) }
  const opened = opensNotation(trimmed)
  if (opened === null) return null
  let end = opened === 'braces' ? closeOf(raw, index, 'json') : indentedEnd(raw, index)
  for (let next = nextSolidIndex(raw, end); next !== null && opensNotation(raw[next]!.trim()) === opened; next = nextSolidIndex(raw, end))
    end = opened === 'braces' ? closeOf(raw, next, 'json') : indentedEnd(raw, next)
  return { lang: 'types', end }
}

function embedded(trimmed: string): 'sql' | 'json' | null {
  if (/^(CREATE\s+(TABLE|TYPE|UNIQUE\s+INDEX|INDEX)|INSERT\s+INTO|ALTER\s+TABLE)\b/i.test(trimmed)) return 'sql'
  return /^[{[]$/.test(trimmed) || /^\{\s*"/.test(trimmed) ? 'json' : null
}

function closeOf(raw: readonly string[], start: number, lang: 'sql' | 'json'): number {
  let open = 0
  let blank: number | null = null
  for (let index = start; index < raw.length; index += 1) {
    const trimmed = raw[index]!.trim()
    open += balance(trimmed, lang)
    if (open <= 0 && (trimmed === '' || lang === 'json' || trimmed.includes(';'))) return index
    if (trimmed === '') blank ??= index - 1
  }
  return blank ?? raw.length - 1
}

function balance(text: string, lang: 'sql' | 'json'): number {
  let open = 0
  const [up, down] = lang === 'json' ? ['{[', '}]'] : ['(', ')']
  for (const char of text) {
    if (up.includes(char)) open += 1
    else if (down.includes(char)) open -= 1
  }
  return open
}

const indentOf = (line: string): number => line.length - line.trimStart().length

function indentedEnd(raw: readonly string[], start: number): number {
  const indent = indentOf(raw[start]!)
  let end = start
  for (let index = start + 1; index < raw.length; index += 1) {
    if (raw[index]!.trim() === '') continue
    if (indentOf(raw[index]!) <= indent) break
    end = index
  }
  return end
}

function nextSolidIndex(raw: readonly string[], after: number): number | null {
  for (let index = after + 1; index < Math.min(raw.length, after + 4); index += 1) if (raw[index]!.trim() !== '') return index
  return null
}
