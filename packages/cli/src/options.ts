import { resolve } from 'node:path'
import { bubblewrap, noSandbox, type Sandbox } from '@forge/core'
import { UsageError } from './errors'

/** A whole number ≥ `minimum`, or undefined when the option was not given. */
export function wholeNumber(value: unknown, name: string, minimum: number): number | undefined {
  if (value === undefined) return undefined
  const text = String(value)
  if (!/^\d{1,12}$/.test(text) || Number(text) < minimum) {
    throw new UsageError(`${name} is "${text}", not a whole number of at least ${minimum}.`, `For example ${name} ${Math.max(minimum, 3)}.`)
  }
  return Number(text)
}

/** The value of an option that takes one; a repeated option is a mistake worth naming. */
export function single(value: unknown, name: string): string | undefined {
  if (value === undefined || value === true) return undefined
  if (Array.isArray(value)) throw new UsageError(`${name} was given ${value.length} times.`, 'Give it once.')
  return String(value)
}

export function oneOf<T extends string>(value: string, name: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value)
  if (!found) throw new UsageError(`${name} is "${value}", which is none of ${allowed.join(', ')}.`, `For example ${name} ${allowed[0]}.`)
  return found
}

/** An absolute folder; relative ones are the caller's. */
export const folder = (value: unknown, fallback: string): string => resolve(value === undefined ? fallback : String(value))

export interface ChosenSandbox {
  sandbox: Sandbox
  /** Said at the start when the run is not confined. */
  warning: string | null
}

/**
 * `--sandbox`: `auto` takes bubblewrap where it works.
 *
 * @param trusted true when nothing but our own code would run unconfined
 */
export async function chooseSandbox(name: string, trusted: boolean): Promise<ChosenSandbox> {
  const wanted = oneOf(name, '--sandbox', ['auto', 'bubblewrap', 'none'] as const)
  if (wanted === 'none') return { sandbox: noSandbox(), warning: 'No sandbox: commands run with your own rights (--sandbox none).' }
  const confined = bubblewrap()
  const probe = await confined.probe()
  if (probe.works) return { sandbox: confined, warning: null }
  if (wanted === 'bubblewrap' || !trusted) throw new UsageError(`The bubblewrap sandbox does not work here: ${probe.reason}`, probe.remedy)
  return { sandbox: noSandbox(), warning: `No sandbox: ${probe.reason} The embedded provider runs no code but its own. ${probe.remedy}` }
}
