import { resolve } from 'node:path'
import type { Sandbox } from '@forge/core'
import { UsageError } from './errors'

/** A whole number from `minimum` to `maximum`, or undefined when the option was not given. */
export function wholeNumber(value: unknown, name: string, minimum: number, maximum = 1e12, example = Math.max(minimum, 3)): number | undefined {
  const text = single(value, name)
  if (text === undefined) return undefined
  if (!/^\d{1,13}$/.test(text) || Number(text) < minimum || Number(text) > maximum) {
    const range = maximum === 1e12 ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`
    throw new UsageError(`${name} is "${text}", not a whole number ${range}.`, `For example ${name} ${example}.`)
  }
  return Number(text)
}

/** The value of an option that takes one; a repeated option is a mistake worth naming. */
export function single(value: unknown, name: string): string | undefined {
  if (value === undefined) return undefined
  if (Array.isArray(value)) throw new UsageError(`${name} was given ${value.length} times.`, 'Give it once.')
  if (value === '') throw new UsageError(`${name} has an empty value.`, 'Give it a value, or leave it out.')
  return String(value)
}

/** The values of an option that may be repeated. */
export function several(value: unknown, name: string): string[] {
  if (value === undefined) return []
  return (Array.isArray(value) ? value : [value]).map((each) => single(each, name) as string)
}

export function oneOf<T extends string>(value: string, name: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value)
  if (!found) throw new UsageError(`${name} is "${value}", which is none of ${allowed.join(', ')}.`, `For example ${name} ${allowed[0]}.`)
  return found
}

/** An absolute folder; relative ones are the caller's. */
export const folder = (value: string | undefined, fallback: string): string => resolve(value ?? fallback)

/**
 * `--sandbox`: `auto` takes bubblewrap where it works. The warning is said when commands are not confined.
 *
 * @param trusted true when nothing but our own code would run unconfined
 */
export async function sandboxOption(value: unknown, trusted: boolean): Promise<{ sandbox: Sandbox; warning: string | null }> {
  const wanted = oneOf(single(value, '--sandbox') ?? 'auto', '--sandbox', ['auto', 'bubblewrap', 'none'] as const)
  const { bubblewrap, chooseSandbox, noSandbox } = await import('@forge/core')
  if (wanted === 'none') return { sandbox: noSandbox(), warning: 'No sandbox: commands ran with your own rights (--sandbox none).' }
  const { sandbox, missing } = await chooseSandbox(wanted === 'bubblewrap' ? bubblewrap() : undefined, { trusted })
  return { sandbox, warning: missing ? `No sandbox: ${missing.reason}. Commands ran with your own rights. ${missing.remedy}` : null }
}
