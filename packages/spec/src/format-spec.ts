import type { ApiSpec, Endpoint, Entity, Field, Rule, RuleEffect, Source } from './api-spec'
import { envelopeName } from './envelope'

type IsBuilt = (endpoint: Endpoint) => boolean

/**
 * What was understood of a specification, for people: entities, fields, relations, endpoints, conventions, rules, each with its line.
 * @param isBuilt Whether an endpoint needs no model; default: what the reader understands. A builder may know more, such as signing in.
 */
export function formatSpec(spec: ApiSpec, isBuilt: IsBuilt = ({ unsupported }) => unsupported === null): string {
  const built = spec.endpoints
    .filter((one) => one.unsupported !== null && isBuilt(one))
    .map(({ method, path }) => `${method} ${path} is left for a model: `)
  const parts = [
    heading(spec),
    section('Conventions', conventions(spec)),
    section('Entities', spec.entities.flatMap(entityLines)),
    section(
      'Endpoints',
      spec.endpoints.flatMap((endpoint) => endpointLines(endpoint, isBuilt)),
    ),
    section('Rules', spec.rules.flatMap(ruleLines)),
    section(
      'Seed rows',
      spec.seeds.map((seed) => `  ${seed.entity} ${JSON.stringify(seed.row)} ${at(seed.source)}`),
    ),
    section(
      'Workflows (for the front end, not built)',
      spec.workflows.map(
        (flow) => `  ${flow.name}${flow.role === null ? '' : ` (${flow.role})`}: ${count(flow.steps.length, 'step')} ${at(flow.source)}`,
      ),
    ),
    section(
      'Not followed',
      spec.notFollowed.map((one) => `  line ${one.line}: ${one.text} -> ${one.instead}`),
    ),
    section(
      'Notes',
      spec.diagnostics
        .filter((one) => !built.some((text) => one.message.startsWith(text)))
        .map((one) => `  ${one.level}${one.lines.length === 0 ? '' : `, line ${one.lines.join(' and ')}`}: ${one.message}`),
    ),
    summary(spec, isBuilt),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

const count = (amount: number, noun: string): string =>
  `${amount} ${amount === 1 ? noun : /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`}`
const at = (source: Source): string =>
  source.origin === 'stated' ? `[line ${source.line}]` : source.line === 0 ? '[inferred]' : `[inferred from line ${source.line}]`
const section = (title: string, lines: string[]): string => (lines.length === 0 ? '' : `${title}\n${lines.join('\n')}`)

function heading(spec: ApiSpec): string {
  return [spec.title, ...(spec.description === '' ? [] : [spec.description])].join('\n')
}

function conventions(spec: ApiSpec): string[] {
  const { auth, errors, paging, statusCodes } = spec
  const identity = auth.kind === 'none' ? 'none' : auth.kind === 'bearer' ? 'Authorization: Bearer' : `header ${auth.header}`
  const missing = auth.kind === 'none' ? '' : auth.required ? ', refused with 401 when missing' : ', the built-in user when missing'
  const shape =
    errors.format === 'problem'
      ? 'application/problem+json'
      : `{${errors.fields.map((field) => `${field.name}: ${field.meaning}`).join(', ')}}, codes in ${errors.codeCase} case`
  const params =
    paging.params === null
      ? 'none: bare arrays'
      : `${Object.values(paging.params).join(' and ')} -> {${paging.envelope.map((member) => envelopeName(paging, member)).join(', ')}}, default ${paging.defaultSize}, at most ${paging.maxSize}`
  return [
    `  paths: ${spec.basePath === '' ? 'from the root' : `below ${spec.basePath}`}`,
    `  identity: ${identity}${missing}; ids are ${auth.idType}${auth.userEntity === null ? '' : `, users are ${auth.userEntity}`} ${at(auth.source)}`,
    ...(auth.kind === 'none' ? [] : [`  built-in user: ${JSON.stringify(auth.mockUser)}`]),
    ...(spec.roles.length === 0 ? [] : [`  roles, most privileged first: ${spec.roles.join(', ')}`]),
    `  errors: ${shape} ${at(errors.source)}`,
    `  paging: ${params} ${at(paging.source)}`,
    `  status codes: invalid input ${statusCodes.validation}, rows of others ${statusCodes.otherOwner}`,
  ]
}

function entityLines(entity: Entity): string[] {
  const notes = [
    `table ${entity.table}`,
    `key ${entity.key.join(', ')}`,
    ...(entity.junction === null ? [] : [`joins ${entity.junction.left} and ${entity.junction.right}`]),
    ...(entity.softDelete === null ? [] : [`deleting sets ${entity.softDelete.field} to ${entity.softDelete.deletedValue}`]),
    ...entity.uniqueTogether.map((names) => `unique together: ${names.join(', ')}`),
  ]
  return [
    `  ${entity.name} (${notes.join('; ')}) ${at(entity.source)}`,
    ...entity.fields.map((field) => `    ${field.name}: ${fieldText(field)} ${at(field.source)}`),
    ...entity.relations.map(
      (relation) =>
        `    ~ ${relation.kind} ${relation.target} as ${relation.name}${relation.field === undefined ? '' : ` by ${relation.field}`}${relation.through === undefined ? '' : ` through ${relation.through}`}`,
    ),
  ]
}

function fieldText(field: Field): string {
  const type =
    field.type === 'enum'
      ? `enum(${field.values!.join(', ')})`
      : field.reference !== undefined
        ? `reference to ${field.reference.entity} (on delete ${field.reference.onDelete})`
        : field.type === 'decimal'
          ? `decimal(${field.precision},${field.scale})`
          : field.type
  const bounds = [range(field.minLength, field.maxLength, ' characters'), range(field.min, field.max, '')].filter((text) => text !== '')
  const flags = [
    field.list ? 'list' : '',
    field.required ? 'required' : field.readOnly ? '' : 'optional',
    field.nullable ? 'nullable' : '',
    field.unique === false ? '' : field.unique === 'exact' ? 'unique' : 'unique (case-insensitive)',
    field.indexed && field.unique === false ? 'indexed' : '',
    ...bounds,
    field.pattern === undefined ? '' : `matches ${field.pattern}`,
    field.default === null ? '' : `default ${JSON.stringify(field.default)}`,
    field.auto === undefined ? '' : field.auto === 'created' ? 'set on creation' : 'set on every write',
    field.fromCaller ? 'the caller' : field.readOnly ? 'read-only' : '',
    field.writeOnly ? 'write-only' : '',
  ]
  return [type, ...flags.filter((flag) => flag !== '')].join(', ')
}

function range(low: number | undefined, high: number | undefined, unit: string): string {
  if (low === undefined && high === undefined) return ''
  return low === undefined ? `at most ${high}${unit}` : high === undefined ? `at least ${low}${unit}` : `${low} to ${high}${unit}`
}

function endpointLines(endpoint: Endpoint, isBuilt: IsBuilt): string[] {
  const subject = endpoint.entity === null ? endpoint.operation : `${endpoint.operation} ${endpoint.entity}`
  const details = [
    endpoint.parent === undefined
      ? ''
      : `below ${endpoint.parent.entity}${endpoint.parent.through === undefined ? '' : ` through ${endpoint.parent.through}`}`,
    endpoint.body === undefined || endpoint.body.length === 0 ? '' : `body: ${endpoint.body.join(', ')}`,
    endpoint.sets === undefined ? '' : `sets ${JSON.stringify(endpoint.sets)}`,
    ...meaningTexts(endpoint),
    endpoint.filters === undefined || endpoint.filters.length === 0
      ? ''
      : `filters: ${endpoint.filters.map((filter) => (filter.kind === 'equals' && filter.name === filter.field ? filter.name : `${filter.name} (${filter.kind} ${filter.field})`)).join(', ')}${endpoint.filters.every((filter) => filter.source.origin === 'inferred') ? ' [inferred]' : ''}`,
    endpoint.linked === undefined
      ? ''
      : `filters by name: ${endpoint.linked.map(({ name, target, by }) => `${name} (${by} of ${target})`).join(', ')}`,
    reportText(endpoint),
    endpoint.search === undefined ? '' : `search in ${endpoint.search.join(', ')}`,
    endpoint.sort === undefined ? '' : `sorts by ${endpoint.sort.fields.join(', ')}; default ${endpoint.sort.default} ${endpoint.sort.defaultOrder}`,
    endpoint.computed === undefined ? '' : `with ${endpoint.computed.map((one) => one.name).join(', ')}`,
  ].filter((text) => text !== '')
  return [
    `  ${endpoint.method} ${endpoint.path} -> ${endpoint.status}, ${subject}${endpoint.paginated ? ', paged' : ''}${endpoint.authenticated ? '' : ', open'} ${at(endpoint.source)}`,
    ...details.map((text) => `      ${text}`),
    ...(endpoint.unsupported === null
      ? []
      : [isBuilt(endpoint) ? '      signs people in or out, or up' : `      needs a model: ${endpoint.unsupported}`]),
  ]
}

/** By what the rows of a report are put together. */
function reportText({ grouped, figures = [] }: Endpoint): string {
  if (grouped === undefined) return ''
  const group = grouped.periods === undefined ? grouped.field : `${grouped.periods.join(' or ')} of ${grouped.field}`
  return `${figures.map((figure) => figure.name[0]).join(', ')} for each ${group}`
}

/** Whose rows, which of them, and what happens to many at once. */
function meaningTexts({ own, where, lookup, toggles, mark, bulk, adjust }: Endpoint): string[] {
  return [
    own === undefined ? '' : `only where ${own} is the caller`,
    where === undefined ? '' : `only where ${JSON.stringify(where)}`,
    lookup === undefined ? '' : `named by ${lookup}`,
    toggles === undefined ? '' : `turns ${toggles}`,
    mark === undefined ? '' : `joins ${mark.target} and the caller (${mark.caller}) in ${mark.through}`,
    adjust === undefined ? '' : adjustText(adjust),
    bulk === undefined
      ? ''
      : `${bulk.effect}s all rows that ${bulk.ids} lists, or none; answers with ${bulk.answer === 'count' ? `their number as ${bulk.count}` : bulk.answer === 'rows' ? 'the rows' : 'nothing'}`,
  ]
}

function adjustText({ field, amount, direction, to, log }: NonNullable<Endpoint['adjust']>): string {
  const change =
    direction === 'add' ? `adds ${amount} to ${field}` : direction === 'take' ? `takes ${amount} from ${field}` : `changes ${field} by ${amount}`
  return `${change}${to === undefined ? '' : ` in favour of the one that ${to} names`}${log === undefined ? '' : `, and writes a ${log.entity}`}`
}

const VERDICTS: Record<Rule['status'], string> = { compiled: 'implemented', partly: 'implemented in part', unparsed: 'needs a model' }

function ruleLines(rule: Rule): string[] {
  return [
    `  ${rule.id}. ${rule.text} ${at(rule.source)}`,
    `      ${VERDICTS[rule.status]}${rule.effects.length === 0 ? '' : `: ${rule.effects.map(effectText).join('; ')}`}`,
    ...(rule.missing === undefined ? [] : [`      ${rule.status === 'partly' ? 'a model is needed for the rest: ' : ''}${rule.missing}`]),
  ]
}

const among = (values: readonly (string | boolean)[]): string => values.map(String).join(' or ')

function effectText(effect: RuleEffect): string {
  switch (effect.kind) {
    case 'field':
      return `${effect.entity}.${effect.field} ${effect.check}`
    case 'future':
    case 'past':
      return `${effect.entity}.${effect.field} lies in the ${effect.kind} on ${effect.on === 'create' ? 'creation' : 'every write'}`
    case 'order':
      return `${effect.entity}.${effect.before} comes before ${effect.after}${effect.strict === true ? ', never at the same' : ''}`
    case 'owner':
      return `${effect.operations.join(', ')} of ${effect.entity} by ${effect.via === undefined ? effect.fields.join(' or ') : `${effect.fields.join(' or ')} of its ${effect.via.entity}`}${effect.roles.length === 0 ? '' : ` or role ${among(effect.roles)}`}${effect.open === undefined ? '' : `, by everybody while ${effect.open.field} is ${among(effect.open.values)}`}`
    case 'role':
      return `${effect.operations.join(', ')} of ${effect.entity} by role ${among(effect.roles)}`
    case 'endpoint-role':
      return `${effect.method} ${effect.path} by role ${among(effect.roles)}`
    case 'role-field':
      return `${effect.entity}.${effect.field} changed by role ${among(effect.roles)}`
    case 'reference-state':
      return `${effect.entity}.${effect.reference} needs ${effect.target}.${effect.field} to be ${String(effect.value)}`
    case 'delete-guard':
      return `no delete of ${effect.entity} while ${effect.child}.${effect.childField} points at it${effect.where === undefined ? '' : ` and ${effect.where.field} is ${effect.where.in === undefined ? `not ${among(effect.where.notIn ?? [])}` : among(effect.where.in)}`}`
    case 'state-guard':
      return `no ${effect.operations.join(' or ')} of ${effect.entity} while ${effect.field} is ${among(effect.values)}`
    case 'parent-guard':
      return `no new ${effect.entity} while ${effect.field} of its ${effect.parent} is ${among(effect.values)}`
    case 'stamp':
      return `${effect.entity}.${effect.target} is set when ${effect.field} becomes ${String(effect.value)}`
    case 'exclusive':
      return `${effect.entity}: never ${effect.a.field} ${String(effect.a.value)} with ${effect.b.field} ${String(effect.b.value)}`
    case 'move-guard':
      return `${effect.entity}.${effect.field} becomes ${among(effect.values)} only without ${effect.child} rows${effect.where === undefined ? '' : ` whose ${effect.where.field} is ${effect.where.in === undefined ? `not ${among(effect.where.notIn ?? [])}` : among(effect.where.in)}`}`
    case 'cleared':
      return `deleting ${effect.entity} empties ${effect.field} of its ${effect.child} rows`
    case 'cascade':
      return `deleting ${effect.entity} deletes its ${effect.child} rows`
    case 'soft-delete':
      return `deleting ${effect.entity} hides it`
    case 'immutable':
      return `no endpoint changes ${effect.entity}`
    case 'allowed':
      return `${effect.operation} of ${effect.entity} stays allowed while ${effect.where.field} is ${String(effect.where.value)}`
    case 'not-found':
      return `${effect.method} ${effect.path} answers 404 for an unknown ${effect.entity}`
    case 'authenticated':
      return `every request but the health check needs an identity`
    case 'caller':
      return `${effect.entity}.${effect.field} is the caller`
    case 'required-when':
      return `${effect.entity}.${effect.field} required while ${effect.when.field} is ${among(effect.when.values)}`
    case 'age':
      return `${effect.entity}.${effect.field} lies ${effect.years} years back at least`
    case 'only-one':
      return `${effect.entity}: one with ${effect.flag} only for the same ${effect.fields.join(' and ')}`
    case 'agree':
      return `${effect.entity}: ${effect.field} of its ${effect.reference} is the same as ${effect.other.field}${effect.other.reference === undefined ? ' of the row itself' : ` of its ${effect.other.reference}`}`
    case 'sum-limit':
      return `${effect.entity}.${effect.field} adds up to at most ${effect.limit} for one ${effect.target}`
    case 'deadline':
      return `no new ${effect.entity} after ${effect.field} of its ${effect.target}`
    default:
      return keptText(effect)
  }
}

type Refusing = 'unique-together' | 'fixed' | 'transitions' | 'bound' | 'distinct' | 'capacity' | 'no-overlap' | 'floor' | 'receiver' | 'adjust-guard'
type Derived = 'aggregate' | 'product' | 'copied' | 'slug' | 'number' | 'record' | 'balance' | 'reversal'

/** What holds between rows, and what the server works out. */
function keptText(effect: Extract<RuleEffect, { kind: Refusing | Derived }>): string {
  switch (effect.kind) {
    case 'unique-together':
      return `${effect.entity}: no two rows with the same ${effect.fields.join(' and ')}`
    case 'transitions':
      return `${effect.entity}.${effect.field} ${movesText(effect)}`
    case 'fixed':
      return `${effect.entity}.${effect.field} stays as it was created`
    case 'aggregate':
      return `${effect.entity}.${effect.field} is the ${effect.function} of ${effect.of.length === 0 ? '' : `${effect.of.join(' times ')} of `}its ${effect.child} rows`
    case 'product':
      return `${effect.entity}.${effect.field} is ${effect.factors.join(' times ')}`
    case 'copied':
      return `${effect.entity}.${effect.field} is copied from ${effect.source} of its ${effect.target}`
    case 'slug':
      return `${effect.entity}.${effect.field} is made from ${effect.source}`
    case 'number':
      return `${effect.entity}.${effect.field} is ${effect.prefix}${effect.year === undefined ? '' : `the year${effect.year}`} and the next number${effect.digits > 1 ? `, of ${effect.digits} digits` : ''}`
    case 'record':
      return `${effect.field === undefined ? effect.on.join(', ') : `a change of ${effect.field}`} of ${effect.entity} writes a row of ${effect.log}`
    case 'bound':
      return `${effect.entity}.${effect.field} is at most ${effect.limit} of its ${effect.target}`
    case 'distinct':
      return `${effect.entity}: ${effect.fields.join(' and ')} are never the same`
    case 'capacity':
      return `at most ${effect.limit} ${effect.entity} rows for one ${effect.target}`
    case 'balance':
      return `a new ${effect.entity}${effect.when === undefined ? '' : ` with ${effect.when.field} ${among(effect.when.values)}`} ${effect.direction === 'adds' ? 'adds' : 'takes'} its ${effect.amount} ${effect.direction === 'adds' ? 'to' : 'from'} ${effect.field} of its ${effect.target}`
    case 'reversal':
      return `what ${effect.of} booked is undone when ${effect.when === undefined ? 'it is deleted' : `${effect.when.field} of ${effect.entity} becomes ${among(effect.when.values)}`}`
    case 'adjust-guard':
      return `no ${effect.path} while ${effect.field} of the ${effect.entity} is ${among(effect.values)}`
    case 'receiver':
      return `what is taken from one ${effect.entity} goes to another one`
    case 'floor':
      return `nothing takes ${effect.entity}.${effect.field} below zero`
    case 'no-overlap':
      return `${effect.entity} rows with the same ${effect.scope} never overlap between ${effect.start} and ${effect.end}${effect.except === undefined ? '' : `, those aside whose ${effect.except.field} is ${among(effect.except.values)}`}`
  }
}

/** What may be where the sentence says so, since that is shorter; else what may not. */
function movesText({ refused, allowed }: Extract<RuleEffect, { kind: 'transitions' }>): string {
  if (allowed.length === 0) return `never moves ${refused.map(([from, to]) => `from ${from} to ${to}`).join(', ')}`
  const targets = new Set([...refused, ...allowed].map(([, to]) => to))
  if (targets.size === 1) return `becomes ${[...targets].join()} only from ${among(allowed.map(([from]) => from))}`
  return `moves only ${chainsOf(allowed).join(', ')}`
}

/** `a -> b -> c` for the moves a to b and b to c. */
function chainsOf(moves: readonly (readonly [string, string])[]): string[] {
  const chains: string[][] = []
  for (const [from, to] of moves) {
    const open = chains.find((chain) => chain.at(-1) === from && !chain.includes(to))
    if (open === undefined) chains.push([from, to])
    else open.push(to)
  }
  return chains.map((chain) => chain.join(' -> '))
}

function summary(spec: ApiSpec, isBuilt: IsBuilt): string {
  const supported = spec.endpoints.filter(isBuilt).length
  const whole = spec.rules.filter((rule) => rule.status === 'compiled').length
  const partly = spec.rules.filter((rule) => rule.status === 'partly').length
  return `${count(spec.entities.length, 'entity')}, ${count(spec.endpoints.length, 'endpoint')} (${supported} without a model), ${count(spec.rules.length, 'rule sentence')} (${whole} implemented, ${partly} in part, ${spec.rules.length - whole - partly} left for a model)`
}
