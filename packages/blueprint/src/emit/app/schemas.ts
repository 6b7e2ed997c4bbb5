import type { Entity, Field } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { words } from '../../words'
import { attributeName, moduleName } from '../names'
import type { AppFacts, Route } from './app-facts'
import { figureClasses, rangeLines } from './figures'
import { periodLine, reportClass } from './reports'
import { adjustDoc, adjustLines } from './adjust-methods'
import { filterType, inputType, needsBacktracking, outputType } from './field-types'
import { enumMembers, literalOf } from './models'
import { pythonModule } from './module'
import { call, docstring, group, lines, quoted, statement } from './python'
import { nodeClass } from './tree-methods'
import { bodyOf, isPaged, type SchemaNames } from './schema-names'

export type Names = Map<Route, SchemaNames>

/** `app/schemas`: what each entity's routes take and answer. */
export function schemaFiles(facts: AppFacts, names: Names): ProjectFile[] {
  return facts.spec.entities.flatMap((entity) => {
    const routes = facts.routesOf(entity)
    return routes.length === 0 ? [] : [{ path: `app/schemas/${moduleName(entity)}.py`, content: schemaModule(facts, entity, routes, names) }]
  })
}

/** Names that the schema modules export. */
export function schemaSymbols(facts: AppFacts, names: Names): [string, string][] {
  return facts.routes.flatMap((route) => {
    const { body, query, sort, read, page, count } = names.get(route)!
    return [body, query, sort, read, page, count].flatMap((name): [string, string][] =>
      name === undefined ? [] : [[name, `app.schemas.${moduleName(route.entity)}`]],
    )
  })
}

function schemaModule(facts: AppFacts, entity: Entity, routes: Route[], names: Names): string {
  const bodies = distinct(routes, (route) => names.get(route)!.body).map((route) => bodyClass(facts, route, names.get(route)!.body!))
  const queries = routes.flatMap((route) => [sortClass(facts, route, names.get(route)!), queryClass(facts, route, names.get(route)!)])
  const reads = [
    readClass(facts, entity),
    ...distinct(routes, (route) => (route.endpoint.computed?.length ? names.get(route)!.read : undefined)).map((route) =>
      detailClass(route, names.get(route)!.read),
    ),
  ]
  const pages = distinct(routes, (route) => names.get(route)!.page).map((route) => {
    const { page, read } = names.get(route)!
    return lines(`class ${page}(Page[${read}]):`, `    """One page of ${entity.table}."""`)
  })
  const counts = routes.flatMap((route) => countClass(route, names.get(route)!) ?? [])
  const nodes = distinct(routes, (route) => (route.endpoint.operation === 'tree' ? names.get(route)!.read : undefined)).map((route) =>
    nodeClass(entity, names.get(route)!.read),
  )
  const figures = routes.flatMap((route) => (route.endpoint.operation === 'stats' ? figureClasses(facts, route, names.get(route)!.read) : []))
  const reports = routes.flatMap((route) => (route.endpoint.operation === 'report' ? [reportClass(facts, route, names.get(route)!.read)] : []))
  const doc = `What the routes of ${entity.table} take and answer.`
  return pythonModule(
    doc,
    [
      aliases(facts, entity, routes),
      ...bodies,
      ...reads,
      ...pages,
      ...counts,
      ...nodes,
      ...figures,
      ...reports,
      ...queries.filter((each) => each !== undefined),
    ],
    facts.symbols,
  )
}

function distinct(routes: Route[], key: (route: Route) => string | undefined): Route[] {
  const seen = new Set<string>()
  return routes.filter((route) => {
    const name = key(route)
    return name !== undefined && !seen.has(name) && seen.add(name)
  })
}

const fieldNamed = (entity: Entity, name: string): Field | undefined => entity.fields.find((field) => field.name === name)

/** Fields of a route's body that exist and that a caller may set. */
export function inputFields(route: Route): Field[] {
  return bodyOf(route).flatMap((name) => {
    const field = fieldNamed(route.entity, name)
    return field && !field.readOnly && !field.fromCaller ? [field] : []
  })
}

/** Types with limits get names, since bodies share them. */
function aliases(facts: AppFacts, entity: Entity, routes: Route[]): string {
  const fields = new Set(routes.filter((route) => route.endpoint.operation !== 'link-add').flatMap(inputFields))
  return entity.fields
    .filter((field) => fields.has(field))
    .flatMap((field) => {
      const { alias, type } = inputType(facts, entity, field)
      return alias === undefined ? [] : [statement(alias, 0, `${type.replace(/^list\[|\]$/g, '')} = `)]
    })
    .join('\n')
}

function bodyClass(facts: AppFacts, route: Route, name: string): string {
  if (route.endpoint.operation === 'link-add') return linkBodyClass(facts, route, name)
  const { entity, endpoint } = route
  if (endpoint.adjust !== undefined)
    return lines(`class ${name}(InputModel):`, docstring(adjustDoc(route), 4), '', ...adjustLines(facts, route, fieldLine))
  const fields = inputFields(route)
  const ignored = ignoredNames(facts, route, fields)
  return lines(
    `class ${name}(InputModel):`,
    docstring(describe(route), 4),
    '',
    fields.some(needsBacktracking) && '    model_config = ConfigDict(regex_engine="python-re")',
    ignored.length > 0 && statement(call('frozenset', group('{', ignored.map(quoted), '}')), 4, 'ignored: ClassVar[frozenset[str]] = '),
    (ignored.length > 0 || fields.some(needsBacktracking)) && (fields.length > 0 || endpoint.bulk !== undefined) && '',
    endpoint.bulk !== undefined && fieldLine({ name: endpoint.bulk.ids }, keyList(keyInputType(facts, entity)), undefined),
    ...fields.map((field) => bodyLine(facts, route, field)),
  )
}

function describe({ endpoint, entity }: Route): string {
  const noun = words(entity)
  if (endpoint.operation === 'bulk')
    return `Body of ${endpoint.method} ${endpoint.path}: which rows${endpoint.body?.length ? ', and what changes in them' : ''}.`
  if (endpoint.operation === 'create' || endpoint.operation === 'nested-create') return `A new ${noun}.`
  return isPartial({ endpoint, entity, name: '' })
    ? `Changes of a ${noun}: what is not sent stays as it is.`
    : `Body of ${endpoint.method} ${endpoint.path}.`
}

/** Any part of the fields may be sent. */
function isPartial({ endpoint }: Route): boolean {
  return ['update', 'replace', 'single-update'].includes(endpoint.operation) || (endpoint.operation === 'bulk' && (endpoint.body?.length ?? 0) > 1)
}

/** Names that an answer holds and the body does not take: they are dropped, so that an answer can be sent back. */
function ignoredNames(facts: AppFacts, route: Route, taken: Field[]): string[] {
  if (route.endpoint.operation === 'bulk') return []
  const action = route.endpoint.operation === 'action'
  const fields = route.entity.fields.filter(
    (field) => !taken.includes(field) && !field.writeOnly && (!action || field.readOnly || field.fromCaller === true),
  )
  const computed = facts.routesOf(route.entity).flatMap(({ endpoint }) => endpoint.computed?.map((each) => each.name) ?? [])
  return [...new Set([...fields.map((field) => field.name), ...computed])].sort()
}

type Mode = 'new' | 'partial' | 'exact'

/** How a route takes a field: as part of a new row, as a change that may be left out, or as what it asks for. */
function modeOf(route: Route, field: Field): Mode {
  const { operation, optional } = route.endpoint
  if (isPartial(route)) return 'partial'
  if (operation === 'action') return optional?.includes(field.name) ? 'partial' : 'exact'
  return operation === 'bulk' ? 'exact' : 'new'
}

function bodyLine(facts: AppFacts, route: Route, field: Field): string {
  const { entity, endpoint } = route
  const mode = modeOf(route, field)
  const { type } = inputType(facts, entity, field)
  const timed = timing(facts, entity, field, mode === 'new')
  const checked = timed === undefined ? type : `Annotated[${type}, AfterValidator(${timed})]`
  const annotation = field.nullable && !isAskedFor(endpoint, mode) ? `${checked} | None` : checked
  return fieldLine(field, annotation, defaultOf(facts, entity, field, mode), endpoint.aliases?.[field.name])
}

/** What is sent along with a change of state cannot be nothing. */
const isAskedFor = ({ sets, stamps }: Route['endpoint'], mode: Mode): boolean => mode === 'exact' && (sets !== undefined || stamps !== undefined)

/** A line of a schema: the attribute, with the JSON name where it differs. */
function fieldLine(field: Pick<Field, 'name'>, annotation: string, value: string | undefined, name = field.name): string {
  const attribute = attributeName(field)
  if (attribute === name) {
    if (value === undefined) return `    ${attribute}: ${annotation}`
    return statement({ head: '(', items: [value], tail: ')', whole: value }, 4, `${attribute}: ${annotation} = `)
  }
  return statement(call('Field', ...(value === undefined ? [] : [`default=${value}`]), `alias=${quoted(name)}`), 4, `${attribute}: ${annotation} = `)
}

function defaultOf(facts: AppFacts, entity: Entity, field: Field, mode: Mode): string | undefined {
  if (mode === 'partial') return 'UNSET'
  if (mode === 'exact' || field.required) return undefined
  if (field.default !== null && !field.list && field.type !== 'json') return typedLiteral(facts, entity, field, field.default)
  return field.nullable ? 'None' : 'UNSET'
}

/** A default as a value of the field's own type. */
function typedLiteral(facts: AppFacts, entity: Entity, field: Field, value: string | number | boolean): string {
  const literal = literalOf(facts, entity, field, value)
  switch (field.type) {
    case 'decimal':
      return `Decimal(${quoted(String(value))})`
    case 'datetime':
      return `dt.datetime.fromisoformat(${literal})`
    case 'date':
      return `dt.date.fromisoformat(${literal})`
    case 'time':
      return `dt.time.fromisoformat(${literal})`
    case 'uuid':
      return `UUID(${literal})`
    default:
      return literal
  }
}

function timing(facts: AppFacts, entity: Entity, field: Field, creating: boolean): string | undefined {
  for (const kind of ['future', 'past'] as const) {
    const effect = facts.effects(kind, entity.name).find((each) => each.field === field.name && (creating || each.on === 'write'))
    if (effect) return kind === 'future' ? 'not_in_past' : 'not_in_future'
  }
  return undefined
}

function linkBodyClass(facts: AppFacts, route: Route, name: string): string {
  const [field = ''] = route.endpoint.body ?? []
  const type = keyInputType(facts, route.entity)
  const annotation = linksSeveral(route) ? keyList(type, route.endpoint.replaces ? 0 : 1) : type
  return lines(`class ${name}(InputModel):`, docstring(describe(route), 4), '', fieldLine({ name: field }, annotation, undefined))
}

/** Type of a key in a body. */
function keyInputType(facts: AppFacts, entity: Entity): string {
  const key = facts.world.keyField(entity.name)
  return inputType(facts, entity, { ...key, type: 'reference', reference: { entity: entity.name, onDelete: 'cascade' }, list: false }).type
}

const keyList = (type: string, least = 1): string => `Annotated[list[${type}], Field(${least === 0 ? '' : `min_length=${least}, `}max_length=1000)]`

function countClass({ endpoint, entity }: Route, { count }: SchemaNames): string | undefined {
  if (count === undefined) return undefined
  const name = endpoint.bulk!.count!
  const attribute = attributeName({ name })
  return lines(
    `class ${count}(BaseModel):`,
    docstring(`How many ${entity.table} were ${endpoint.bulk!.effect}d.`, 4),
    '',
    `    ${attribute}: int${attribute === name ? '' : ` = Field(serialization_alias=${quoted(name)})`}`,
  )
}

/** `tag_ids` takes a list, `tag_id` one key. */
export const linksSeveral = ({ endpoint }: Route): boolean => (endpoint.body?.[0] ?? '').endsWith('s')

function readClass(facts: AppFacts, entity: Entity): string {
  const shown = entity.fields.filter((field) => !field.writeOnly)
  return lines(
    `class ${entity.name}Read(ReadModel):`,
    docstring(`A row of ${entity.table} as the API shows it.`, 4),
    shown.length > 0 && '',
    ...shown.map((field) => {
      const type = outputType(facts, entity, field)
      const annotation = facts.columnNullable(entity, field) ? `${type} | None` : type
      const attribute = attributeName(field)
      return attribute === field.name
        ? `    ${attribute}: ${annotation}`
        : statement(call('Field', `serialization_alias=${quoted(field.name)}`), 4, `${attribute}: ${annotation} = `)
    }),
  )
}

function detailClass({ endpoint, entity }: Route, name: string): string {
  return lines(
    `class ${name}(${entity.name}Read):`,
    docstring(`A row of ${entity.table} with what is computed for it.`, 4),
    '',
    ...(endpoint.computed ?? []).map((each) => {
      const attribute = attributeName(each)
      return `    ${attribute}: int${attribute === each.name ? '' : ` = Field(serialization_alias=${quoted(each.name)})`}`
    }),
  )
}

/** Fields that a list can be sorted by, the default among them. */
export function sortFields({ endpoint, entity }: Route): Field[] {
  const names = new Set([...(endpoint.sort?.fields ?? []), endpoint.sort?.default ?? ''])
  return [...names].flatMap((name) => fieldNamed(entity, name) ?? [])
}

/** Members of the sort enumeration, by field name. */
export const sortMembers = (route: Route): Map<string, string> => enumMembers({ values: sortFields(route).map((field) => field.name) } as Field)

function sortClass(_facts: AppFacts, route: Route, { sort }: SchemaNames): string | undefined {
  if (sort === undefined) return undefined
  const members = [...sortMembers(route)].map(([value, member]) => `    ${member} = ${quoted(value)}`)
  return lines(`class ${sort}(StrEnum):`, `    """What ${route.endpoint.path} can be sorted by."""`.replace(/\\/g, '/'), '', ...members)
}

const EQUALS = { kind: 'equals' } as const

function queryClass(facts: AppFacts, route: Route, { query, sort }: SchemaNames): string | undefined {
  if (query === undefined) return undefined
  const { endpoint, entity } = route
  const filters = (endpoint.filters ?? []).flatMap((filter) => {
    const field = fieldNamed(entity, filter.field)
    if (!field) return []
    const type = filterType(facts, entity, filter, field)
    const annotation = filter.kind === 'in' ? `Annotated[list[${type}] | None, BeforeValidator(split_commas)]` : `${type} | None`
    return [fieldLine(filter, annotation, 'None')]
  })
  const linked = (endpoint.linked ?? []).map(({ name, target, by }) => {
    const type = filterType(facts, facts.world.entity(target), EQUALS, facts.world.field(target, by)!)
    return fieldLine({ name }, `${type} | None`, 'None')
  })
  const sorting =
    sort === undefined || !endpoint.sort
      ? []
      : [
          fieldLine({ name: 'sort_by' }, sort, `${sort}.${sortMembers(route).get(endpoint.sort.default) ?? [...sortMembers(route).values()][0]}`),
          `    sort_order: SortOrder = SortOrder.${endpoint.sort.defaultOrder.toUpperCase()}`,
        ]
  const search = endpoint.search?.length ? [fieldLine({ name: endpoint.searchParam ?? 'search' }, 'QueryText | None', 'None')] : []
  const limit = endpoint.ranked?.limit
  const limited = limit === undefined ? [] : [fieldLine(limit, `Annotated[int, Field(ge=1, le=${limit.max})]`, String(limit.default))]
  const span = endpoint.free === undefined ? [] : spanLines(facts, endpoint.free)
  const bounds = rangeLines(facts, endpoint).map(([name, type]) => fieldLine({ name }, type, 'None'))
  const periods = periodLine(endpoint).map(([name, type, usual]) => fieldLine({ name }, type, usual))
  const own = [...span, ...periods, ...filters, ...linked, ...bounds, ...search, ...limited, ...sorting]
  const base = isPaged(facts, route) ? 'PageParams' : 'BaseModel'
  return lines(`class ${query}(${base}):`, docstring(`Query parameters of ${endpoint.method} ${endpoint.path}.`, 4), own.length > 0 && '', ...own)
}

/** The two moments between which a row has to be free. */
function spanLines(facts: AppFacts, { entity, start, from, to }: NonNullable<Route['endpoint']['free']>): string[] {
  const type = facts.world.field(entity, start)!.type === 'date' ? 'dt.date' : 'QueryInstant'
  return [from, to].map((name) => fieldLine({ name }, type, undefined))
}
