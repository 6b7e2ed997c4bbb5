import type { Entity } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { snake } from '../../words'
import { attributeName, moduleName } from '../names'
import { type AppFacts, modelName, type Route } from './app-facts'
import { pythonModule, type Symbols } from './module'
import { docstring, group, lines, statement } from './python'
import { workingOut } from './rule-derived'
import { settleMethods } from './rule-reversals'
import { limitMethods } from './rule-limits'
import { moveChecks } from './rule-moves'
import { checksReferences, consistencyCheck, referenceCheck, stamping } from './rules'
import type { SchemaNames } from './schema-names'
import { type Names, inputFields, sortFields, sortMembers } from './schemas'
import { methodOf, type Method } from './service-methods'
import { changeMethod, withShared } from './change-methods'

/** What a route needs to know of the method that it calls. */
export type Methods = Map<Route, Method>

export function serviceMethods(facts: AppFacts, names: Names): Methods {
  return new Map(facts.routes.map((route) => [route, methodOf(facts, route, names.get(route)!)]))
}

/** `app/services`: the rules and the queries of each entity. */
export function serviceFiles(facts: AppFacts, names: Names, methods: Methods, symbols: Symbols): ProjectFile[] {
  return facts.served.map((entity) => ({
    path: `app/services/${moduleName(entity)}.py`,
    content: pythonModule(`What can be done with ${entity.table}.`, serviceBlocks(facts, entity, names, methods), symbols),
  }))
}

function serviceBlocks(facts: AppFacts, entity: Entity, names: Names, methods: Methods): (string | undefined)[] {
  const routes = facts.routesOf(entity)
  const orders = routes.map((route) => orderConstant(route, names.get(route)!)).filter((each) => each !== undefined)
  const writes = routes.some((route) =>
    ['create', 'nested-create', 'update', 'replace', 'action', 'bulk', 'single-update'].includes(route.endpoint.operation),
  )
  const checks = routes.some((route) =>
    checksReferences(
      facts,
      entity,
      inputFields(route).map((field) => field.name),
    ),
  )
  return [
    orders.length > 0 ? orders.join('\n\n') : undefined,
    writes ? stamping(facts, entity) : undefined,
    writes ? workingOut(facts, entity) : undefined,
    writes ? consistencyCheck(facts, entity) : undefined,
    ...(writes ? moveChecks(facts, entity) : []),
    lines(
      `class ${entity.name}Service:`,
      docstring(`The ${entity.table}: rules and queries.`, 4),
      '',
      '    def __init__(self, session: AsyncSession) -> None:',
      '        self.session = session',
      ...routes.flatMap((route) => {
        const method = methods.get(route)!
        return ['', methodText(method), ...(method.helper === undefined ? [] : ['', method.helper])]
      }),
      ...changeMethod(facts, entity),
      ...(checks ? ['', referenceCheck(facts, entity)] : []),
      ...(writes ? limitMethods(facts, entity) : []),
      ...settleMethods(facts, entity, routes.map((route) => withShared(facts, entity, methods.get(route)!.body)).join('\n')),
    ),
  ]
}

function methodText({ name, parameters, returns, summary, body }: Method): string {
  const given = ['self', ...parameters.map((each) => `${each.name}: ${each.type}`)]
  return lines(statement(group(`async def ${name}(`, given, `) -> ${returns}:`), 4), docstring(summary, 8), ...body)
}

const orderName = ({ name }: Route): string => `${snake(name).toUpperCase()}_ORDER`

function orderConstant(route: Route, { sort }: SchemaNames): string | undefined {
  if (sort === undefined) return undefined
  const members = sortMembers(route)
  const entries = sortFields(route).map((field) => `    ${sort}.${members.get(field.name)}: ${modelName(route.entity)}.${attributeName(field)},`)
  return lines(`${orderName(route)}: dict[${sort}, InstrumentedAttribute[Any]] = {`, ...entries, '}')
}
