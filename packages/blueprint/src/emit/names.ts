import type { Entity, Field } from '@forge/spec'
import { snake } from '../words'

/** Python's keywords, the names that Pydantic or SQLAlchemy keep for themselves, and what the bodies of generated classes call by name. */
const RESERVED = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda
  nonlocal not or pass raise return try while with yield match case type metadata registry model_config model_fields copy dict json schema
  construct validate parse_obj changes ignored session
  list int str bool float frozenset isinstance dt sa pg self cls uuid4 mapped_column enum_type`.split(/\s+/),
)

/** Attribute of models and schemas: snake_case, with `_` appended where Python or a library owns the name. */
export function attributeName(field: Pick<Field, 'name'>): string {
  const name = snake(field.name).replace(/^(?=\d)/, 'n')
  return RESERVED.has(name) || name.startsWith('model_') ? `${name}_` : name
}

/** Column of the table: snake_case of the JSON name. */
export function columnName(field: Pick<Field, 'name'>): string {
  return snake(field.name).replace(/^(?=\d)/, 'n')
}

/** Python module of one entity in `app/models`, `app/schemas` and `app/services`: singular snake_case. */
export function moduleName(entity: Pick<Entity, 'name'>): string {
  const name = snake(entity.name)
  return RESERVED.has(name) ? `${name}_` : name
}

/** Python module of one entity's router and tests: plural snake_case. */
export function resourceName(entity: Pick<Entity, 'table'>): string {
  return entity.table
}
