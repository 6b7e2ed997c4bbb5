// The mock data of a project, and what their rows are by its OpenAPI document.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readSchemaOf } from './documents.mjs'

/**
 * @typedef {{ table: string, entity: import('@forge/spec').Entity | undefined, rows: Record<string, unknown>[], schema: string | undefined }} MockFile
 *   `schema`: name of the schema of such rows in answers; undefined where no route answers with them
 * @returns {MockFile[]}
 */
export function mockFiles({ projectDir, spec, openapi }) {
  const folder = join(projectDir, 'docs/mock-data')
  if (!existsSync(folder)) return []
  const document = openapi()
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const table = name.slice(0, -'.json'.length)
      const entity = spec.entities.find((each) => each.table === table)
      const rows = JSON.parse(readFileSync(join(folder, name), 'utf8'))
      return { table, entity, rows, schema: entity && readSchemaOf(spec, document, entity) }
    })
}
