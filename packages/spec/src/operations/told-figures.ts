import type { EndpointFact } from '../facts'
import { wordsOf } from '../words'

export interface Told {
  /** In the answer. */
  name: string
  /** What is said about it. */
  text: string
}

/**
 * Figures that the text of an endpoint lists: `total orders, revenue (sum of total), orders by status`, `returns {total, completed}`, or one a line
 * below it. Null when it lists none.
 */
export function toldFigures(fact: EndpointFact): Told[] | null {
  const notes = fact.notes
    .map((note) => note.text)
    .filter((text) => !/^(?:query|params?|parameters?|filters?|auth|errors?|response: ?\d{3}$)/i.test(text))
  const lines = [fact.summary, ...notes]
  const braced = lines.flatMap((text) => text.match(/\{\s*([^{}]+?)\s*\}/)?.[1] ?? [])[0]
  if (braced !== undefined) return listed(braced)
  const [lead, ...below] = lines.map((text) =>
    text.replace(/^(?:responses?|returns?|answers?(?: with)?|includes?|shows?|fields?|metrics)\s*:?\s*(?:\d{3}\b)?/i, '').trim(),
  )
  const many = below.filter((text) => text !== '')
  if (many.length > 1 && many.every((text) => text.split(/\s+/).length <= 8)) return many.flatMap((text) => listed(text) ?? [])
  const text = many.length === 1 ? many[0]! : listOf(lead ?? '')
  return text === '' ? null : listed(text)
}

/** True when the text of an endpoint lists figures by itself. */
export const listsFigures = (summary: string): boolean =>
  /\{.*:.*\}/.test(summary) || (summary !== '' && listed(summary.match(/\{\s*([^{}]+?)\s*\}/)?.[1] ?? listOf(summary)) !== null)

/** The part of a sentence that lists: behind a colon, in brackets, or all of it where it has commas. */
function listOf(sentence: string): string {
  const text = sentence.split(/;|\.\s/)[0]!
  const behind = text.match(/^[^:(]{3,60}:\s*(.+)$/)?.[1]
  if (behind !== undefined) return behind
  const opened = text.match(/^[^,(]{3,60}\(((?:[^()]|\([^()]*\))*,(?:[^()]|\([^()]*\))*)\)\s*$/)?.[1]
  if (opened !== undefined) return opened
  const plain = text.replace(
    /^(?:get |show |return[s]? )?(?:the )?(?:(?:\w+ ){0,2}(?:stats|statistics|summary|figures|counts|overview|metrics)) (?:of|with|including|like)\s+/i,
    '',
  )
  return /,|\band\b|\b(?:total|number of|count of|average|sum of|by|per)\b/i.test(plain) ? plain : ''
}

function listed(text: string): Told[] | null {
  const parts = splitOutside(text)
    .map((part) =>
      part
        .replace(/^(?:and|plus|the|also|returns?)\s+/i, '')
        .replace(/[.`*"]+/g, '')
        .trim(),
    )
    .filter((part) => part !== '')
  const told = parts.map((part) => {
    const [head, note] = [part.replace(/\s*[(:=].*$/, '').trim(), part.match(/\(([^)]*)\)|[:=]\s*(.+)$/)]
    const said = (note?.[1] ?? note?.[2] ?? '').trim()
    const type = /^(?:int(?:eger)?|number|float|decimal|object|dict|map|\d+(?:\.\d+)?)$/i.test(said)
    return { name: nameOf(head), text: said === '' || type ? head : `${head} (${said})` }
  })
  return told.length === 0 || told.some(({ name }) => name === '' || name.length > 50) ? null : told
}

/** As written where it is a name already, else in snake case. */
const nameOf = (text: string): string => (/^[A-Za-z_]\w*$/.test(text) && /_|[a-z][A-Z]/.test(text) ? text : wordsOf(text).join('_'))

/** Parts between commas and "and" that stand in no brackets. */
function splitOutside(text: string): string[] {
  const parts = ['']
  let depth = 0
  for (const piece of text.split(/([(){},;]|\band\b|\bplus\b)/i)) {
    if (piece === '(') depth += 1
    if (piece === ')') depth -= 1
    if (depth === 0 && /^(?:,|;|and|plus)$/i.test(piece)) parts.push('')
    else parts[parts.length - 1] += piece
  }
  return parts
}
