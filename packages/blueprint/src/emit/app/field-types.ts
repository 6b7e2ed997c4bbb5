import type { Entity, Field, Filter } from '@forge/spec'
import type { AppFacts } from './app-facts'
import { digits, maxLength, pythonType, storedField } from './columns'
import { call, type Code, group, longText, rawString } from './python'

/** Type of a field in a body; the name of an alias where it has limits. */
export interface InputType {
  type: string
  /** What the alias stands for. */
  alias?: Code
}

/** Lookaround and backreferences are beyond the engine that Pydantic uses by default. */
export const needsBacktracking = (field: Field): boolean => /\(\?[=!<](?!\w+>)|\\[1-9]/.test(field.pattern ?? '')

export function inputType(facts: AppFacts, entity: Entity, field: Field): InputType {
  const element = elementType(facts, entity, field)
  const aliased = typeof element !== 'string'
  const name = facts.enumName(entity, field)
  const one = aliased ? name : element
  return { type: field.list ? `list[${one}]` : one, ...(aliased ? { alias: element } : {}) }
}

function elementType(facts: AppFacts, entity: Entity, field: Field): Code {
  if (field.type === 'enum') return facts.enumName(entity, field)
  const stored = storedField(facts, field)
  switch (stored.type) {
    case 'integer':
      return field.reference ? 'Id' : limited('Integer', bounds(field))
    case 'bigint':
      return field.reference ? 'BigId' : limited('BigInteger', bounds(field))
    case 'float':
      return limited('Float', bounds(field))
    case 'decimal': {
      const [precision, scale] = digits(stored)
      return limited('Number', [`max_digits=${precision}`, `decimal_places=${scale}`, ...bounds(field)])
    }
    case 'boolean':
      return 'Boolean'
    case 'datetime':
      return 'Instant'
    case 'date':
      return 'Date'
    case 'time':
      return 'Time'
    case 'uuid':
      return 'Uuid'
    case 'json':
      return 'Json'
    case 'email':
      return group('Annotated[', ['EmailStr', `Field(max_length=${maxLength(entity, stored) ?? 320})`], ']')
    default:
      return textType(field.reference ? facts.world.entity(field.reference.entity) : entity, stored)
  }
}

function bounds({ min, max }: Field): string[] {
  return [...(min === undefined ? [] : [`ge=${min}`]), ...(max === undefined ? [] : [`le=${max}`])]
}

function limited(type: string, limits: string[]): Code {
  return limits.length === 0 ? type : group('Annotated[', [type, call('Field', ...limits)], ']')
}

function textType(entity: Entity, field: Field): Code {
  const limit = maxLength(entity, field)
  const filled = (field.minLength ?? 0) >= 1
  const constraints: Code[] = []
  if (filled && !field.writeOnly) constraints.push('strip_whitespace=True')
  if (field.minLength !== undefined && field.minLength > 0) constraints.push(`min_length=${field.minLength}`)
  if (limit !== undefined) constraints.push(`max_length=${limit}`)
  if (field.pattern !== undefined) {
    const pattern = longText(field.pattern, rawString)
    constraints.push(
      typeof pattern === 'string' ? `pattern=${pattern}` : { ...pattern, head: `pattern=${pattern.head}`, whole: `pattern=${pattern.whole}` },
    )
  }
  if (constraints.length === 0) return field.type === 'url' ? 'Url' : 'Text'
  const checks = ['AfterValidator(storable)', ...(filled && field.writeOnly ? ['AfterValidator(not_blank)'] : [])]
  if (field.type === 'url') checks.push('AfterValidator(web_address)', 'Field(json_schema_extra={"format": "uri"})')
  return group('Annotated[', ['str', call('StringConstraints', ...constraints), ...checks], ']')
}

/** Type of a field in an answer: what the database holds is not checked again. */
export function outputType(facts: AppFacts, entity: Entity, field: Field): string {
  const stored = storedField(facts, field)
  const one = stored.type === 'decimal' ? 'Number' : stored.type === 'json' ? 'Json' : pythonType(facts, entity, { ...field, list: false })
  return field.list ? `list[${one}]` : one
}

/** Type of a key in a path. */
export function keyParameter(facts: AppFacts, entity: Entity): string {
  return parameterType(storedField(facts, facts.world.keyField(entity.name)), true)
}

/** Type of another unique field in a path. */
export function fieldParameter(facts: AppFacts, field: Field): string {
  return parameterType(storedField(facts, field), false)
}

/** Python type of an entity's key. */
export const keyType = (facts: AppFacts, entity: Entity): string => pythonType(facts, entity, facts.world.keyField(entity.name))

function parameterType(stored: Field, isKey: boolean): string {
  switch (stored.type) {
    case 'integer':
      return isKey ? 'IdParam' : 'IntegerParam'
    case 'bigint':
      return isKey ? 'BigIdParam' : 'BigIntegerParam'
    case 'float':
      return 'FloatParam'
    case 'decimal':
      return 'NumberParam'
    case 'boolean':
      return 'bool'
    case 'datetime':
      return 'QueryInstant'
    case 'date':
      return 'Date'
    case 'time':
      return 'Time'
    case 'uuid':
      return 'UUID'
    default:
      return 'QueryText'
  }
}

/** Type of a filter's query parameter. */
export function filterType(facts: AppFacts, entity: Entity, filter: Pick<Filter, 'kind'>, field: Field): string {
  if (filter.kind === 'overdue') return 'bool'
  if (filter.kind === 'contains') return 'QueryText'
  const isKey = field.reference !== undefined || entity.key.includes(field.name)
  return field.type === 'enum' ? facts.enumName(entity, field) : parameterType(storedField(facts, field), isKey)
}
