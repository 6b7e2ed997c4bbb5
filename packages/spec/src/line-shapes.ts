// What a single line looks like, by itself and by the line that follows it.

export function nextSolid(raw: string[], index: number): string {
  for (let next = index + 1; next < Math.min(raw.length, index + 3); next += 1) {
    if (raw[next]!.trim() !== '') return raw[next]!
  }
  return ''
}

export const ordinalOf = (text: string): number | null => {
  const match = text.match(/^(\d{1,3})[.)]\s/)
  return match === null ? null : Number(match[1])
}

/** `1. Users` right before a bullet list or a label. */
export function isNumberedHeading(body: string, next: string): boolean {
  if (body.split(/\s+/).length > 6 || /[.;,]$/.test(body) || /:\s*\S/.test(body)) return false
  return /^\s*[-*+•]\s/.test(next) || /^\s*(\*\*)?[A-Z][\w ]{1,30}:(\*\*)?\s*$/.test(next) || /^\s*[-=]{3,}$/.test(next)
}

export function headsDeeperBullets(body: string, indent: number, next: string): boolean {
  const deeper = next.match(/^(\s*)(?:[-*+•◦]|\d+[.)])\s/)
  if (deeper === null || deeper[1]!.length <= indent) return false
  return body.length <= 60 && (/:(\*\*)?$/.test(body) || /^\*\*[^*]+\*\*$/.test(body) || /^[A-Z]\w*( \w+)?$/.test(body))
}

export function isCapsHeading(trimmed: string): boolean {
  if (/^(?:UI|UX|UI\/UX|API|APIS|DB)$/.test(trimmed)) return true
  return (
    trimmed.length <= 70 &&
    /^[A-Z0-9][A-Z0-9 &/,.'()\-:]*$/.test(trimmed) &&
    (trimmed.match(/[A-Z]/g)?.length ?? 0) >= 4 &&
    !/^(GET|POST|PUT|PATCH|DELETE)\b/.test(trimmed)
  )
}

export function isLabel(trimmed: string): boolean {
  if (/^[a-z_ ]+:$/.test(trimmed) && SECTION.test(trimmed.slice(0, -1).replace(/_/g, ' '))) return true
  if (/^\*\*[^*]+:?\*\*:?(?: \([^)]*\))?:?$/.test(trimmed) || /^__[^_]+:?__:?$/.test(trimmed)) return true
  return /^[A-Z][^.!?;{}"]{1,58}:$/.test(trimmed) && trimmed.split(/\s+/).length <= 8
}

/** `rules` alone on a line, or whatever else stands right before a list. */
export function headsSection(trimmed: string, next: string): boolean {
  return (SECTION.test(trimmed.replace(/:$/, '')) && next !== '') || headsList(trimmed, next)
}

const SECTION =
  /^(?:(?:data|database|api|rest|business|core|main|user) )?(?:models?|entit(?:y|ies)|tables|resources|endpoints?|routes|rules|logic|validations?|constraints|relations(?:hips)?|roles|enums?|seeds?|seed data|authentication|authorization|errors?|pagination|filters|sorting)$/i

/** `Rules` alone on a line, right before a list. */
function headsList(trimmed: string, next: string): boolean {
  return /^[A-Z][\w&/ -]{2,40}$/.test(trimmed) && trimmed.split(/\s+/).length <= 4 && /^\s*(?:[-*+•◦]|\d+[.)])\s/.test(next)
}

/** `Teacher`, and below it, indented, one field a line. */
export function headsIndented(trimmed: string, indent: number, next: string): boolean {
  const deeper = next.length - next.trimStart().length > indent
  return deeper && /^[A-Z][A-Za-z]*(?: [A-Z]?[A-Za-z]+)?$/.test(trimmed) && /^\s+[a-z_]\w*\s*(?:[:(,]|$|[a-z]+\b)/.test(next)
}

export function stripLabel(text: string): string {
  return text
    .replace(/^(\*\*|__)|(\*\*|__)(?=:?$)/g, '')
    .replace(/:(\*\*)?$/, '')
    .trim()
}
