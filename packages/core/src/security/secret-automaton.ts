import type { Source } from './secret-span'

/** What was read, as far as a literal begins with it. */
interface State {
  next: Map<number, State>
  /** The state of its longest proper end. */
  fallback: State | undefined
  /** The literals that end here, longest first. */
  endings: string[]
  number: number
}

const newState = (): State => ({ next: new Map(), fallback: undefined, endings: [], number: 0 })
/** Log2 of the width of a row: literals are ASCII. */
const ROW = 7

/** Finds many literals in one pass over a text, one step for each character (after Aho and Corasick). */
export class Automaton {
  readonly #table: Uint16Array
  readonly #endings: readonly (readonly string[])[]
  /** States from here on end a literal. */
  readonly #firstEnding: number

  constructor(literals: readonly string[]) {
    const states = linked(trieOf(literals))
    const ordered = numbered(states)
    this.#firstEnding = ordered.findIndex(({ endings }) => endings.length > 0)
    this.#endings = ordered.map(({ endings }) => endings)
    this.#table = new Uint16Array(states.length << ROW)
    for (const state of states) this.#fill(state)
  }

  /** Where a state has no way of its own it goes that of its fallback, which is filled before. */
  #fill({ number, fallback, next }: State): void {
    const row = number << ROW
    if (fallback) this.#table.copyWithin(row, fallback.number << ROW, (fallback.number + 1) << ROW)
    for (const [code, state] of next) this.#table[row | code] = state.number
  }

  /** Visits each literal, in the order in which they end. */
  scan({ text, bytes }: Source, visit: (literal: string, start: number) => void): void {
    const table = this.#table
    const firstEnding = this.#firstEnding
    const { length } = bytes
    for (let at = 0, state = 0; at < length; at += 1) {
      const byte = bytes[at] as number
      state = byte < 1 << ROW ? (table[(state << ROW) | byte] as number) : 0
      if (state < firstEnding) continue
      for (const literal of this.#endings[state] as readonly string[]) {
        const start = at + 1 - literal.length
        if (text.startsWith(literal, start)) visit(literal, start)
      }
    }
  }
}

function trieOf(literals: readonly string[]): State {
  const root = newState()
  for (const literal of literals) {
    let state = root
    for (const byte of Buffer.from(literal, 'latin1')) {
      const next = state.next.get(byte) ?? newState()
      state.next.set(byte, next)
      state = next
    }
    if (!state.endings.includes(literal)) state.endings.push(literal)
  }
  return root
}

/** All states, those of short texts first, with their fallbacks. */
function linked(root: State): State[] {
  const states = [root]
  for (const state of states) {
    for (const [byte, next] of state.next) {
      next.fallback = state === root ? root : ((state.fallback && after(state.fallback, byte)) ?? root)
      next.endings.push(...next.fallback.endings)
      states.push(next)
    }
  }
  return states
}

/** The root is 0; states that end a literal come last. */
function numbered(states: readonly State[]): State[] {
  const ordered = [...states.filter(({ endings }) => endings.length === 0), ...states.filter(({ endings }) => endings.length > 0)]
  for (const [number, state] of ordered.entries()) state.number = number
  return ordered
}

function after(state: State, byte: number): State | undefined {
  for (let each: State | undefined = state; each; each = each.fallback) {
    const next = each.next.get(byte)
    if (next) return next
  }
  return undefined
}
