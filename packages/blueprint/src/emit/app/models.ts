import type { Entity, Field } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { attributeName, columnName, moduleName } from '../names'
import { type AppFacts, columns, databaseName, uniqueTuples } from './app-facts'
import { columnType, hasIndex, identifier, impliedType, lowered, pythonType, serverDefault } from './columns'
import { credentialsOf, isPassword } from '../../plan/credentials'
import { fromImport, pythonModule } from './module'
import { call, type Code, constant, docstring, group, lines, quoted, statement } from './python'
import { isBackEdge } from './table-order'
import { type OnlyOne, onlyOnes } from './only-one'

/** `app/models`: one file per entity, all of it exported by the package. */
export function modelFiles(facts: AppFacts): ProjectFile[] {
  return [...facts.spec.entities.map((entity) => modelFile(facts, entity)), packageFile(facts)]
}

function modelFile(facts: AppFacts, entity: Entity): ProjectFile {
  const enums = entity.fields.filter((field) => field.type === 'enum').map((field) => enumClass(facts.enumName(entity, field), field))
  const content = pythonModule(`The table ${entity.table}.`, [...enums, modelClass(facts, entity)])
  return { path: `app/models/${moduleName(entity)}.py`, content }
}

function packageFile(facts: AppFacts): ProjectFile {
  const exported = facts.spec.entities.map((entity) => ({
    module: `app.models.${moduleName(entity)}`,
    names: [entity.name, ...entity.fields.filter((field) => field.type === 'enum').map((field) => facts.enumName(entity, field))],
  }))
  const sessions = credentialsOf(facts.spec) ? [{ module: 'app.models.refresh_session', names: ['RefreshSession'] }] : []
  const all = [{ module: 'app.models.base', names: ['Base'] }, ...exported, ...sessions].sort((a, b) => (a.module < b.module ? -1 : 1))
  const names = all.flatMap((each) => each.names).sort()
  const content = lines(
    '"""The tables, one module each."""',
    '',
    ...all.map((each) => fromImport(each.module, each.names)),
    '',
    `__all__ = [\n${names.map((name) => `    "${name}",`).join('\n')}\n]`,
    '',
  )
  return { path: 'app/models/__init__.py', content }
}

/** The member of an enumeration for each of the field's values. */
export function enumMembers(field: Field): Map<string, string> {
  const members = new Map<string, string>()
  const taken = new Set<string>()
  for (const value of field.values ?? []) {
    // O and I are easily taken for digits.
    const plain = constant(value).replace(/^[OI]$/, 'VALUE_$&')
    let name = plain
    for (let number = 2; taken.has(name); number += 1) name = `${plain}_${number}`
    taken.add(name)
    members.set(value, name)
  }
  return members
}

/** `TaskStatus.PENDING`, or a boolean, number or text as it is. */
export function literalOf(facts: AppFacts, entity: Entity, field: Field, value: string | number | boolean): string {
  if (field.type === 'enum') {
    const member = enumMembers(field).get(String(value))
    if (member !== undefined) return `${facts.enumName(entity, field)}.${member}`
  }
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return typeof value === 'number' ? String(value) : quoted(value)
}

export function enumClass(name: string, field: Field): string {
  const members = [...enumMembers(field)].map(([value, member]) => `    ${member} = ${quoted(value)}`)
  return lines(`class ${name}(StrEnum):`, `    """What ${columnName(field)} can be."""`, '', ...members)
}

function modelClass(facts: AppFacts, entity: Entity): string {
  const computed = new Set(facts.routesOf(entity).flatMap(({ endpoint }) => endpoint.computed?.map((each) => each.name) ?? []))
  return lines(
    `class ${entity.name}(Base):`,
    docstring(`A row of ${entity.table}.`, 4),
    '',
    `    __tablename__ = "${entity.table}"`,
    tableArguments(facts, entity),
    '',
    ...entity.fields.map((field) => attributeLine(facts, entity, field)),
    computed.size > 0 && '\n    # Computed by the queries that ask for it.',
    ...[...computed].map((name) => `    ${attributeName({ name })}: Mapped[int] = query_expression()`),
  )
}

function tableArguments(facts: AppFacts, entity: Entity): string | undefined {
  const items: Code[] = uniqueTuples(entity).map((tuple) => {
    const names = columns(entity, tuple)
    const usual = `uq_${entity.table}_${names.join('_')}`
    return call('sa.UniqueConstraint', ...names.map(quoted), ...(databaseName(usual) === usual ? [] : [`name="${databaseName(usual)}"`]))
  })
  for (const field of entity.fields) {
    if (field.unique === 'case-insensitive') {
      items.push(call('sa.Index', `"${lowerIndexName(entity, field)}"`, `sa.text(${quoted(lowered(field))})`, 'unique=True'))
    } else if (field.unique === 'exact' && !isOnlyKey(entity, field) && longName(`uq_${entity.table}_${columnName(field)}`)) {
      items.push(call('sa.UniqueConstraint', quoted(columnName(field)), `name="${databaseName(`uq_${entity.table}_${columnName(field)}`)}"`))
    } else if (hasIndex(entity, field) && longName(`ix_${entity.table}_${columnName(field)}`)) {
      items.push(call('sa.Index', `"${databaseName(`ix_${entity.table}_${columnName(field)}`)}"`, quoted(columnName(field))))
    }
  }
  for (const one of onlyOnes(facts.world.effects, entity)) {
    const where = `postgresql_where=sa.text(${quoted(identifier(columnName(one.flag)))})`
    items.push(call('sa.Index', `"${onlyOneName(entity, one)}"`, ...one.fields.map((field) => quoted(columnName(field))), 'unique=True', where))
  }
  if (items.length === 0) return undefined
  const [only] = items
  if (items.length > 1) return statement(group('(', items, ')'), 4, '__table_args__ = ')
  const line = statement(group('(', [only!], ',)'), 4, '__table_args__ = ')
  return line.includes('\n') ? `    __table_args__ = (\n${statement(only!, 8, '', ',')}\n    )` : line
}

const longName = (name: string): boolean => databaseName(name) !== name
const isOnlyKey = (entity: Entity, field: Field): boolean => entity.key.length === 1 && entity.key[0] === field.name

export const lowerIndexName = (entity: Entity, field: Field): string => databaseName(`uq_${entity.table}_${columnName(field)}_lower`)

export const onlyOneName = (entity: Entity, { fields, flag }: OnlyOne): string =>
  databaseName(`uq_${entity.table}_${fields.map(columnName).join('_')}_${columnName(flag)}`)

function attributeLine(facts: AppFacts, entity: Entity, field: Field): string {
  const nullable = facts.columnNullable(entity, field)
  const type = pythonType(facts, entity, field)
  const mapped = type === 'Any' ? 'Any' : nullable ? `${type} | None` : type
  const given = columnArguments(facts, entity, field, nullable)
  if (given.length === 0) return `    ${attributeName(field)}: Mapped[${mapped}]`
  return statement(call('mapped_column', ...given), 4, `${attributeName(field)}: Mapped[${mapped}] = `)
}

function columnArguments(facts: AppFacts, entity: Entity, field: Field, nullable: boolean): Code[] {
  const given: Code[] = []
  const attribute = attributeName(field)
  const column = columnName(field)
  if (attribute !== column) given.push(quoted(column))
  if (field.type === 'enum' && !field.list) given.push(`enum_type(${facts.enumName(entity, field)}, ${quoted(column)})`)
  else if (isPassword(facts.spec, entity, field)) given.push('PasswordHash()')
  else if (!impliedType(facts, field) || field.type === 'bigint') given.push(columnType(facts, entity, field))
  if (field.reference && !field.list) given.push(foreignKey(facts, entity, field))
  if (entity.key.includes(field.name)) given.push('primary_key=True')
  if (pythonType(facts, entity, field) === 'Any' && !nullable) given.push('nullable=False')
  if (pythonType(facts, entity, field) === 'Any' && nullable) given.push('nullable=True')
  if (field.unique === 'exact' && !isOnlyKey(entity, field) && !longName(`uq_${entity.table}_${column}`)) given.push('unique=True')
  if (hasIndex(entity, field) && !longName(`ix_${entity.table}_${column}`)) given.push('index=True')
  if (isOnlyKey(entity, field) && field.readOnly && ['string', 'text'].includes(field.type)) given.push('default=lambda: uuid4().hex')
  const filled = serverDefault(entity, field)
  if (filled !== undefined) given.push(`server_default=${filled}`)
  if (field.auto === 'updated') given.push('onupdate=sa.func.clock_timestamp()')
  if (attribute !== field.name) given.push(`info={"json_name": ${quoted(field.name)}}`)
  return given
}

function foreignKey(facts: AppFacts, entity: Entity, field: Field): Code {
  const target = facts.world.entity(field.reference!.entity)
  const key = facts.world.keyField(target.name)
  const usual = `fk_${entity.table}_${columnName(field)}_${target.table}`
  return call(
    'sa.ForeignKey',
    `"${target.table}.${columnName(key)}"`,
    ...(longName(usual) ? [`name="${databaseName(usual)}"`] : []),
    `ondelete="${facts.onDelete(entity, field).replace('-', ' ').toUpperCase()}"`,
    ...(isBackEdge(facts.spec.entities, entity, field) ? ['use_alter=True'] : []),
  )
}
