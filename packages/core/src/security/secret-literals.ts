import type { Source } from './secret-span'

const TABLE = 4096

/** Finds which of many literals comes next in a text, looking at a part of its characters only (after Wu and Manber). */
export class Literals {
  readonly #width: number
  readonly #ignoreCase: boolean
  /** How far to go on after a pair of characters; 0 where the first `width` characters of a literal may end with that pair. */
  readonly #shifts = new Uint8Array(TABLE)
  /** Of these three characters at its start a literal may have, by their hash. */
  readonly #begins = new Uint8Array(TABLE)
  readonly #byEnding = new Map<number, string[]>()

  /** None may be shorter than three characters; of two that begin at the same place the longer one counts. */
  constructor(literals: readonly string[], { ignoreCase = false } = {}) {
    this.#ignoreCase = ignoreCase
    this.#width = Math.min(64, ...literals.map(({ length }) => length))
    this.#shifts.fill(this.#width - 1)
    for (const literal of [...literals].sort((one, other) => other.length - one.length)) this.#add(ignoreCase ? literal.toLowerCase() : literal)
  }

  #add(literal: string): void {
    const bytes = Buffer.from(literal, 'latin1')
    const last = this.#width - 1
    for (let at = 1; at <= last; at += 1) this.#shifts[pairAt(bytes, at)] = Math.min(this.#shifts[pairAt(bytes, at)] as number, last - at)
    const ending = pairAt(bytes, last)
    this.#byEnding.set(ending, [...(this.#byEnding.get(ending) ?? []), literal])
    this.#begins[beginAt(bytes, 0)] = 1
  }

  /** The first literal at or after a place. */
  next({ text, bytes }: Source, from: number): { start: number; literal: string } | undefined {
    const shifts = this.#shifts
    const begins = this.#begins
    const last = this.#width - 1
    const { length } = bytes
    for (let at = from + last; at < length; ) {
      const pair = pairAt(bytes, at)
      const shift = shifts[pair] as number
      if (shift === 0) {
        const start = at - last
        const literal = begins[beginAt(bytes, start)] === 1 ? this.#byEnding.get(pair)?.find((each) => this.#isAt(text, each, start)) : undefined
        if (literal !== undefined) return { start, literal }
        at += 1
      } else at += shift
    }
    return undefined
  }

  #isAt(text: string, literal: string, start: number): boolean {
    return this.#ignoreCase ? text.slice(start, start + literal.length).toLowerCase() === literal : text.startsWith(literal, start)
  }
}

/** Upper and lower case of a letter count as one. */
const pairAt = (bytes: Uint8Array, at: number) => (((bytes[at - 1] as number) | 32) * 31 + ((bytes[at] as number) | 32)) & (TABLE - 1)
const beginAt = (bytes: Uint8Array, at: number) => (pairAt(bytes, at + 1) * 31 + ((bytes[at + 2] as number) | 32)) & (TABLE - 1)
