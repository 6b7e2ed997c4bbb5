import { NAME_ROOTS, secretsBeside } from './secret-assignments'
import { Automaton } from './secret-automaton'
import { rowsAt } from './secret-lists'
import { PHRASE_ROOTS, phraseSecret } from './secret-phrases'
import { SHAPE_STARTS, shapedSecret } from './secret-shapes'
import type { Source, Span } from './secret-span'

/** In lower, upper and title case; other mixtures are not looked for. */
const writings = (root: string) => [root, root.charAt(0).toUpperCase() + root.slice(1), root.toUpperCase()]
const names = new Set(NAME_ROOTS.flatMap(writings))
const phrases = new Set(PHRASE_ROOTS.flatMap(writings))
const shapes = new Set(SHAPE_STARTS)
const ROWS = ['values (', 'values(', 'VALUES (', 'VALUES(']
/** Words that say what a name in the next line means. */
const HINTS = ['login ', 'machine ']
let automaton: Automaton | undefined

/** Finds the secrets of a text that nobody told of: by their form, by a name or a phrase before them. Returns where the last sign of one begins; -1 without any. */
export function findSecrets(source: Source, spans: Span[]): number {
  const { text } = source
  let last = -1
  /** Up to here names were judged, and up to there what was found goes. */
  let judged = 0
  let found = 0
  function take(span: Span | undefined): void {
    if (!span) return
    spans.push(span)
    found = Math.max(found, span.end)
  }
  automaton ??= new Automaton([...names, ...phrases, ...shapes, ...ROWS, ...HINTS])
  automaton.scan(source, (literal, start) => {
    const end = start + literal.length
    last = start
    if (shapes.has(literal)) take(shapedSecret(text, literal, start))
    if (ROWS.includes(literal)) for (const span of rowsAt(text, end).spans) take(span)
    if (phrases.has(literal) && start >= found) take(phraseSecret(text, literal.toLowerCase(), end))
    if (!names.has(literal) || end <= judged) return
    const beside = secretsBeside(text, start, end)
    for (const span of beside.spans) take(span)
    judged = Math.max(judged, beside.end)
  })
  return last
}
