import type { Facts } from '../facts'
import { parseDocument } from '../inputs/openapi/document'
import { fieldFacts } from '../inputs/openapi/schema'
import { isObject } from '../json-block'
import { nameKey } from '../words'

/**
 * Adds the things that a JSON Schema describes: itself by its title, and its definitions.
 * @returns false when the value is no schema of an object
 */
export function readJsonSchema(value: unknown, line: number, facts: Facts): boolean {
  if (!isObject(value)) return false
  const definitions = Object.entries({ ...objectAt(value, '$defs'), ...objectAt(value, 'definitions') })
  const own: [string, unknown][] = typeof value['title'] === 'string' && isObject(value['properties']) ? [[value['title'], value]] : []
  const schemas = [...own, ...definitions].filter(
    (one): one is [string, Record<string, unknown>] => isObject(one[1]) && isObject(one[1]['properties']),
  )
  if (schemas.length === 0 || (value['type'] !== 'object' && value['$schema'] === undefined)) return false
  const document = parseDocument(
    JSON.stringify({ openapi: '3.1.0', info: { title: 'Schemas', version: '1' }, paths: {}, components: { schemas: Object.fromEntries(schemas) } }),
  )
  for (const [title, schema] of schemas) {
    const entity = nameKey(title)
    const required = Array.isArray(schema['required']) ? schema['required'] : []
    facts.entities.push({ key: entity, name: title, line, junction: false, weight: 2 })
    for (const [name, property] of Object.entries(schema['properties'] as Record<string, unknown>)) {
      const said = fieldFacts(property, name, document).facts
      facts.fields.push({ entity, name, line, weight: 2, facts: required.includes(name) ? { ...said, required: true } : said })
    }
  }
  return true
}

const objectAt = (value: Record<string, unknown>, key: string): Record<string, unknown> => (isObject(value[key]) ? value[key] : {})
