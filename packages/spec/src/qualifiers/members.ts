import { typeOf } from './types'

/** Splits at commas and semicolons that stand outside brackets and quotes. */
export function splitTop(text: string, separators = ',;'): string[] {
  const parts: string[] = []
  let depth = 0
  let quote = ''
  let start = 0
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index]!
    if (quote !== '') {
      if (char === quote) quote = ''
    } else if (char === '"' || (char === "'" && !/\w/.test(text[index - 1] ?? ' '))) quote = text.indexOf(char, index + 1) === -1 ? '' : char
    else if ('([{'.includes(char)) depth += 1
    else if (')]}'.includes(char)) depth = Math.max(0, depth - 1)
    else if (depth === 0 && separators.includes(char)) {
      parts.push(text.slice(start, index))
      start = index + 1
    }
  }
  parts.push(text.slice(start))
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/** Names of enum-like fields: a bare list in brackets after one of these is its list of members. */
export const ENUM_LIKE =
  /(^|_)(status|state|type|role|kind|priority|level|severity|category|gender|visibility|frequency|method|mode|stage|phase|condition|tier|plan|difficulty|size|unit|currency|channel|operation|action|outcome|result|direction|reason|platform|source|kind_of_\w+)$/i

export const STRONG_ENUM_LIKE =
  /(^|_)(status|state|type|role|kind|priority|level|severity|category|gender|visibility|frequency|stage|phase|tier|difficulty|size|plan|method|mode)$/i

export const unquote = (text: string): string =>
  text
    .trim()
    .replace(/^["'`[({]+|["'`\])}.]+$/g, '')
    .trim()

export const isBareMember = (text: string): boolean => /^[A-Za-z][\w-]*$/.test(unquote(text))

const FLAG_WORD =
  /^(required|optional|nullable|unique|indexed?|default\b.*|auto\b.*|read-?only|not null|null|primary key|pk|fk|mandatory|min\b.*|max\b.*)$/i

export const isMember = (part: string): boolean =>
  /^["'].*["'][\])}]*$/.test(part.trim()) || (isBareMember(part) && !FLAG_WORD.test(unquote(part)) && typeOf(unquote(part)) === null)

export function members(text: string): string[] {
  const inner = text.trim().replace(/^[[({]|[\])}]$/g, '')
  const quoted = [...inner.matchAll(/"([^"]{1,80})"|'([^']{1,80})'/g)].map((match) => match[1] ?? match[2]!)
  if (quoted.length > 0) return quoted
  return inner
    .split(/\s*(?:\||,|;|\/|\bor\b|\band\b)\s*/)
    .map(unquote)
    .filter((word) => /^[\p{L}\p{N}][\p{L}\p{N}_ .+-]{0,60}$/u.test(word))
}

export function enumOf(part: string, fieldName: string, count: number): string[] | null {
  const lead = part.match(
    /^(?:string\s+)?(?:enum(?:eration)?|one of|must be one of|either|allowed values?|possible values?|values?|options?|choices?|can be|in)\b\s*(?:the\s+)?(?:values?|following)?\s*[:=-]?\s*(.*)$/i,
  )
  if (lead !== null && !/^(the )?enum values?$/i.test(lead[1]!) && !/\benum\b/i.test(lead[1]!)) {
    const list = members(lead[1]!)
    const prose = /^(?:either|can be|in)\b/i.test(part) && !/^[[({"']/.test(lead[1]!) && list.length < 2
    if (!prose && (list.length > 0 || /^enum/i.test(part))) return list
  }
  const mixed = part.match(/^(?:string|varchar|text|enum)?\s*[:([]?\s*((?:["'][^"']{1,60}["']\s*(?:\||\/|,|or)?\s*){2,})[)\]]?$/i)
  if (mixed !== null) return members(mixed[1]!)
  if (/^[\w-]+(\s*\|\s*[\w-]+)+$/.test(part)) return members(part)
  if (count === 1 && /^[\w-]+(\s*(?:->|→|=>)\s*[\w-]+)+$/.test(part) && STRONG_ENUM_LIKE.test(fieldName)) return part.split(/\s*(?:->|→|=>)\s*/)
  if (/^[A-Za-z_][\w-]*(\s*\/\s*[A-Za-z_][\w-]*)+$/.test(part) && ENUM_LIKE.test(fieldName)) return members(part)
  if (/^[a-z_][\w-]*(\/[a-z_][\w-]*){2,}$/i.test(part)) return members(part)
  if (count === 1 && ENUM_LIKE.test(fieldName) && /^[\w-]+(\s*,\s*[\w-]+)+$/.test(part)) return members(part)
  return null
}
