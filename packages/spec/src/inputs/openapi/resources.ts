import type { FieldFacts } from '../../facts'
import { entityName, nameKey, singular, wordsOf } from '../../words'
import type { Input } from '../tables'
import type { Document } from './document'
import type { Operation, Resource } from './model'
import { fieldFacts, isObjectShape, type Shape, shapeOf } from './schema'

/** Rows are what has a path of its own below a collection, or what a collection both lists and makes. */
export function findResources(operations: Operation[]): Map<string, Resource> {
  const found = new Map<string, Resource>()
  const bySegment = groupBySegment(operations)
  const named = new Set<string>()
  for (const exact of [true, false]) {
    for (const [key, group] of bySegment) {
      if (found.has(key)) continue
      const resource = resourceOf(key, group)
      if (resource === null) continue
      const schema = (resource.read ?? resource.create)?.name ?? null
      const own = schema !== null && nameKey(stripped(schema)) === key
      if (own !== exact || (!exact && schema !== null && named.has(nameKey(stripped(schema))))) continue
      if (schema !== null) named.add(nameKey(stripped(schema)))
      resource.name = own ? stripped(schema!) : singular(wordsOf(group[0]!.segment).join(' '))
      found.set(key, resource)
    }
  }
  return found
}

function groupBySegment(operations: Operation[]): Map<string, Operation[]> {
  const groups = new Map<string, Operation[]>()
  for (const one of operations) if (one.segment !== '') groups.set(nameKey(one.segment), [...(groups.get(nameKey(one.segment)) ?? []), one])
  return groups
}

function resourceOf(key: string, group: Operation[]): Resource | null {
  const first = (wanted: (one: Operation) => boolean, part: 'body' | 'answer'): Shape | null =>
    group
      .filter(wanted)
      .map((one) => one[part])
      .find((shape) => shape !== null && isObjectShape(shape) && shape.properties.size > 0) ?? null
  const create = first((one) => one.method === 'POST' && !one.item, 'body')
  const update = first((one) => (one.method === 'PUT' || one.method === 'PATCH') && one.item, 'body')
  const read =
    first((one) => one.item && one.method === 'GET', 'answer') ??
    first((one) => one.method === 'POST' && !one.item, 'answer') ??
    first((one) => one.method !== 'DELETE', 'answer')
  const lists = group.some((one) => one.method === 'GET' && !one.item && one.many)
  const makes = group.some((one) => one.method === 'POST' && !one.item) && create !== null
  if (!group.some((one) => one.item) && !(lists && (makes || read?.properties.has('id') === true))) return null
  if (read === null && create === null) return null
  return { key, name: '', line: group[0]!.line, read, create: create ?? update, update, renamed: new Map(), params: paramsOf(group) }
}

/** Names by which the paths tell rows apart. */
const paramsOf = (group: Operation[]): Set<string> =>
  new Set(group.flatMap((one) => (one.item ? (one.path.match(/\{([^{}]+)\}$/)?.slice(1) ?? []) : [])))

/** `UserRead`, `CreateUserDto`, `NewUser` → `User`. */
export function stripped(name: string): string {
  const words = name.replace(/[-_.](?:Input|Output)$/, '')
  const bare = words
    .replace(
      /(?<=\w)(?:Read|Response|Out|Output|In|Input|Public|Dto|DTO|Detail|Details|Schema|Model|Base|Entity|Resource|Request|Payload|Body|Create|Update|Patch|Summary|Full)$/g,
      '',
    )
    .replace(/(?<=\w)(?:Create|Update|Read|Patch)$/g, '')
    .replace(/^(?:New|Create|Update|Patch|Get)(?=[A-Z])/, '')
  return bare === '' ? words : bare
}

/** Adds the entities and their fields to the facts. */
export function addResources(resources: Map<string, Resource>, document: Document, input: Input): void {
  const { facts } = input
  for (const resource of resources.values()) {
    const shown = resource.read ?? resource.create
    const line = shown?.name === null || shown?.name === undefined ? resource.line : lineOfSchema(shown.name, document)
    facts.entities.push({ key: resource.key, name: resource.name, line, junction: false, weight: 2 })
    const names = new Set([
      ...(resource.read?.properties.keys() ?? []),
      ...(resource.create?.properties.keys() ?? []),
      ...(resource.update?.properties.keys() ?? []),
    ])
    for (const name of names) addProperty(name, resource, resources, document, input)
  }
}

const lineOfSchema = (name: string, document: Document): number => {
  const schemas = document.resolve(document.resolve(document.root['components'])['schemas'])
  return document.lineOf(schemas, name)
}

function addProperty(name: string, resource: Resource, resources: Map<string, Resource>, document: Document, input: Input): void {
  const [read, create, update] = [resource.read, resource.create, resource.update].map((shape) => shape?.properties.get(name))
  const property = create ?? update ?? read!
  const line = (read ?? property).line
  if (addRelated(name, property.value, line, resource, resources, document, input)) return
  const shown = read === undefined ? { facts: {}, lost: [] } : fieldFacts(read.value, name, document)
  const sent =
    create === undefined
      ? update === undefined
        ? { facts: {}, lost: [] }
        : fieldFacts(update.value, name, document)
      : fieldFacts(create.value, name, document)
  const facts: FieldFacts = { ...shown.facts, ...sent.facts }
  const lost = [...new Set([...shown.lost, ...sent.lost])]
  if (lost.length > 0)
    input.diagnostics.push({ level: 'warning', message: `${entityName(resource.name)}.${name}: ${lost.join(', ')} is not followed`, lines: [line] })
  if (name !== 'id' && resource.params.has(name)) facts.unique ??= 'exact'
  if (name === 'id') Object.assign(facts, { primary: true, readOnly: true })
  presence(name, facts, resource)
  // No body holds the parent of a row that is made below it: the path does.
  if (facts.readOnly === true && facts.references !== undefined && nameKey(name.replace(/_?id$/i, '')) === nameKey(facts.references))
    Object.assign(facts, { readOnly: false, required: true, nullable: false })
  if (facts.readOnly === true && (facts.type === 'datetime' || facts.type === 'date')) {
    if (/^(?:updated|modified|last_?(?:updated|modified))/i.test(name)) facts.auto = 'updated'
    else if (/^(?:created|date_?created|inserted)/i.test(name)) facts.auto = 'created'
  }
  input.facts.fields.push({ entity: resource.key, name, line, weight: 2, facts })
}

/** What is answered but never sent is the server's; what is sent but never answered is secret. */
function presence(name: string, facts: FieldFacts, { read, create, update }: Resource): void {
  const sent = create?.properties.has(name) === true || update?.properties.has(name) === true
  if (create !== null && read !== null && create.name !== read.name && !sent) {
    facts.readOnly = true
    if (facts.nullable !== true) facts.nullable = read.required.has(name) ? false : (facts.nullable ?? true)
    // A state that only the server sets begins with the first one.
    if (facts.nullable === false && facts.values !== undefined && facts.default === undefined && facts.list !== true) facts.default = facts.values[0]!
    return
  }
  if (read !== null && create !== null && create.name !== read.name && !read.properties.has(name)) facts.writeOnly = true
  if (facts.readOnly === true) return
  const shape = create ?? read!
  const required = shape.required.has(name) && facts.default === undefined
  if (required && facts.nullable !== true) Object.assign(facts, { required: true, nullable: false })
  else if (required) facts.required = true
  else {
    facts.required = false
    if (facts.default !== undefined && facts.nullable !== true) facts.nullable = false
  }
}

/** A property that holds another row, or several: the row is named by its key, several are linked. */
function addRelated(
  name: string,
  value: unknown,
  line: number,
  resource: Resource,
  resources: Map<string, Resource>,
  document: Document,
  input: Input,
): boolean {
  const shape = shapeOf(value, document)
  const many = shape.schema['type'] === 'array'
  const inner = many ? shapeOf(shape.schema['items'], document) : shape
  const target = inner.name === null ? undefined : resources.get(nameKey(stripped(inner.name)))
  if (target === undefined || !isObjectShape(inner)) return false
  const own = entityName(resource.name)
  const say = (message: string) => input.diagnostics.push({ level: 'info', message: `${own}.${name} ${message}`, lines: [line] })
  const all = [resource.read, resource.create, resource.update]
  if (!many) {
    const key = /[a-z][A-Z]/.test([...(resource.read?.properties.keys() ?? [])].join(' ')) ? `${name}Id` : `${name}_id`
    const stated = all.flatMap((one) => [...(one?.properties.keys() ?? [])]).find((one) => wordsOf(one).join('_') === wordsOf(key).join('_'))
    resource.renamed.set(name, stated ?? key)
    if (stated === undefined) {
      const required = (resource.create ?? resource.read)?.required.has(name) === true && !shape.nullable
      input.facts.fields.push({ entity: resource.key, name: key, line, weight: 2, facts: { references: target.name, required, nullable: !required } })
    }
    say(`holds a whole ${entityName(target.name)} in the file; here the row is named by ${stated ?? key}`)
    return true
  }
  const back = [target.read, target.create].some((one) =>
    [...(one?.properties.keys() ?? [])].some((other) => /_?ids?$/i.test(other) && nameKey(other.replace(/_?ids?$/i, '')) === resource.key),
  )
  if (!back && target !== resource)
    input.facts.relations.push({ entity: resource.key, kind: 'many-to-many', target: target.name, role: target.name, through: null, line })
  say(
    back
      ? `is the other side of ${entityName(target.name)}, which has endpoints of its own`
      : `is kept in a table that joins ${own} and ${entityName(target.name)}`,
  )
  return true
}
