import { securitySchemes, servers } from './checks/access'
import { createdLocations, descriptions, endpoints, errorCoverage, operationIds } from './checks/operations'
import { errorSchemas, pagination } from './checks/shapes'
import { emptySchemas, pathParameters, references, trailingSlashes, unusedSchemas } from './checks/structure'
import { validDocument, validSchemas } from './checks/validity'
import { type Conventions, conventionsOf } from './conventions'
import type { OpenApiDocument } from './document'
import type { Fault, OpenApiFinding } from './finding'
import { readDocument } from './read-document'

/** What the checks say about one document. */
export interface OpenApiReport {
  file: string
  /** The specification whose conventions count as well; null when none stands beside the document. */
  specification: string | null
  /** The version of OpenAPI. */
  openapi: string
  operations: number
  /** Ids of the checks that ran. */
  checks: string[]
  notRun: { check: string; reason: string }[]
  /** By check, in the document's order. */
  findings: OpenApiFinding[]
}

type Check = (document: OpenApiDocument, conventions: Conventions) => Fault[] | Promise<Fault[]>

const CHECKS: Record<string, Check> = {
  document: validDocument,
  reference: references,
  'trailing-slash': trailingSlashes,
  'path-parameter': pathParameters,
  'security-scheme': securitySchemes,
  server: servers,
  'empty-schema': emptySchemas,
  'error-schema': errorSchemas,
  'operation-id': operationIds,
  pagination,
  'error-coverage': errorCoverage,
  'created-location': createdLocations,
  description: descriptions,
  'unused-schema': unusedSchemas,
}

/**
 * Checks an OpenAPI document: a JSON or YAML file, or the project folder that holds it. The conventions of the `app_spec.txt` beside it
 * count as well as the usual ones. Nothing is fetched, and nothing is run.
 * @throws ForgeError CONFIG_INVALID when there is no document, or it is none
 * @throws SpecError when the specification beside it is none
 */
export async function checkOpenApi(path: string): Promise<OpenApiReport> {
  const { file, document, specification } = await readDocument(path)
  const conventions = conventionsOf(specification?.spec)
  const found: Record<string, Fault[]> = {}
  for (const [id, check] of Object.entries(CHECKS)) found[id] = await check(document, conventions)
  const notRun: OpenApiReport['notRun'] = []
  if (specification === undefined) notRun.push({ check: 'endpoint', reason: 'there is no app_spec.txt beside the document' })
  else found['endpoint'] = endpoints(document, conventions)
  await checkSchemas(document, found, notRun)
  return {
    file,
    specification: specification?.file ?? null,
    openapi: document.version,
    operations: document.operations.length,
    checks: Object.keys(found),
    notRun,
    findings: Object.entries(found).flatMap(([check, faults]) => faults.map((fault) => ({ check, ...fault }))),
  }
}

/** Schemas of 3.0 are a dialect of their own, which the check `document` covers; examples are held against sound schemas only. */
async function checkSchemas(document: OpenApiDocument, found: Record<string, Fault[]>, notRun: OpenApiReport['notRun']): Promise<void> {
  if (document.version.startsWith('3.0')) {
    notRun.push(...['schema', 'example'].map((check) => ({ check, reason: 'the schemas of OpenAPI 3.0 are no JSON Schema' })))
    return
  }
  const { schemas, examples } = await validSchemas(document)
  found['schema'] = schemas
  if (schemas.length > 0 || found['reference']?.some(({ level }) => level === 'error')) {
    notRun.push({ check: 'example', reason: 'the schemas have faults' })
  } else {
    found['example'] = examples
  }
}
