import { type Chance, chanceOf } from './chance'
import { type Answer, isRecord } from './exchange'

/**
 * How an answer is made wrong: `turned` makes a refusal of a success and the reverse, `broken` makes a failing server of either, and `content` leaves
 * the status and changes the body.
 */
export type Falsification = 'turned' | 'broken' | 'content'

/**
 * The answer with another status, or with another body. Each value of a body differs from the true one and has its type; lists get longer and are in no
 * order; the shape stays, but for members that the case itself expects by name. The same seed makes the same of the same answer: who asks twice and
 * compares learns nothing.
 */
export function falsify(answer: Answer, how: Falsification, expected: readonly string[], seed: string): Answer {
  if (how === 'content') return { ...answer, body: falseBody(answer.body, { expected, chance: chanceOf(seed, answer.body) }) }
  const chance = chanceOf(seed, String(answer.status))
  return { ...answer, status: how === 'broken' ? anyOf([500, 502, 503], chance) : turned(answer.status, chance) }
}

function turned(status: number, chance: Chance): number {
  if (status < 400) return anyOf([400, 403, 404, 409, 422], chance)
  return anyOf([200, 201, 202], chance)
}

interface Means {
  expected: readonly string[]
  chance: Chance
}

function falseBody(body: Buffer, means: Means): Buffer {
  const text = body.toString('utf8')
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return Buffer.from(otherText(text, means))
  }
  return Buffer.from(JSON.stringify(otherValue(parsed, means)))
}

/** @param position place in the nearest list, modulo 3 */
function otherValue(value: unknown, means: Means, position?: number): unknown {
  if (typeof value === 'string') return otherText(value, means, position)
  if (typeof value === 'number') return otherNumber(value, means, position)
  if (typeof value === 'boolean') return !value
  if (value === null) return otherText('null', means)
  if (Array.isArray(value)) return otherList(value, means)
  if (!isRecord(value)) return otherText('', means)
  const members = Object.entries(value).map(([name, member]): [string, unknown] => [
    isExpectedName(name, means.expected) ? otherText(name, means) : name,
    otherValue(member, means, position),
  ])
  return members.length === 0 ? { [otherText('', means)]: means.chance.below(1000) } : Object.fromEntries(members)
}

/** One element more, and at least three of which the middle one is the greatest: neither ascending nor descending. */
function otherList(list: readonly unknown[], means: Means): unknown[] {
  const length = Math.max(3, list.length + 1)
  return Array.from({ length }, (_, index) => otherValue(list.length === 0 ? 'x' : list[index % list.length], means, index % 3))
}

/** Texts sort by their first letter: that of the second of three comes last. */
function otherText(text: string, { chance }: Means, position = chance.below(3)): string {
  return `${['m', 'z', 'a'][position % 3]}${chance.digits(Math.min(24, Math.max(8, text.length)))}`
}

function otherNumber(value: number, { chance }: Means, position: number | undefined): number {
  const step = 1 + chance.below(999)
  const other = position === undefined ? value + step : [500_000, 900_000, 100_000][position]! + step
  if (other === value) return step
  return Number.isInteger(value) ? other : other + 0.25
}

function isExpectedName(name: string, expected: readonly string[]): boolean {
  return expected.some((text) => text === name || text.replace(/["':\s]/g, '') === name)
}

function anyOf<T>(values: readonly T[], chance: Chance): T {
  return values[chance.below(values.length)]!
}
