import { isRuleSentence, sentencesOf } from '../../collect/state'
import { SpecError } from '../../error'
import { isObject } from '../../json-block'
import { nameKey, plain } from '../../words'
import { blankFacts } from '../../facts'
import { type Input, remark } from '../tables'
import { type Document, type Json, parseDocument } from './document'
import type { Operation, Resource } from './model'
import { endpointFact, readOperations } from './operations'
import { addResources, findResources, stripped } from './resources'
import { list } from './schema'
import { addSecurity } from './security'

/** Version an OpenAPI document gives itself, of YAML or JSON; `null` for any other text. */
export function openApiVersion(text: string): string | null {
  const head = text.replace(/^(?:\ufeff|\s|#[^\n]*\n|---[^\n]*\n)+/, '')
  if (head.startsWith('{')) return head.match(/"(?:openapi|swagger)"\s*:\s*"(\d[\w.]*)"/)?.[1] ?? null
  if (!/^["']?(?:openapi|swagger|info|servers|paths|components|tags|security|webhooks|externalDocs|jsonSchemaDialect|x-[\w-]+)["']?\s*:/.test(head))
    return null
  return head.match(/^["']?(?:openapi|swagger)["']?\s*:\s*["']?(\d[\w.]*)["']?\s*(?:#.*)?$/m)?.[1] ?? null
}

/**
 * Reads an OpenAPI 3 document: entities from the schemas its operations make and answer, endpoints, conventions.
 * @throws SpecError for another version, and for what is neither YAML nor JSON, with its line.
 */
export function readOpenApi(text: string): Input {
  const document = parseDocument(text)
  const version = String(document.root['openapi'] ?? document.root['swagger'] ?? '')
  if (!/^3\.[012](?:\.|$)/.test(version))
    throw new SpecError(
      `Line ${document.lineOf(document.root, document.root['openapi'] === undefined ? 'swagger' : 'openapi')}: the document is of OpenAPI ${version}, and 3.0 and 3.1 are read.`,
      'Convert it to OpenAPI 3, for example in the Swagger editor (Edit, Convert to OpenAPI 3).',
    )
  const info = document.resolve(document.root['info'])
  const prose = typeof info['description'] === 'string' ? info['description'] : ''
  const input: Input = {
    facts: blankFacts(String(info['title'] ?? 'API').slice(0, 120), plain(prose.split('\n')[0] ?? '').slice(0, 600)),
    diagnostics: [],
  }
  const basePath = readServers(document, input)
  const operations = readOperations(document, basePath, input)
  const resources = findResources(operations)
  addResources(resources, document, input)
  input.facts.endpoints.push(...operations.map((one) => endpointFact(one, resources, document)))
  addErrors(document, input)
  addSecurity(operations, document, input)
  addRules(operations, resources, prose, document, input)
  addRemarks(operations, document, input)
  return input
}

/** Problem details are recognised by their media type. */
function addErrors(document: Document, input: Input): void {
  for (const [path, item] of Object.entries(document.resolve(document.root['paths'])))
    for (const node of Object.values(document.resolve(item)))
      for (const response of Object.values(document.resolve(isObject(node) ? node['responses'] : undefined)))
        if (Object.keys(document.resolve(document.resolve(response)['content'])).some((type) => /problem\+json/i.test(type))) {
          input.facts.errors.push({ text: 'application/problem+json', line: document.lineOf(document.root['paths'], path) })
          return
        }
}

/** The path of the first server stands before every path. */
function readServers(document: Document, input: Input): string {
  const [first, ...more] = list(document.root['servers']).map(document.resolve)
  const path = String(first?.['url'] ?? '')
    .replace(/^(?:https?:)?\/\/[^/]*/, '')
    .replace(/\/$/, '')
  if (/[{}]/.test(path)) {
    input.diagnostics.push({
      level: 'warning',
      message: `the variables of the server ${String(first?.['url'])} are not followed`,
      lines: [document.lineOf(document.root, 'servers')],
    })
    return ''
  }
  if (more.length > 0)
    input.diagnostics.push({
      level: 'info',
      message: 'the first of several servers gives the paths their beginning',
      lines: [document.lineOf(document.root, 'servers')],
    })
  if (path !== '') input.facts.basePath = { path, line: document.lineOf(document.root, 'servers') }
  return path
}

const VERBS = { GET: 'Read', POST: 'Create', PUT: 'Update', PATCH: 'Update', DELETE: 'Delete' }

/** Sentences that bind, from descriptions and from `x-forge-rules`. */
function addRules(operations: Operation[], resources: Map<string, Resource>, prose: string, document: Document, input: Input): void {
  const add = (text: string, line: number, entity: string | null, kind: 'rule' | 'note') =>
    input.facts.rules.push({ text: plain(text), line, entity, kind })
  const stated = (holder: Json, entity: string | null) => {
    for (const text of list(holder['x-forge-rules']))
      if (typeof text === 'string') add(text, document.lineOf(holder, 'x-forge-rules'), entity, 'rule')
  }
  const spoken = (text: unknown, line: number, entity: string | null) => {
    if (typeof text !== 'string') return
    for (const one of text.split(/\n+/).flatMap((part) => sentencesOf(part.replace(/^[-*]\s+/, '').trim())))
      if (isRuleSentence(one)) add(one, line, entity, 'note')
  }
  stated(document.root, null)
  spoken(prose, document.lineOf(document.root['info'], 'description'), null)
  // An operation for every role there is binds nobody.
  const known = new Set([
    ...operations.flatMap(({ node }) => list(node['x-forge-roles']).map(String)),
    ...input.facts.fields.flatMap(({ name, facts }) => (/^(?:user_?)?role$/i.test(name) ? (facts.values ?? []) : [])),
  ])
  for (const { node, segment, line } of operations) {
    const entity = resources.get(nameKey(segment))?.key ?? null
    stated(node, entity)
    spoken(node['description'], line, entity)
    const roles = list(node['x-forge-roles']).map(String)
    const fact = input.facts.endpoints.find((one) => one.line === line)
    if (roles.length > 0 && roles.length < known.size && fact !== undefined)
      fact.summary = `${fact.summary || `${VERBS[fact.method]} ${segment}`} (${roles.join(' and ')} only)`
  }
  const schemas = document.resolve(document.resolve(document.root['components'])['schemas'])
  for (const [name, value] of Object.entries(schemas)) {
    const schema = document.resolve(value)
    const entity = resources.get(nameKey(stripped(name)))?.key ?? null
    stated(schema, entity)
    if (entity !== null) spoken(schema['description'], document.lineOf(schemas, name), entity)
    for (const unique of list(schema['x-forge-unique-together']))
      if (entity !== null && Array.isArray(unique))
        input.facts.uniqueTogether.push({
          entity,
          fields: unique.map(String),
          caseInsensitive: false,
          line: document.lineOf(schema, 'x-forge-unique-together'),
        })
  }
}

function addRemarks(operations: Operation[], document: Document, input: Input): void {
  remark(input, 'warning', 'references outside of the document are not followed', document.external)
  const parts = ['webhooks'].filter((key) => document.root[key] !== undefined).map((what) => ({ what, line: document.lineOf(document.root, what) }))
  const inner = operations.flatMap(({ node, line }) => (isObject(node['callbacks']) ? [{ what: 'callbacks', line }] : []))
  remark(input, 'warning', 'not followed', [...parts, ...inner])
  const bodies = operations.filter(({ node }) => {
    const types = Object.keys(document.resolve(document.resolve(node['requestBody'])['content']))
    return types.length > 0 && !types.some((type) => /json|\*\/\*/i.test(type))
  })
  remark(
    input,
    'warning',
    'bodies other than JSON are not followed',
    bodies.map(({ method, path, line }) => ({ what: `${method} ${path}`, line })),
  )
  const params = operations.flatMap(({ params: all, line }) =>
    all
      .filter((one) => one['in'] === 'cookie' || (one['in'] === 'header' && !/^(?:authorization|x-)/i.test(String(one['name']))))
      .map((one) => ({ what: `${String(one['in'])} ${String(one['name'])}`, line })),
  )
  remark(input, 'warning', 'parameters in headers and cookies are not followed', params)
}
