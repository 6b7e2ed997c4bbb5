import { ForgeError } from '../errors'

/** For what JavaScript or JSON brings past the types: a misspelt field must not be passed over where it was meant to forbid something. */
export function wrong(message: string, remedy: string): ForgeError {
  return new ForgeError('CONFIG_INVALID', message, { remedy })
}

/** @param what how the caller names the object, for example `the options of commandAllowlist` @throws ForgeError CONFIG_INVALID */
export function checkFields(what: string, given: unknown, fields: readonly string[]): void {
  if (!isObject(given)) throw wrong(`${what} must be an object, not ${shown(given)}`, `Its fields are ${fields.join(', ')}.`)
  const unknown = Object.keys(given).find((field) => !fields.includes(field))
  if (unknown !== undefined) throw wrong(`there is no field ${unknown} in ${what}`, remedyFor(unknown, fields))
}

/** @throws ForgeError CONFIG_INVALID */
export function checkNames(what: string, given: unknown): void {
  if (Array.isArray(given) && given.every((name) => typeof name === 'string')) return
  throw wrong(`${what} must be a list of names, not ${shown(given)}`, `Write ${JSON.stringify([typeof given === 'string' ? given : 'name'])}.`)
}

/** What to write instead of a word that is none of the known ones. */
export function remedyFor(word: string, known: readonly string[]): string {
  const meant = nearest(word, known)
  return meant === undefined ? `Use one of ${known.join(', ')}.` : `Write ${meant}, or leave it out.`
}

/** The known word of which another is one slip away: a letter too many, missing or wrong, or two that changed places. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  return [...known].find((candidate) => isOneSlip(word, candidate))
}

function isOneSlip(one: string, other: string): boolean {
  const shorter = Math.min(one.length, other.length)
  let [start, end] = [0, 0]
  while (start < shorter && one[start] === other[start]) start++
  while (end < shorter - start && one.at(-1 - end) === other.at(-1 - end)) end++
  const [left, right] = [one.slice(start, one.length - end), other.slice(start, other.length - end)]
  return (left.length <= 1 && right.length <= 1) || (left.length === 2 && left === [...right].reverse().join(''))
}

export const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A value as it is told to a reader, never longer than a line. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object'
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : `a ${typeof value}`
}
