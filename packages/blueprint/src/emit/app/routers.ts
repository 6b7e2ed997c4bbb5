import { withShared } from './change-methods'
import type { Entity } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { snake } from '../../words'
import { attributeName, moduleName, resourceName } from '../names'
import type { AppFacts, Route } from './app-facts'
import { storedField } from './columns'
import { fieldParameter, keyParameter } from './field-types'
import { isLibraryName, pythonModule, type Symbols } from './module'
import { call, type Code, docstring, group, lines, quoted, sentenceOf, statement } from './python'
import { isList, isPaged, type SchemaNames } from './schema-names'
import type { Names } from './schemas'
import type { Method } from './service-methods'
import type { Methods } from './services'

/** `app/routers/v1`: the routes of each entity, and all of them together. */
export function routerFiles(facts: AppFacts, names: Names, methods: Methods, symbols: Symbols): ProjectFile[] {
  const prefix = commonPrefix(facts)
  const files = facts.served.map((entity) => ({
    path: `app/routers/v1/${resourceName(entity)}.py`,
    content: pythonModule(`Routes of ${entity.table}.`, routerBlocks(facts, entity, names, methods, prefix), symbols),
  }))
  return [packageFile(facts, prefix), ...files]
}

/** What every route's path begins with; routes are declared without it. */
function commonPrefix({ spec, routes }: AppFacts): string {
  const { basePath } = spec
  return basePath !== '' && routes.every(({ endpoint }) => endpoint.path.startsWith(`${basePath}/`)) ? basePath : ''
}

function packageFile(facts: AppFacts, prefix: string): ProjectFile {
  const modules = facts.served.map(resourceName)
  const content = lines(
    '"""Version 1 of the API."""',
    '',
    'from fastapi import APIRouter',
    '',
    modules.length > 0 && `${statement(importOf(modules))}\n`,
    `router = APIRouter(${prefix === '' ? '' : `prefix=${quoted(prefix)}`})`,
    ...modules.map((module) => `router.include_router(${module}.router)`),
    '',
  )
  return { path: 'app/routers/v1/__init__.py', content }
}

function importOf(modules: string[]): string {
  const sorted = [...modules].sort()
  const line = `from app.routers.v1 import ${sorted.join(', ')}`
  return line.length <= 120 ? line : `from app.routers.v1 import (\n${sorted.map((name) => `    ${name},`).join('\n')}\n)`
}

function routerBlocks(facts: AppFacts, entity: Entity, names: Names, methods: Methods, prefix: string): string[] {
  const tag = entity.table.replace(/_/g, ' ')
  const routes = [...facts.routesOf(entity)].sort(byPath)
  return [
    `router = APIRouter(tags=[${quoted(tag)}])`,
    ...routes.map((route) => routeText(facts, route, names.get(route)!, methods.get(route)!, prefix)),
  ]
}

/** Literal segments before parameters, else in the spec's order. */
function byPath(a: Route, b: Route): number {
  const [left, right] = [a, b].map(({ endpoint }) => endpoint.path.split('/'))
  for (let index = 0; index < Math.min(left!.length, right!.length); index += 1) {
    const difference = Number(left![index]!.startsWith('{')) - Number(right![index]!.startsWith('{'))
    if (difference !== 0) return difference
    if (left![index] !== right![index]) return 0
  }
  return 0
}

function routeText(facts: AppFacts, route: Route, names: SchemaNames, method: Method, prefix: string): string {
  const { endpoint, name } = route
  const service = `service: ${route.entity.name}ServiceDep`
  const parameters = [
    ...method.parameters.map((parameter) => parameterText(facts, route, parameter)),
    ...(locates(facts, route) ? ['response: Response'] : []),
    service,
  ]
  return lines(
    statement(
      call(
        `@router.${endpoint.method.toLowerCase()}`,
        quoted(endpoint.path.slice(prefix.length)),
        ...decoratorArguments(facts, route, names, method),
      ),
    ),
    statement(group(`async def ${isLibraryName(name) ? `${name}_route` : name}(`, parameters, `) -> ${names.page ?? method.returns}:`)),
    docstring(endpoint.summary || name, 4),
    ...answer(facts, route, names, method),
  )
}

function parameterText(facts: AppFacts, { endpoint, entity }: Route, { name, type, path }: Method['parameters'][number]): string {
  if (path !== undefined) {
    const within = path === endpoint.parent?.within?.param ? endpoint.parent.within : undefined
    const above = path === endpoint.parent?.param ? endpoint.parent : within
    const target = above === undefined ? entity : facts.world.entity(above.entity)
    const by = within !== undefined ? undefined : path === endpoint.parent?.param ? endpoint.parent.lookup : endpoint.lookup
    const lookup = by === undefined ? undefined : facts.world.field(target.name, by)
    const matched = path === endpoint.matches?.param ? facts.world.field(entity.name, endpoint.matches.field) : undefined
    const held = matched ?? lookup
    const key = matched?.type === 'enum' ? type : held === undefined ? keyParameter(facts, target) : fieldParameter(facts, held)
    return path === name ? `${name}: ${key}` : `${name}: Annotated[${key}, Path(alias=${quoted(path)})]`
  }
  if (name === 'body' && isOptional(endpoint)) return `body: Annotated[${type}, Body(default_factory=${type})]`
  if (name === 'query') return `query: Annotated[${type}, Query()]`
  return name === 'caller' ? 'caller: CallerDep' : `${name}: ${type}`
}

/** True when everything that the body may hold can be left out, and so the body, too. */
const isOptional = ({ operation, body = [], optional = [] }: Route['endpoint']): boolean =>
  operation === 'action' && body.length > 0 && body.every((name) => optional.includes(name))

function decoratorArguments(facts: AppFacts, route: Route, names: SchemaNames, method: Method): Code[] {
  const { endpoint } = route
  const given: Code[] = []
  if (endpoint.status !== 200) given.push(`status_code=${endpoint.status}`)
  const model = answerModel(names, method)
  if (model !== undefined && names.page === undefined) given.push(`response_model=${model}`)
  given.push(`summary=${quoted(summaryOf(endpoint.summary || route.name))}`)
  given.push(call(`responses=${locates(facts, route) ? 'creation' : 'error'}_responses`, ...failures(facts, route, method)))
  if (endpoint.authenticated && facts.spec.auth.kind !== 'none' && !method.parameters.some(({ name }) => name === 'caller'))
    given.push('dependencies=[Depends(get_caller)]')
  return given
}

const summaryOf = (text: string): string => {
  const one = sentenceOf(text).replace(/\.$/, '')
  return one.length <= 90 ? one : `${one.slice(0, 89).trimEnd()}…`
}

function answerModel(names: SchemaNames, { returns }: Method): string | undefined {
  if (returns === 'None') return undefined
  if (names.count !== undefined) return names.count
  if (names.page !== undefined) return names.page
  if (returns.startsWith('list[')) return returns
  return returns.startsWith('Sequence[') || returns.startsWith('Found[') ? `list[${names.read}]` : names.read
}

/** Statuses of failures, for the documentation. */
function failures(facts: AppFacts, { endpoint, entity }: Route, method: Method): string[] {
  const text = withShared(facts, entity, [...method.body, method.helper ?? ''])
  const writes = endpoint.method !== 'GET'
  const conflicts =
    /RuleViolationError|delete_row|\b_?(?:book|check|keep_apart|limit|refuse)\w*\(/.test(text) ||
    (writes && (entity.uniqueTogether.length > 0 || entity.fields.some((field) => field.unique !== false)))
  const statuses = new Set<number>()
  if (endpoint.authenticated && facts.spec.auth.kind !== 'none') statuses.add(401)
  if (/require_role|ForbiddenError|not (?:await )?may_/.test(text)) statuses.add(403)
  if (endpoint.path.includes('{') || endpoint.bulk !== undefined) statuses.add(404)
  if (conflicts) statuses.add(409)
  if (method.parameters.some(({ name }) => name === 'body')) {
    statuses.add(413)
    statuses.add(415)
  }
  if (method.parameters.some(({ name }) => name === 'body')) statuses.add(422)
  statuses.add(facts.spec.statusCodes.validation)
  return [...statuses].sort((a, b) => a - b).map(String)
}

/** True when the answer to a creation says where the new row is. */
function locates(facts: AppFacts, route: Route): boolean {
  const { endpoint } = route
  return endpoint.status === 201 && ['create', 'nested-create'].includes(endpoint.operation) && getter(facts, route) !== undefined
}

/** The route that reads a new row: by a path of its own, else below that of the creation. */
function getter(facts: AppFacts, { entity, endpoint }: Route): Route | undefined {
  const shape = (path: string): string => path.replace(/\{[^}]*\}/g, '{}')
  const reads = facts
    .routesOf(entity)
    .filter(
      (each) =>
        each.endpoint.operation === 'get' &&
        each.endpoint.param !== undefined &&
        each.endpoint.lookup === undefined &&
        each.endpoint.parent?.lookup === undefined,
    )
  return reads.find((each) => !each.endpoint.parent) ?? reads.find((each) => shape(each.endpoint.path) === `${shape(endpoint.path)}/{}`)
}

function answer(facts: AppFacts, route: Route, names: SchemaNames, method: Method): string[] {
  const { entity } = route
  const called: Code = call(`await service.${method.name}`, ...method.parameters.map(({ name }) => name))
  if (names.page !== undefined) return [statement(call(`${names.page}.of`, called), 4, 'return ')]
  if (isList(route) && isPaged(facts, route)) return [statement(called, 4, 'return (', ').rows')]
  if (!locates(facts, route)) return [statement(called, 4, method.returns === 'None' ? '' : 'return ')]
  const taken = new Set([...method.parameters.map(({ name }) => name), 'response', 'service'])
  const row = taken.has(moduleName(entity)) ? 'created' : moduleName(entity)
  return [statement(called, 4, `${row} = `), statement(placeOf(facts, route, method, row), 4, 'response.headers["Location"] = '), `    return ${row}`]
}

/** The path of a new row; it may hold what no header can, keys that are texts above all. */
function placeOf(facts: AppFacts, route: Route, method: Method, row: string): Code {
  const { endpoint, entity } = getter(facts, route)!
  const parent = method.parameters.find(({ path }) => path !== undefined && path === route.endpoint.parent?.param)
  const own = endpoint.path.replace(`{${endpoint.param}}`, `{${row}.${attributeName(facts.world.keyField(entity.name))}}`)
  const place = quoted(parent && endpoint.parent ? own.replace(`{${endpoint.parent.param}}`, `{${parent.name}}`) : own)
  const keys = [entity, ...(endpoint.parent ? [facts.world.entity(endpoint.parent.entity)] : [])].map(({ name }) => facts.world.keyField(name))
  const texts = keys.some((key) => !['integer', 'bigint', 'uuid'].includes(storedField(facts, key).type))
  return texts || /[^ -~]/.test(place) ? call('urllib.parse.quote', `f${place}`) : `f${place}`
}

/** `app/dependencies/services.py`: services as routes ask for them. */
export function serviceDependenciesFile(facts: AppFacts, symbols: Symbols): ProjectFile {
  const blocks = facts.served.map((entity) =>
    lines(
      statement(group(`def get_${snake(entity.name)}_service(`, ['session: SessionDep'], `) -> ${entity.name}Service:`)).replace(
        /SessionDep\n/,
        'SessionDep,\n',
      ),
      docstring(`Make the service of ${entity.table} for one request.`, 4),
      `    return ${entity.name}Service(session)`,
    ),
  )
  const aliases = facts.served.map((entity) =>
    statement(group('Annotated[', [`${entity.name}Service`, `Depends(get_${snake(entity.name)}_service)`], ']'), 0, `${entity.name}ServiceDep = `),
  )
  return { path: 'app/dependencies/services.py', content: pythonModule('The services of a request.', [...blocks, aliases.join('\n')], symbols) }
}
