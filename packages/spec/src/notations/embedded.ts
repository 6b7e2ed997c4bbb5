import { SpecError } from '../error'
import type { Facts } from '../facts'
import { type InputFormat, readInput } from '../inputs'

/** Adds what a block of another input language says; endpoints that its reader would infer are left to the text around it. */
export function addInput(format: InputFormat, text: string, line: number, facts: Facts): boolean {
  let found: Facts
  try {
    found = readInput(text, format).facts
  } catch (error) {
    if (error instanceof SpecError) return false
    throw error
  }
  const at = <T extends { line: number }>(one: T): T => ({ ...one, line: one.line + line - 1 })
  facts.entities.push(...found.entities.map(at))
  facts.fields.push(...found.fields.map(at))
  facts.relations.push(...found.relations.map(at))
  facts.uniqueTogether.push(...found.uniqueTogether.map(at))
  facts.enums.push(...found.enums.map(at))
  facts.rules.push(...found.rules.map(at))
  facts.endpoints.push(...found.endpoints.filter((one) => one.inferred !== true).map(at))
  return found.entities.length > 0
}
