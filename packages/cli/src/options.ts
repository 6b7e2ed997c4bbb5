import { resolve } from 'node:path'
import type { Sandbox } from '@forge/core'
import { UsageError } from './errors'

/** A whole number from `minimum` to `maximum`, or undefined when the option was not given. */
export function wholeNumber(value: unknown, name: string, minimum: number, maximum = 1e12): number | undefined {
  const text = single(value, name)
  if (text === undefined) return undefined
  if (!/^\d{1,13}$/.test(text) || Number(text) < minimum || Number(text) > maximum) {
    const range = maximum === 1e12 ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`
    throw new UsageError(`${name} is "${text}", not a whole number ${range}.`, `For example ${name} ${Math.max(minimum, 3)}.`)
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

export function oneOf<T extends string>(value: string, name: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value)
  if (!found) throw new UsageError(`${name} is "${value}", which is none of ${allowed.join(', ')}.`, `For example ${name} ${allowed[0]}.`)
  return found
}

/** An absolute folder; relative ones are the caller's. */
export const folder = (value: string | undefined, fallback: string): string => resolve(value ?? fallback)

export interface ChosenSandbox {
  sandbox: Sandbox
  /** Said when the run is not confined. */
  warning: string | null
}

/**
 * `--sandbox`: `auto` takes bubblewrap where it works.
 *
 * @param trusted true when nothing but our own code would run unconfined
 */
export async function chooseSandbox(value: unknown, trusted: boolean): Promise<ChosenSandbox> {
  const wanted = oneOf(single(value, '--sandbox') ?? 'auto', '--sandbox', ['auto', 'bubblewrap', 'none'] as const)
  const { bubblewrap, noSandbox } = await import('@forge/core')
  if (wanted === 'none') return { sandbox: noSandbox(), warning: 'No sandbox: commands ran with your own rights (--sandbox none).' }
  const confined = bubblewrap()
  const probe = await confined.probe()
  if (probe.works) return { sandbox: confined, warning: null }
  if (wanted === 'bubblewrap' || !trusted) throw new UsageError(`The bubblewrap sandbox does not work here: ${probe.reason}.`, probe.remedy)
  return { sandbox: noSandbox(), warning: `No sandbox: ${probe.reason}. Commands ran with your own rights. ${probe.remedy}` }
}
