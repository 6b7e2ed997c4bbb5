import type { ApiSpec, Diagnostic, Endpoint, Source } from './api-spec'
import { collectFacts } from './collect'
import { summaryRules } from './collect/endpoint-lines'
import { authOf } from './conventions/auth'
import { errorsOf, statusesOf } from './conventions/errors'
import { pagingOf } from './conventions/paging'
import { notFollowedOf } from './conventions/stack'
import { listEndpoints } from './endpoint-facts'
import { endpointCompleter } from './endpoint-parts'
import { SpecError, specError } from './error'
import { blankFacts, type EndpointFact, type Facts } from './facts'
import { type InputFormat, inputFormat, readInput } from './inputs'
import { addImpliedEntities } from './implied-entities'
import type { Input } from './inputs/tables'
import { classifyEndpoint } from './operations'
import { markCallerFields } from './ownership'
import { type Resolved, relinkEntities, resolveEntities } from './resolve'
import { rolesOf } from './roles'
import { readRules } from './rules'
import { markStatedCallers } from './rules/caller-rules'
import { factsOf, fieldStatements } from './rules/field-statements'
import { ruleWorld } from './rules/view'
import { seedsOf } from './seeds'
import { markSoftDeletes } from './soft-delete'
import { toldInComments } from './told-in-comments'
import { entityName, nameKey } from './words'

/** Form of the specification. `text`: plain text or Markdown, SQL statements included. `auto`: what the text itself shows. */
export type SpecFormat = 'auto' | 'text' | InputFormat

export interface ReadOptions {
  /** Default `auto`. */
  format?: SpecFormat
}

/**
 * Reads a specification. Pure: the same text gives the same result. Time grows with the length of the text only.
 * @throws SpecError (`SPEC_INVALID`) when the text is empty, blank, binary, of an unknown format, or names no entity.
 */
export function readSpec(text: string, options: ReadOptions = {}): ApiSpec {
  const { facts, diagnostics: remarks } = collect(text, options.format ?? 'auto')
  summaryRules(facts)
  addImpliedEntities(facts)
  const statements = fieldStatements(facts)
  const resolved = resolveEntities(facts, factsOf(statements))
  if (resolved.entities.length === 0) throw specError('The specification names no entity that could be stored.')
  const diagnostics: Diagnostic[] = resolved.diagnostics
  diagnostics.push(...remarks)
  const keys = new Map([...resolved.byKey].filter(([, entity]) => entity.junction === null).map(([key, entity]) => [key, entity.name]))
  const { basePath, endpoints: stated } = listEndpoints(facts, keys, diagnostics)
  markSoftDeletes(resolved, stated, facts)
  const drafts = stated.map((fact) => ({ fact, endpoint: classifyEndpoint(fact, basePath, resolved, stated) }))
  cascadeOwned(drafts, resolved, facts)
  relinkEntities(resolved, facts)
  markCallerFields(resolved, drafts)
  markStatedCallers(facts, resolved)
  const paging = pagingOf(facts, stated, diagnostics)
  const endpoints = drafts.map((draft) => draft.endpoint)
  const complete = endpointCompleter(resolved, facts, endpoints, paging.style !== 'none', diagnostics)
  for (const { fact, endpoint } of drafts) complete(endpoint, fact)
  const roles = rolesOf(facts, resolved.userEntity)
  const seeds = seedsOf(facts, resolved, diagnostics)
  const auth = authOf(facts, stated, resolved, seeds, roles)
  const rules = readRules(
    facts,
    statements,
    resolved,
    ruleWorld({ entities: resolved.entities, endpoints, roles, auth, userEntity: resolved.userEntity }),
  )
  return {
    version: 1,
    title: facts.title,
    description: facts.description,
    basePath,
    auth,
    errors: errorsOf(facts, stated, diagnostics),
    paging,
    statusCodes: statusesOf(facts, stated),
    entities: resolved.entities,
    endpoints,
    rules,
    roles,
    seeds,
    roleTexts: Object.fromEntries(roles.flatMap((role) => textOf(role, facts))),
    workflows: facts.workflows.map(withSource),
    screens: facts.screens.map(withSource),
    priorities: facts.priorities.map(withSource),
    notFollowed: notFollowedOf(facts),
    diagnostics: sorted([...diagnostics, ...unplaced(facts, resolved), ...left(drafts), ...unread(facts)]),
  }
}

function withSource<T extends { line: number }>({ line, ...fact }: T): Omit<T, 'line'> & { source: Source } {
  return { ...fact, source: { line, origin: 'stated' } }
}

function textOf(role: string, facts: Facts): [string, string][] {
  const text = facts.roles.find((one) => one.name === role.toLowerCase() && one.text !== undefined)?.text
  return text === undefined ? [] : [[role, text]]
}

const FORMATS = ['auto', 'text', 'openapi', 'sql', 'dbml', 'prisma']

function collect(text: string, wanted: string): Input {
  if (!FORMATS.includes(wanted)) throw new SpecError(`The format "${wanted}" is not known.`, `Leave it out, or say one of ${FORMATS.join(', ')}.`)
  const format = wanted === 'auto' ? inputFormat(text) : wanted === 'text' ? null : (wanted as InputFormat)
  return format === null
    ? { facts: collectFacts(text), diagnostics: [] }
    : readInput(text, format, format === 'openapi' ? blankFacts('API') : toldInComments(text))
}

/** Rows that are only made below a parent go with it, unless the text says otherwise. */
function cascadeOwned(drafts: { endpoint: Endpoint }[], resolved: Resolved, facts: Facts): void {
  const stated = new Set(facts.fields.filter((fact) => fact.facts.onDelete !== undefined).map((fact) => `${fact.entity} ${fact.name}`))
  const made = new Set(drafts.filter(({ endpoint }) => endpoint.operation === 'create').map(({ endpoint }) => endpoint.entity))
  for (const { endpoint } of drafts) {
    if (
      endpoint.operation !== 'nested-create' ||
      made.has(endpoint.entity) ||
      endpoint.entity === null ||
      endpoint.parent?.entity === resolved.userEntity?.name
    )
      continue
    const key = nameKey(endpoint.entity)
    const field = resolved.byKey.get(key)?.fields.find((one) => one.name === endpoint.parent?.field)
    if (field?.reference !== undefined && !stated.has(`${key} ${field.name}`)) field.reference.onDelete = 'cascade'
  }
}

/** Entities of whose fields nothing is said. */
function unplaced(facts: Facts, resolved: Resolved): Diagnostic[] {
  const lacking = new Map(facts.entities.filter((one) => !resolved.byKey.has(one.key)).map((one) => [one.key, one]))
  return [...lacking.values()].map((one) => ({
    level: 'warning',
    message: `${entityName(one.name)} is named, but none of its fields is; it is left out`,
    lines: [one.line],
  }))
}

/** Lines of the text from which nothing follows: prose mostly, or what the reader does not understand. */
function unread(facts: Facts): Diagnostic[] {
  const lines = facts.unread
  if (lines.length === 0) return []
  return [{ level: 'info', message: `${lines.length === 1 ? 'a line says' : `${lines.length} lines say`} nothing that is followed`, lines }]
}

function left(drafts: { fact: EndpointFact; endpoint: Endpoint }[]): Diagnostic[] {
  return drafts
    .filter((one) => one.endpoint.unsupported !== null)
    .map((one) => ({
      level: 'info',
      message: `${one.endpoint.method} ${one.endpoint.path} is left for a model: ${one.endpoint.unsupported}`,
      lines: [one.fact.line],
    }))
}

function sorted(diagnostics: Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>()
  return diagnostics.filter((one) => !seen.has(one.message) && seen.add(one.message)).sort((a, b) => (a.lines[0] ?? 0) - (b.lines[0] ?? 0))
}
