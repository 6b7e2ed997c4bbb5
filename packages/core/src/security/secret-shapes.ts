import { KEYS } from './secret-keys'
import { OPTIONS } from './secret-options'
import { PLACES } from './secret-places'
import { REACH, type Shape } from './secret-shape'
import type { Span } from './secret-span'

const byStart = new Map<string, Shape[]>()
for (const shape of [...KEYS, ...PLACES, ...OPTIONS]) byStart.set(shape.start, [...(byStart.get(shape.start) ?? []), shape])

/** What the forms begin with. */
export const SHAPE_STARTS: readonly string[] = [...byStart.keys()]

/** A secret that is known by its own form, which begins like this here. */
export function shapedSecret(text: string, begin: string, at: number): Span | undefined {
  return spanAt(text, byStart.get(begin) ?? [], at)
}

/** A form that is filled up with one character stands for a secret. */
const FILLED = /([xX0*.])\1{7}/

function spanAt(text: string, candidates: readonly Shape[], at: number): Span | undefined {
  for (const { start, rest, anywhere, before } of candidates) {
    if (!anywhere && isInWord(text, at)) continue
    const ahead = before?.exec(text.slice(Math.max(0, at - REACH), at))
    if (ahead === null) continue
    rest.lastIndex = at + start.length
    const match = rest.exec(text)
    if (!match) continue
    const secret = match[1]
    const end = rest.lastIndex
    if (!anywhere && FILLED.test(match[0].slice(0, REACH))) continue
    if (secret === undefined) return { start: at - (ahead?.[1]?.length ?? 0), end }
    return { start: end - secret.length, end }
  }
  return undefined
}

const BOUNDARY = /(?:\\{1,7}[abfnrtv0]|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|%[0-9a-fA-F]{2}|(?:\u001b|\\{1,7}(?:u001b|x1b|033|e))\[[\d;]{0,8}m)$/

/** A line end or a colour that is written as letters is none of them. */
function isInWord(text: string, at: number): boolean {
  return /[A-Za-z0-9]/.test(text[at - 1] ?? '') && !BOUNDARY.test(text.slice(Math.max(0, at - 20), at))
}

/** Where a private key begins that has no end yet; -1 without one. */
export function openPrivateKey(text: string): number {
  const start = text.lastIndexOf('-----BEGIN ')
  const key = start < 0 ? '' : text.slice(start)
  return /^-----BEGIN (?:[A-Z0-9 ]{0,40}$|[A-Z0-9 ]{0,40}PRIVATE KEY)/.test(key) && !/-----END [A-Z0-9 ]{0,60}-----/.test(key) ? start : -1
}
