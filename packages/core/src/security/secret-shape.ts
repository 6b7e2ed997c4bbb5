/** How a form of secrets begins, literally, and what has to follow. A group marks the secret when it is not the whole match. */
export interface Shape {
  start: string
  rest: RegExp
  /** May stand inside a longer word. */
  anywhere: boolean
  /** What has to stand before it, within {@link REACH}; a group there is part of the secret. */
  before?: RegExp
}

/** Characters before a form that are looked at. */
export const REACH = 256
export const WORD_END = '(?![A-Za-z0-9])'

/** Forms that are not inside a longer word. */
export const shapes = (starts: string, rest: string): Shape[] =>
  starts.split(' ').map((start) => ({ start, rest: new RegExp(rest, 'y'), anywhere: false }))

export const place = (start: string, rest: string, before?: RegExp): Shape => ({
  start,
  rest: new RegExp(rest, 'y'),
  anywhere: true,
  ...(before && { before }),
})
