import { refuse } from './refusal'

/**
 * The text that the parser takes for plain must hold nothing that bash could take for more: whatever the parser overlooks is caught here.
 */
export function checkPlain(text: string): void {
  if (/[$`()<>;|&\n]/.test(text.replace(/\\[\s\S]/g, ''))) hidden(text)
}

/** The same for text between double quotes, where fewer characters count. */
export function checkQuoted(text: string): void {
  if (/`|\$[A-Za-z0-9_({[@*#?$!-]/.test(text.replace(/\\[\s\S]/g, ''))) hidden(text)
}

function hidden(text: string): never {
  return refuse(
    'parse.residue',
    `the part ${JSON.stringify(text.slice(0, 60))} cannot be read with certainty.`,
    'Write it more plainly, with single quotes where text is meant.',
  )
}

interface Span {
  pos: number
  end: number
}

/** The parts must follow each other without a gap, but for line continuations. */
export function checkTiling(source: string, span: Span, parts: readonly Span[]): void {
  let at = span.pos
  for (const part of [...parts, { pos: span.end, end: span.end }]) {
    const gap = source.slice(at, part.pos)
    if (part.pos < at || gap.replace(/\\\n/g, '') !== '') hidden(gap)
    at = part.end
  }
}
