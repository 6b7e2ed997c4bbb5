import type { Diagnostic, Entity, Field, FieldType, Relation, Source } from './api-spec'
import type { EntityFact, Facts, FieldFact, FieldFacts } from './facts'
import { type MergedField, mergeFacts } from './merge'
import { EXCLUSIVE } from './qualifiers'
import { entityName, nameKey, plural, singular, snakeName, tableName, wordsOf } from './words'

/** Entities by key, in the order of the text. */
export interface Resolved {
  entities: Entity[]
  byKey: Map<string, Entity>
  /** By the last word of the name, links left out. */
  byLastWord: Map<string, Entity[]>
  userEntity: Entity | null
  diagnostics: Diagnostic[]
}

const USER_KEYS = ['user', 'account', 'member', 'person', 'customer', 'profile', 'employee', 'author', 'appuser', 'useraccount']
const USER_ROLES = /^(user|creator|author|owner|created_by|creator_user|owned_by|posted_by|uploaded_by|submitted_by|requested_by|assignee|assigned_to|assigned_user|reviewer|approver|approved_by|updated_by|modified_by|deleted_by|completed_by|manager|sender|recipient|receiver|reporter|performed_by|recorded_by|added_by|invited_by|follower|following|followee|host|organizer|organiser|instructor|teacher|seller|buyer|moderator|lead|uploader|editor|customer|member|employee|patient|doctor|client|guest|student|requester|from_user|to_user)(_user)?$/
const OPTIONAL_ROLES = /^(parent|assignee|assigned_to|assigned|reviewer|approver|approved_by|updated_by|modified_by|deleted_by|completed_by|manager|lead|reply_to|replaced_by|invited_by|cancelled_by|closed_by|resolved_by|previous|next|supervisor)/
const CREATED = /^(created|uploaded|registered|joined|added|submitted|posted|inserted|logged|recorded|signed_up)_?(at|on|date|time)$|^(date_created|creation_date|created|date_joined|date_added)$/
const UPDATED = /^(updated|modified|last_updated|last_modified|edited|changed)_?(at|on|date|time)?$|^date_(updated|modified)$/

/**
 * Builds the entities from what was collected. Pure: the same facts give the same entities.
 * @param extra Field facts found by the rules.
 */
export function resolveEntities(facts: Facts, extra: FieldFact[]): Resolved {
  const diagnostics: Diagnostic[] = []
  const declared = groupEntities(facts)
  const fieldsOf = groupFields([...facts.fields, ...extra])
  const keys = declared
  const userKey = USER_KEYS.find((key) => keys.has(key) && (key === 'user' || isUserLike(fieldsOf.get(key)))) ?? null
  const context = contextOf(facts, declared, userKey)
  const entities: Entity[] = []
  const byKey = new Map<string, Entity>()
  for (const [key, fact] of declared) {
    const groups = fieldsOf.get(key)
    const merged = groups === undefined ? [] : [...groups.values()].filter((group) => group.some((one) => one.weight < 3)).map((group) => mergeFacts(fact.name, group, diagnostics))
    const entity = buildEntity(fact, merged, context)
    entities.push(entity)
    byKey.set(key, entity)
  }
  linkEntities(entities, byKey, facts, diagnostics)
  for (const [key, entity] of byKey) addUniqueTogether(key, entity, facts)
  const byLastWord = new Map<string, Entity[]>()
  for (const entity of entities) {
    if (entity.junction !== null) continue
    const word = singular(wordsOf(entity.name).at(-1) ?? '')
    byLastWord.set(word, [...(byLastWord.get(word) ?? []).slice(-1), entity])
  }
  return { entities, byKey, byLastWord, userEntity: userKey === null ? null : (byKey.get(userKey) ?? null), diagnostics }
}

function isUserLike(groups: Map<string, FieldFact[]> | undefined): boolean {
  return groups !== undefined && ['email', 'username', 'password', 'passwordhash', 'role'].some((name) => groups.has(name)) && (groups.has('role') || groups.has('password') || groups.has('passwordhash') || groups.has('username'))
}

function groupEntities(facts: Facts): Map<string, EntityFact> {
  const withFields = new Set(facts.fields.map((field) => field.entity))
  const firstField = new Map<string, number>()
  for (const field of facts.fields) firstField.set(field.entity, Math.min(field.line, firstField.get(field.entity) ?? field.line))
  const grouped = new Map<string, EntityFact>()
  for (const fact of [...facts.entities].sort((a, b) => a.line - b.line)) {
    if (!withFields.has(fact.key)) continue
    const known = grouped.get(fact.key)
    if (known === undefined) grouped.set(fact.key, { ...fact })
    else {
      known.junction ||= fact.junction
      const closer = fact.weight === known.weight && fact.line <= firstField.get(fact.key)!
      if (fact.weight > known.weight || closer) Object.assign(known, { weight: fact.weight, line: fact.line, name: fact.name })
    }
  }
  return new Map([...grouped].sort((a, b) => a[1].line - b[1].line))
}

function groupFields(all: FieldFact[]): Map<string, Map<string, FieldFact[]>> {
  const grouped = new Map<string, Map<string, FieldFact[]>>()
  for (const fact of all) {
    let fields = grouped.get(fact.entity)
    if (fields === undefined) grouped.set(fact.entity, (fields = new Map()))
    const key = wordsOf(fact.name).join('')
    const group = fields.get(key)
    if (group === undefined) fields.set(key, [fact])
    else group.push(fact)
  }
  return grouped
}

interface Context {
  facts: Facts
  keys: Set<string>
  userKey: string | null
  /** Entity → its name as written where most is said of it. */
  names: Map<string, string>
  enums: { name: string; title: string[]; values: string[] }[]
  /** Field → lists of values that stand near its name. */
  hints: Map<string, Facts['enumHints']>
}

const ENUM_FILLERS = /^(supported|allowed|value|enum|possible|available|the|of|list|processing|valid)$/

function contextOf(facts: Facts, declared: Map<string, EntityFact>, userKey: string | null): Context {
  const hints: Context['hints'] = new Map()
  for (const hint of facts.enumHints) {
    const key = wordsOf(hint.field).join('')
    hints.set(key, [...(hints.get(key) ?? []).slice(-200), hint])
  }
  const enums = facts.enums
    .filter((known) => known.values.length >= 2)
    .map((known) => ({ name: known.name, values: known.values, title: wordsOf(known.name).map(singular).filter((word) => !ENUM_FILLERS.test(word)) }))
  return { facts, keys: new Set(declared.keys()), userKey, names: new Map([...declared].map(([key, fact]) => [key, fact.name])), enums, hints }
}

function buildEntity(fact: EntityFact, merged: MergedField[], context: Context): Entity {
  const source: Source = { line: fact.line, origin: 'stated' }
  const marks = markingStyle(merged)
  const fields = merged.map((field) => buildField(field, fact.key, marks, context))
  const primary = merged.filter((field) => field.facts.primary === true).map((field) => field.name)
  const references = fields.filter((field) => field.type === 'reference')
  const ownId = fields.some((field) => field.name === 'id' || /^(uuid|_id)$/.test(field.name))
  const bare = !ownId && references.length === 2 && fields.every((field) => field.type === 'reference' || field.auto !== undefined || CREATED.test(field.name))
  const isJunction = references.length >= 2 && (fact.junction || bare || (primary.length >= 2 && primary.every((name) => references.some((field) => field.name === name))))
  const key = keyOf(isJunction, ownId, primary, references, fields, source)
  for (const field of fields) {
    if (!key.includes(field.name)) continue
    field.nullable = false
    field.required = isJunction && key.length > 1
    if (!(isJunction && key.length > 1)) field.readOnly = true
  }
  return {
    name: entityName(fact.name),
    table: tableName(fact.name),
    key,
    fields,
    uniqueTogether: isJunction && key.length === 1 ? [references.slice(0, 2).map((field) => field.name)] : [],
    softDelete: null,
    junction: isJunction ? { left: references[0]!.reference!.entity, right: references[1]!.reference!.entity } : null,
    relations: [],
    source,
  }
}

function keyOf(junction: boolean, ownId: boolean, primary: string[], references: Field[], fields: Field[], source: Source): string[] {
  if (junction && !ownId) return references.slice(0, 2).map((field) => field.name)
  if (primary.length === 1) return primary
  const id = fields.find((field) => field.name === 'id') ?? fields.find((field) => /^(uuid|_id)$/.test(field.name))
  if (id !== undefined) return [id.name]
  fields.unshift({ ...blankField('id', 'integer', { line: source.line, origin: 'inferred' }), nullable: false, readOnly: true })
  return ['id']
}

const blankField = (name: string, type: FieldType, source: Source): Field => ({
  name,
  type,
  list: false,
  required: false,
  nullable: true,
  readOnly: false,
  unique: false,
  indexed: false,
  default: null,
  source,
})

/** How the author marks fields: with `required`, with `optional`, or not at all. */
function markingStyle(fields: MergedField[]): 'required' | 'optional' | 'none' {
  if (fields.some((field) => field.facts.required === true)) return 'required'
  return fields.some((field) => field.facts.required === false) ? 'optional' : 'none'
}

function buildField(merged: MergedField, entity: string, marks: ReturnType<typeof markingStyle>, context: Context): Field {
  const { name, facts } = merged
  const field = blankField(name, 'string', { line: merged.line, origin: 'stated' })
  const snake = wordsOf(name).join('_')
  const enumValues = facts.values ?? enumFor(entity, name, facts, context)
  const target = referenceTarget(snake, facts, entity, context)
  field.type = target !== null ? 'reference' : enumValues !== undefined ? 'enum' : typeFor(snake, facts)
  field.list = facts.list === true
  if (field.type === 'enum') field.values = enumValues!
  if (target !== null) field.reference = { entity: target, onDelete: facts.onDelete ?? 'restrict' }
  if (field.type === 'decimal') Object.assign(field, { precision: facts.precision ?? 12, scale: facts.scale ?? 2 })
  applyBounds(field, facts)
  field.unique = facts.unique ?? false
  field.indexed = facts.indexed === true || field.unique !== false || field.type === 'reference'
  if (facts.writeOnly === true || /^(password|passwd|pin_code)$/.test(snake)) field.writeOnly = true
  if (/^(hashed_password|password_hash)$/.test(snake)) Object.assign(field, { writeOnly: true, readOnly: true })
  applyServerSet(field, snake, facts)
  if (facts.default !== undefined && facts.default !== null) field.default = fittingDefault(field, facts.default)
  applyPresence(field, snake, entity, facts, marks)
  return field
}

function applyBounds(field: Field, facts: FieldFacts): void {
  const text = ['string', 'text', 'email', 'url'].includes(field.type)
  const numeric = ['integer', 'bigint', 'decimal', 'float'].includes(field.type)
  if (text) {
    const untyped = facts.type === undefined || facts.type === 'string' || facts.type === 'text'
    if (facts.minLength !== undefined) field.minLength = facts.minLength
    else if (untyped && facts.min !== undefined && facts.max !== undefined && facts.min >= 0) field.minLength = Math.floor(facts.min)
    if (facts.maxLength !== undefined) field.maxLength = facts.maxLength
    else if (untyped && facts.max !== undefined && facts.max >= 1) field.maxLength = Math.floor(facts.max)
    if (field.minLength !== undefined && field.minLength < 0) delete field.minLength
    if (field.maxLength !== undefined && field.maxLength < Math.max(1, field.minLength ?? 1)) delete field.maxLength
    if (facts.pattern !== undefined) {
      field.pattern = facts.pattern
      if (facts.patternText !== undefined) field.patternText = facts.patternText
    }
  }
  if (!numeric) return
  const step = field.type === 'decimal' || field.type === 'float' ? 10 ** -(field.scale ?? 2) : 1
  if (facts.min !== undefined) field.min = inclusive(facts.min, step)
  if (facts.max !== undefined) field.max = inclusive(facts.max, step)
  if (field.min !== undefined && field.max !== undefined && field.min > field.max) delete field.max
}

/** `> 0` arrives as 0 + EXCLUSIVE: the next value of the field's own step. */
function inclusive(bound: number, step: number): number {
  const base = Math.round(bound / step) * step
  const distance = bound - base
  const digits = Math.max(0, Math.ceil(-Math.log10(step)))
  if (Math.abs(Math.abs(distance) - EXCLUSIVE) < EXCLUSIVE / 2) return Number((base + Math.sign(distance) * step).toFixed(digits))
  return bound
}

function applyServerSet(field: Field, snake: string, facts: FieldFacts): void {
  const temporal = field.type === 'datetime' || field.type === 'date'
  field.readOnly ||= facts.readOnly === true
  const auto = facts.auto ?? (temporal && facts.required !== true && CREATED.test(snake) ? 'created' : temporal && facts.required !== true && UPDATED.test(snake) ? 'updated' : undefined)
  if (temporal && (auto !== undefined || (facts.readOnly === true && (CREATED.test(snake) || UPDATED.test(snake))))) {
    field.auto = UPDATED.test(snake) ? 'updated' : (auto ?? 'created')
    field.readOnly = true
    field.nullable = false
  }
  if (/(^|_)(count|counter)$/.test(snake) && field.type === 'integer' && facts.required !== true) {
    field.readOnly = true
    field.default ??= 0
    field.nullable = false
  }
}

function fittingDefault(field: Field, value: string | number | boolean): Field['default'] {
  if (field.type === 'boolean') return typeof value === 'boolean' ? value : value === 1 || value === 'yes' ? true : value === 0 || value === 'no' ? false : null
  if (['integer', 'bigint', 'decimal', 'float'].includes(field.type)) return typeof value === 'number' ? value : Number.isNaN(Number(value)) ? null : Number(value)
  if (field.type === 'enum') return field.values!.find((member) => member === String(value)) ?? field.values!.find((member) => member.toLowerCase() === String(value).toLowerCase()) ?? null
  if (['string', 'text', 'email', 'url'].includes(field.type)) return String(value)
  return null
}

function applyPresence(field: Field, snake: string, entity: string, facts: FieldFacts, marks: 'required' | 'optional' | 'none'): void {
  if (field.readOnly) {
    if (facts.nullable === false) field.nullable = false
    return
  }
  const selfReference = field.reference !== undefined && nameKey(field.reference.entity) === entity
  const usual = /^(name|title|email|username|user_name|full_name|first_name|last_name)$/.test(snake) || field.unique !== false || (field.type === 'reference' && !selfReference && !OPTIONAL_ROLES.test(snake))
  if (field.default === null && facts.required === undefined && facts.nullable === undefined) inferDefault(field, snake)
  if (facts.required !== undefined) field.required = facts.required && field.default === null
  else if (field.default !== null || facts.nullable === true) field.required = false
  else if (facts.nullable === false) field.required = true
  else field.required = marks === 'optional' ? !selfReference : usual
  field.nullable = facts.nullable ?? !(field.required || field.default !== null || facts.required === true)
  if (field.required) field.nullable = facts.nullable === true && facts.required !== true
  if (field.required && (field.type === 'string' || field.type === 'text') && !field.list) field.minLength ??= 1
}

function inferDefault(field: Field, snake: string): void {
  if (field.list) return
  if (field.type === 'boolean') field.default = /^(is_)?(active|enabled|available|visible|in_stock|is_open)$/.test(snake)
  else if (field.type === 'enum' && /(^|_)(status|state)$/.test(snake)) field.default = field.values![0] ?? null
  else if (field.type === 'enum' && /(^|_)role$/.test(snake)) field.default = field.values!.find((value) => /^(user|member|customer|viewer|employee|staff|patient|student|guest|reader)$/.test(value)) ?? null
}

function typeFor(snake: string, facts: FieldFacts): FieldType {
  const type = facts.type
  if (type !== undefined && type !== 'reference' && !(type === 'enum')) {
    if (type === 'string' && /(^|_)email$/.test(snake) && facts.list !== true) return 'email'
    if (type === 'float' && MONEY.test(snake)) return 'decimal'
    return type
  }
  if (facts.maxLength !== undefined && /(^|_)(price|amount|date|time)$/.test(snake) === false && !/(^|_)email$/.test(snake) && !LONG.test(snake)) return 'string'
  return typeByName(snake)
}

const MONEY = /(^|_)(price|amount|total|subtotal|cost|balance|budget|salary|fee|tax|discount_amount|revenue|payment|rate_per_\w+|hourly_rate|credit|debit)$/
const LONG = /(^|_)(body|content|description|notes?|bio|summary|comment|message|text|details|instructions|about|excerpt|reason|feedback|review_text)$/

function typeByName(snake: string): FieldType {
  if (snake === 'id') return 'integer'
  if (/(^|_)uuid$/.test(snake)) return 'uuid'
  if (/_at$|_datetime$|^timestamp$|_timestamp$/.test(snake)) return 'datetime'
  if (/^(start|end|starts|ends)_time$|^scheduled_(for|time)$|^(due|start|end|event)_date_time$|^(check_in|check_out)$/.test(snake)) return 'datetime'
  if (/_on$|(^|_)date$|^(date_of_birth|dob|birthday|birthdate|date_.*)$|^due$/.test(snake)) return /^(due_date|deadline)$/.test(snake) ? 'datetime' : 'date'
  if (/^deadline$/.test(snake)) return 'datetime'
  if (/_time$|^time$/.test(snake)) return 'time'
  if (/^(is|has|can|was|should|allow|allows|requires)_/.test(snake) || /^(active|completed|done|published|archived|enabled|verified|approved|available|featured|in_stock|pinned|locked|read|paid|private|public|deleted)$/.test(snake)) return 'boolean'
  if (MONEY.test(snake)) return 'decimal'
  if (/(^|_)(count|qty|quantity|stock|age|year|duration|position|rank|capacity|seats|pages?|points|score|rating|stars|views?|likes?|minutes|hours|days|guests|attempts|size_bytes|number_of_\w+|sort_order|order_index|version|priority_level|max_\w+|min_\w+|floor|units)$/.test(snake)) return 'integer'
  if (/(^|_)(latitude|longitude|lat|lng|lon|weight|height|width|length|distance|temperature|percentage|rate|average_\w+)$/.test(snake)) return 'float'
  if (/(^|_)email$/.test(snake)) return 'email'
  if (/(^|_)(url|uri|website|link|avatar|image_url|thumbnail)$/.test(snake) && !/(^|_)avatar$/.test(snake)) return 'url'
  if (/_json$|^(metadata|settings|preferences|config|configuration|options|payload|attributes|extra)$/.test(snake)) return 'json'
  return LONG.test(snake) ? 'text' : 'string'
}

// ---------------------------------------------------------------------------------------------------------------- references, enums

function referenceTarget(snake: string, facts: FieldFacts, entity: string, context: Context): string | null {
  if (facts.list === true) return null
  const stated = facts.references
  if (stated !== undefined && stated !== '' && !stated.startsWith('enum:')) {
    const key = nameKey(stated)
    if (context.keys.has(key)) return entityName(stated)
    if (context.userKey !== null && USER_KEYS.includes(key)) return entityName(context.userKey)
    return null
  }
  const isId = /_id$/.test(snake)
  const byRole = /_by$|^assigned_to$/.test(snake)
  if (!isId && !byRole && stated !== '') return null
  if (facts.type !== undefined && !['integer', 'bigint', 'uuid', 'reference', 'string'].includes(facts.type)) return null
  if (byRole && facts.type === 'string') return null
  const role = snake.replace(/_id$/, '')
  const words = role.split('_')
  for (let start = 0; start < words.length; start += 1) {
    const key = words.slice(start).map(singular).join('')
    if (context.keys.has(key)) return nameOfKey(key, context)
  }
  if (/^(parent|reply_to|root|previous|next)/.test(role)) return nameOfKey(entity, context)
  if (context.userKey !== null && USER_ROLES.test(role)) return nameOfKey(context.userKey, context)
  return null
}

function nameOfKey(key: string, context: Context): string {
  return entityName(context.names.get(key) ?? key)
}

function enumFor(entity: string, name: string, facts: FieldFacts, context: Context): string[] | undefined {
  if (facts.type !== undefined && facts.type !== 'string' && facts.type !== 'enum') return undefined
  if (facts.references?.startsWith('enum:')) return context.facts.enums.find((known) => known.name.toLowerCase() === facts.references!.slice(5))?.values
  const words = wordsOf(name).map(singular)
  for (const known of context.enums) {
    const { title } = known
    if (title.length === 0 || !words.every((word) => title.includes(word))) continue
    const rest = title.filter((word) => !words.includes(word))
    if (rest.length === 0 || rest.join('') === entity || !context.keys.has(rest.join(''))) {
      if (rest.length === 0 || rest.join('') === entity || /^supported|^allowed|^available/i.test(known.name)) return known.values
    }
  }
  const hint = context.hints.get(words.join(''))?.find((one) => one.entity !== null && (one.entity === entity || one.entity.endsWith(entity)))
  return hint?.values
}

// ---------------------------------------------------------------------------------------------------------------- relations

function linkEntities(entities: Entity[], byKey: Map<string, Entity>, facts: Facts, diagnostics: Diagnostic[]): void {
  const named = new Map(entities.map((entity) => [entity.name, entity]))
  const stated = new Set(facts.fields.filter((fact) => fact.facts.onDelete !== undefined).map((fact) => `${fact.entity} ${fact.name}`))
  for (const fact of facts.relations) addStatedJunction(fact, entities, named, byKey, diagnostics)
  for (const entity of entities) {
    for (const field of entity.fields) {
      if (field.reference === undefined) continue
      if (!named.has(field.reference.entity)) field.reference.entity = byKey.get(nameKey(field.reference.entity))?.name ?? field.reference.entity
      const target = named.get(field.reference.entity)
      if (target === undefined) continue
      field.reference.onDelete = onDeleteFor(field, entity, stated.has(`${nameKey(entity.name)} ${field.name}`))
      entity.relations.push({ kind: 'belongs-to', name: relationName(field.name), target: target.name, field: field.name, source: field.source })
    }
  }
  for (const entity of entities) addInverse(entity, named)
}

function onDeleteFor(field: Field, entity: Entity, stated: boolean): 'cascade' | 'set-null' | 'restrict' {
  const current = field.reference!.onDelete
  if (current === 'set-null' && !field.nullable) return 'restrict'
  if (stated || current !== 'restrict') return current
  if (entity.junction !== null && entity.key.includes(field.name)) return 'cascade'
  return field.nullable ? 'set-null' : 'restrict'
}

const relationName = (field: string): string => wordsOf(field).join('_').replace(/_id$/, '')

function addStatedJunction(fact: Facts['relations'][number], entities: Entity[], named: Map<string, Entity>, byKey: Map<string, Entity>, diagnostics: Diagnostic[]): void {
  if (fact.kind !== 'many-to-many') return
  const left = byKey.get(fact.entity)
  const right = byKey.get(nameKey(fact.target))
  if (left === undefined || right === undefined || left === right) return
  const exists = entities.some((entity) => entity.junction !== null && joins(entity, left.name, right.name))
  if (exists) return
  const candidate = byKey.get(nameKey(fact.through ?? `${left.name}${right.name}`))
  if (candidate !== undefined) return
  const junction = makeJunction(left, right, fact.through, { line: fact.line, origin: 'inferred' })
  entities.push(junction)
  named.set(junction.name, junction)
  byKey.set(nameKey(junction.name), junction)
  diagnostics.push({ level: 'info', message: `${left.name} and ${right.name} are joined by the table ${junction.table}, which the text does not define`, lines: [fact.line] })
}

export const joins = (entity: Entity, left: string, right: string): boolean =>
  entity.junction !== null && ((entity.junction.left === left && entity.junction.right === right) || (entity.junction.left === right && entity.junction.right === left))

/** A junction entity the text implies without defining it. */
export function makeJunction(left: Entity, right: Entity, through: string | null, source: Source): Entity {
  const name = through === null ? `${left.name}${right.name}` : entityName(through)
  const reference = (target: Entity): Field => ({
    ...blankField(`${snakeName(target.name)}_id`, 'reference', source),
    required: true,
    nullable: false,
    indexed: true,
    reference: { entity: target.name, onDelete: 'cascade' },
  })
  const fields = [reference(left), reference(right)]
  return {
    name,
    table: tableName(name),
    key: fields.map((field) => field.name),
    fields,
    uniqueTogether: [],
    softDelete: null,
    junction: { left: left.name, right: right.name },
    relations: [],
    source,
  }
}

/** A reference field an entity needs for its nested endpoints, where the text names none. */
export function makeParentField(parent: Entity, source: Source): Field {
  return {
    ...blankField(`${snakeName(parent.name)}_id`, 'reference', source),
    required: true,
    nullable: false,
    indexed: true,
    reference: { entity: parent.name, onDelete: 'cascade' },
  }
}

function addInverse(entity: Entity, named: Map<string, Entity>): void {
  if (entity.junction !== null) {
    const left = named.get(entity.junction.left)
    const right = named.get(entity.junction.right)
    const add = (from: Entity | undefined, to: Entity | undefined) => {
      if (from === undefined || to === undefined) return
      pushRelation(from, { kind: 'many-to-many', name: uniqueName(from, plural(snakeName(to.name))), target: to.name, through: entity.name, source: entity.source })
    }
    add(left, right)
    if (left !== right) add(right, left)
    return
  }
  for (const field of entity.fields) {
    const target = field.reference === undefined ? undefined : named.get(field.reference.entity)
    if (target === undefined) continue
    const siblings = entity.fields.filter((one) => one.reference?.entity === target.name)
    const base = plural(snakeName(entity.name))
    const name = siblings.length > 1 || target === entity ? `${relationName(field.name)}_${base}` : base
    pushRelation(target, { kind: 'has-many', name: uniqueName(target, name), target: entity.name, field: field.name, source: field.source })
  }
}

const pushRelation = (entity: Entity, relation: Relation): void => {
  entity.relations.push(relation)
}

function uniqueName(entity: Entity, wanted: string): string {
  const taken = new Set([...entity.fields.map((field) => field.name), ...entity.relations.map((relation) => relation.name)])
  let name = wanted
  for (let index = 2; taken.has(name); index += 1) name = `${wanted}_${index}`
  return name
}

function addUniqueTogether(key: string, entity: Entity, facts: Facts): void {
  for (const group of facts.uniqueTogether) {
    const known = group.entity === key && group.fields.every((name) => entity.fields.some((field) => field.name === name))
    if (known && !entity.uniqueTogether.some((names) => names.join() === group.fields.join()) && entity.key.join() !== group.fields.join()) entity.uniqueTogether.push(group.fields)
  }
}

/** (Re)computes the relations of all entities, after fields or junctions were added. */
export function relinkEntities(resolved: Resolved, facts: Facts): void {
  for (const entity of resolved.entities) entity.relations = []
  linkEntities(resolved.entities, resolved.byKey, { ...facts, relations: [] }, resolved.diagnostics)
}
