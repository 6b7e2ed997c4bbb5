import { randomBytes, randomInt } from 'node:crypto'
import { type Answer, isRecord } from './exchange'

/**
 * How an answer is made wrong: `turned` makes a refusal of a success and the reverse, `broken` makes a failing server of either, and `content` leaves
 * the status and changes the body.
 */
export type Falsification = 'turned' | 'broken' | 'content'

/**
 * The answer with another status, or with another body. Each value of a body differs from the true one and has its type; lists get longer and are in no
 * order; the shape stays, but for members that the case itself expects by name.
 */
export function falsify(answer: Answer, how: Falsification, expected: readonly string[]): Answer {
  if (how === 'content') return { ...answer, body: falseBody(answer.body, expected) }
  return { ...answer, status: how === 'broken' ? anyOf([500, 502, 503]) : turned(answer.status) }
}

function turned(status: number): number {
  if (status < 400) return anyOf([400, 403, 404, 409, 422])
  return anyOf([200, 201, 202])
}

function falseBody(body: Buffer, expected: readonly string[]): Buffer {
  const text = body.toString('utf8')
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return Buffer.from(otherText(text))
  }
  return Buffer.from(JSON.stringify(otherValue(parsed, expected)))
}

/** @param position place in the nearest list, modulo 3 */
function otherValue(value: unknown, expected: readonly string[], position?: number): unknown {
  if (typeof value === 'string') return otherText(value, position)
  if (typeof value === 'number') return otherNumber(value, position)
  if (typeof value === 'boolean') return !value
  if (value === null) return otherText('null')
  if (Array.isArray(value)) return otherList(value, expected)
  if (!isRecord(value)) return otherText('')
  const members = Object.entries(value).map(([name, member]): [string, unknown] => [
    isExpectedName(name, expected) ? otherText(name) : name,
    otherValue(member, expected, position),
  ])
  return members.length === 0 ? { [otherText('')]: randomInt(1000) } : Object.fromEntries(members)
}

/** One element more, and at least three of which the middle one is the greatest: neither ascending nor descending. */
function otherList(list: readonly unknown[], expected: readonly string[]): unknown[] {
  const length = Math.max(3, list.length + 1)
  return Array.from({ length }, (_, index) => otherValue(list.length === 0 ? 'x' : list[index % list.length], expected, index % 3))
}

/** Texts sort by their first letter: that of the second of three comes last. */
function otherText(text: string, position = randomInt(3)): string {
  const letters = randomBytes(Math.min(12, Math.max(4, Math.ceil(text.length / 2)))).toString('hex')
  return `${['m', 'z', 'a'][position % 3]}${letters}`
}

function otherNumber(value: number, position: number | undefined): number {
  const other = position === undefined ? value + randomInt(1, 1000) : [500_000, 900_000, 100_000][position]! + randomInt(1, 1000)
  return Number.isInteger(value) ? other : other + 0.25
}

function isExpectedName(name: string, expected: readonly string[]): boolean {
  return expected.some((text) => text === name || text.replace(/["':\s]/g, '') === name)
}

function anyOf<T>(values: readonly T[]): T {
  return values[randomInt(values.length)]!
}
