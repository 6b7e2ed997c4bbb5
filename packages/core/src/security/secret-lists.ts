import { isPassword, strengthOf } from './secret-names'
import { type Span, matchAt } from './secret-span'
import { isSecretValue } from './secret-value'

const COOKIE = /[ \t]*([^=;,\s"']{1,128})=([^;,\s"'\\]{1,4096});?/y
const COOKIE_ATTRIBUTES = /^(?:path|domain|expires|max-age|samesite|priority|version)$/i
const PARAMETER = /[ \t]*([A-Za-z][\w-]{1,31})=((?:\\{0,15}")?)([^",\s\\]{0,1024})\2,?/y
const PARAMETERS_BEGIN = /(?:[A-Za-z][\w-]{1,31}[ \t]{1,4})(?=[A-Za-z][\w-]{1,31}=[\w"\\/%+[])/y
const MOST_ITEMS = 64

/** What of a list is secret, and where it ends. */
export interface List {
  spans: Span[]
  end: number
}

/** The values of cookies that look like secrets; a quote may open the list. */
export function cookiesAt(text: string, at: number): List {
  let from = at
  while (/["'`\\[]/.test(text[from] ?? '')) from += 1
  return listAt(text, from, COOKIE, ([whole, name = '', value = ''], start) => {
    const valueStart = start + whole.length - value.length - (whole.endsWith(';') ? 1 : 0)
    return COOKIE_ATTRIBUTES.test(name) ? undefined : secretAt(value, valueStart)
  })
}

/** The same for a header with parameters, such as `Digest username="x", response="y"`; undefined for another. */
export function parametersAt(text: string, at: number): List | undefined {
  const scheme = matchAt(PARAMETERS_BEGIN, text, at)
  if (!scheme) return undefined
  return listAt(text, at + scheme[0].length, PARAMETER, ([whole, , quote = '', value = ''], start) =>
    secretAt(value, start + whole.length - (whole.endsWith(',') ? 1 : 0) - quote.length - value.length),
  )
}

function listAt(text: string, at: number, item: RegExp, secretOf: (match: RegExpExecArray, start: number) => Span | undefined): List {
  const spans: Span[] = []
  let end = at
  for (let count = 0; count < MOST_ITEMS; count += 1) {
    const match = matchAt(item, text, end)
    if (!match) break
    const span = secretOf(match, end)
    if (span) spans.push(span)
    end = item.lastIndex
  }
  return { spans, end }
}

function secretAt(value: string, start: number): Span | undefined {
  return isSecretValue(value, { isPassword: false, mustLook: 'random', quoted: true }) ? { start, end: start + value.length } : undefined
}

const COLUMNS = /\(([\w\s,"`]{1,400})\)\s*values ?\($/i
const CELL = /[ \t]*(?:[ne]?'((?:[^'\n]|''){0,4096})'|[^,()'\n]{0,256})[ \t]*(,|\)[ \t]*,[ \t]*\(|\))/iy

/** The secrets of `(name, password) VALUES ('a', 'b'), ('c', 'd')` as far as its rows are in one line; the first one begins here. */
export function rowsAt(text: string, at: number): List {
  const columns = COLUMNS.exec(text.slice(Math.max(0, at - 512), at))?.[1]?.split(',') ?? []
  const names = columns.map((column) => column.replace(/\W/g, ''))
  const spans: Span[] = []
  let end = at
  if (!names.some(strengthOf)) return { spans, end }
  for (let column = 0, cell = matchAt(CELL, text, end); cell; cell = matchAt(CELL, text, end)) {
    const [whole, value = '', separator = ''] = cell
    const start = end + whole.indexOf("'") + 1
    if (isSecretCell(names[column] ?? '', value)) spans.push({ start, end: start + value.length })
    end = CELL.lastIndex
    if (separator === ')') break
    column = separator === ',' ? column + 1 : 0
  }
  return { spans, end }
}

function isSecretCell(name: string, value: string): boolean {
  const strength = strengthOf(name)
  return strength !== undefined && isSecretValue(value, { isPassword: isPassword(name), mustLook: strength === 'weak' && 'random', quoted: true })
}
