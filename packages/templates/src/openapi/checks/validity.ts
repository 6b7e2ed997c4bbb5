import type { Validator } from '@seriousme/openapi-schema-validator'
import type { ErrorObject } from 'ajv'
import type { Ajv2020 } from 'ajv/dist/2020.js'
import { entriesOf, isObject, listOf, type OpenApiDocument, pointerOf, valueAt } from '../document'
import { type Fault, faults } from '../finding'
import { schemaParts, type SchemaPlace, schemaRoots } from '../schemas'

const invalid = faults('error', 'The OpenAPI specification does not allow it, so tools may refuse the whole document.', 'Correct this place.')

/** Made once: it compiles the schemas of OpenAPI. */
let validator: Promise<Validator> | undefined

/** The document obeys the JSON schema that the OpenAPI Initiative publishes for its version. */
export async function validDocument({ root }: OpenApiDocument): Promise<Fault[]> {
  validator ??= import('@seriousme/openapi-schema-validator').then(({ Validator }) => new Validator({ allErrors: true }))
  const { errors } = await (await validator).validate(root)
  if (Array.isArray(errors)) return tellingErrors(errors).map((error) => invalid(error.instancePath, `${wordsFor(error)}.`))
  // A text speaks of references, which have a check of their own, or of anchors.
  return errors === undefined || /^Can't resolve (?:#\/|.*only internal refs)/.test(errors) ? [] : [invalid('', `${errors}.`)]
}

/** Keywords whose errors say only that something is wrong further down, or that no alternative fits. */
const VAGUE = new Set(['if', 'anyOf', 'oneOf', 'not', 'unevaluatedProperties', 'unevaluatedItems'])

/** What says most at each place: an error that follows from another one is left out. */
function tellingErrors(errors: readonly ErrorObject[]): ErrorObject[] {
  const [vague, precise] = [errors.filter(isVague), errors.filter((error) => !isVague(error))]
  const explained = new Set(precise.flatMap(({ instancePath }) => [instancePath, ...above(instancePath)]))
  const unexplained = vague.filter(({ instancePath }) => !explained.has(instancePath))
  const outer = new Set(unexplained.flatMap(({ instancePath }) => above(instancePath)))
  const typed = new Set(precise.filter(({ keyword }) => keyword !== 'type').map(({ instancePath }) => instancePath))
  const telling = errors.filter((error) =>
    isVague(error)
      ? !explained.has(error.instancePath) && !outer.has(error.instancePath)
      : error.keyword !== 'type' || !typed.has(error.instancePath),
  )
  return [...new Map(telling.map((error) => [`${error.instancePath} ${wordsFor(error)}`, error])).values()]
}

const isVague = ({ keyword }: ErrorObject): boolean => VAGUE.has(keyword)

/** Pointers of what holds a place, from the inside out. */
const above = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((_, index, parts) =>
      parts
        .slice(0, parts.length - 1 - index)
        .map((part) => `/${part}`)
        .join(''),
    )

function wordsFor({ keyword, params, message = 'is not allowed' }: ErrorObject): string {
  const extra: unknown = params['unevaluatedProperty'] ?? params['additionalProperty']
  if (typeof extra === 'string') return `There must be no "${extra}" here`
  if (keyword === 'enum')
    return `It must be one of ${listOf(params['allowedValues'])
      .map((each) => JSON.stringify(each))
      .join(', ')}`
  if (keyword === 'const') return `It must be ${JSON.stringify(params['allowedValue'])}`
  return `It ${message}`
}

const DIALECT = 'https://json-schema.org/draft/2020-12/schema'
const malformed = faults('error', 'Validators refuse it and generators guess.', 'Correct the schema; its dialect is JSON Schema 2020-12.')
const unfit = faults('error', 'People and mock servers take examples and defaults at their word.', 'Correct the example, or the schema.')

/** Schemas are JSON Schema 2020-12, and examples and defaults are valid against them. Of OpenAPI 3.0, whose schemas are none, nothing is checked. */
export async function validSchemas(document: OpenApiDocument): Promise<{ schemas: Fault[]; examples: Fault[] }> {
  const ajv = await schemaValidator()
  const roots = schemaRoots(document)
  const schemas = roots.flatMap((root) => [...schemaFaults(ajv, root), ...badPatterns(root)])
  return { schemas, examples: schemas.length > 0 ? [] : invalidExamples(document, ajv) }
}

function schemaFaults(ajv: Ajv2020, { pointer, schema }: SchemaPlace): Fault[] {
  if (!isObject(schema) && typeof schema !== 'boolean') return [malformed(pointer, 'The schema is neither an object nor true or false.')]
  if (ajv.validate(DIALECT, schema)) return []
  return tellingErrors(ajv.errors ?? []).map((error) => malformed(pointer + error.instancePath, `${wordsFor(error)}.`))
}

async function schemaValidator(): Promise<Ajv2020> {
  const [{ Ajv2020 }, { default: addFormats }] = await Promise.all([import('ajv/dist/2020.js'), import('ajv-formats')])
  const regExp = Object.assign(expression, { code: 'new RegExp' })
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false, code: { regExp } })
  addFormats.default(ajv)
  // Times of day are written without a zone, too.
  ajv.addFormat('time', /^\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?$/i)
  return ajv
}

/** Patterns may be written for either kind of JavaScript's expressions. */
function expression(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u')
  } catch {
    return new RegExp(pattern)
  }
}

function badPatterns(root: SchemaPlace): Fault[] {
  return [...schemaParts(root)].flatMap(({ pointer, schema }) => {
    const pattern = isObject(schema) ? schema['pattern'] : undefined
    if (typeof pattern !== 'string') return []
    try {
      expression(pattern)
      return []
    } catch {
      return [malformed(pointer + pointerOf('pattern'), 'The pattern is no regular expression of JavaScript, as JSON Schema has them.')]
    }
  })
}

const BASE = 'openapi'

/** Something that should be valid against the schema at a pointer. */
interface Example {
  pointer: string
  schema: string
  value: unknown
}

function invalidExamples(document: OpenApiDocument, ajv: Ajv2020): Fault[] {
  const examples = [...examplesOf(document)]
  if (examples.length === 0) return []
  try {
    ajv.addSchema(document.root, BASE, undefined, false)
  } catch (error) {
    return [unfit('', `The examples cannot be held against the schemas: ${error instanceof Error ? error.message : String(error)}.`)]
  }
  return examples.flatMap(({ pointer, schema, value }) => {
    const fault = misfit(ajv, schema, value)
    return fault === undefined ? [] : [unfit(pointer, fault)]
  })
}

function misfit(ajv: Ajv2020, schema: string, value: unknown): string | undefined {
  const fragment = schema.split('/').map(encodeURIComponent).join('/')
  try {
    const validate = ajv.compile({ $ref: `${BASE}#${fragment}` })
    if (validate(value)) return undefined
    const [error] = tellingErrors(validate.errors ?? [])
    return `The example does not fit its schema: ${error?.instancePath ? `${error.instancePath} ` : 'it '}${error?.message ?? 'is not valid'}.`
  } catch (error) {
    return `The example cannot be held against its schema: ${error instanceof Error ? error.message : String(error)}.`
  }
}

function* examplesOf(document: OpenApiDocument): Generator<Example> {
  for (const root of schemaRoots(document)) {
    yield* examplesBeside(document, root.pointer)
    for (const { pointer, schema } of schemaParts(root)) {
      if (!isObject(schema)) continue
      for (const name of ['default', 'example'])
        if (name in schema) yield { pointer: pointer + pointerOf(name), schema: pointer, value: schema[name] }
      for (const [index, value] of listOf(schema['examples']).entries()) yield { pointer: `${pointer}/examples/${index}`, schema: pointer, value }
    }
  }
}

/** Examples of parameters, headers and media types stand beside their schema. */
function* examplesBeside({ root }: OpenApiDocument, schema: string): Generator<Example> {
  if (!schema.endsWith('/schema')) return
  const place = schema.slice(0, -'/schema'.length)
  const holder = objectAt(root, place)
  if ('example' in holder) yield { pointer: `${place}/example`, schema, value: holder['example'] }
  for (const [name, example] of entriesOf(holder['examples'])) {
    if (isObject(example) && 'value' in example) yield { pointer: place + pointerOf('examples', name, 'value'), schema, value: example['value'] }
  }
}

function objectAt(root: unknown, pointer: string): Record<string, unknown> {
  const value = valueAt(root, pointer)
  return isObject(value) ? value : {}
}
