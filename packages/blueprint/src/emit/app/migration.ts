import type { Entity, Field } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { columnName } from '../names'
import { type AppFacts, columns, databaseName, uniqueTuples } from './app-facts'
import { columnType, hasIndex, identifier, lowered, serverDefault } from './columns'
import { credentialsOf } from '../../plan/credentials'
import { createSessions } from './login'
import { lowerIndexName, onlyOneName } from './models'
import { pythonModule } from './module'
import { call, type Code, docstring, lines, longText, quoted, statement } from './python'
import { createTriggers, dropTriggers } from './rule-derived'
import { type OnlyOne, onlyOnes } from './only-one'
import { isBackEdge, tableOrder } from './table-order'

/** The first migration: every table, as the models describe it. */
export function migrationFile(facts: AppFacts): ProjectFile {
  const order = tableOrder(facts.spec.entities)
  const credentials = credentialsOf(facts.spec)
  const late = order.flatMap((entity) =>
    entity.fields.filter((field) => isBackEdge(facts.spec.entities, entity, field)).map((field) => ({ entity, field })),
  )
  const upgrade = lines(
    'def upgrade() -> None:',
    docstring('Create the tables.', 4),
    ...order.flatMap((entity) => [createTable(facts, entity), ...createIndexes(facts, entity)]),
    ...late.map(({ entity, field }) => createLateKey(facts, entity, field)),
    ...(credentials ? createSessions(facts, credentials) : []),
    ...createTriggers(facts),
  )
  const downgrade = lines(
    'def downgrade() -> None:',
    docstring('Drop the tables.', 4),
    credentials && '    op.drop_table("refresh_sessions")',
    ...late.map(
      ({ entity, field }) => `    op.drop_constraint(op.f("${foreignKeyName(facts, entity, field)}"), "${entity.table}", type_="foreignkey")`,
    ),
    ...[...order].reverse().map((entity) => `    op.drop_table("${entity.table}")`),
    ...dropTriggers(facts),
  )
  const header = lines(
    'revision: str = "0001"',
    'down_revision: str | Sequence[str] | None = None',
    'branch_labels: str | Sequence[str] | None = None',
    'depends_on: str | Sequence[str] | None = None',
  )
  return { path: 'alembic/versions/0001_create_tables.py', content: pythonModule('Create the tables.', [header, upgrade, downgrade]) }
}

function createTable(facts: AppFacts, entity: Entity): string {
  const items: Code[] = entity.fields.map((field) => column(facts, entity, field))
  for (const field of entity.fields) {
    if (field.type === 'enum' && !field.list) items.push(enumCheck(entity, field))
    if (field.reference && !field.list && !isBackEdge(facts.spec.entities, entity, field)) items.push(foreignKey(facts, entity, field))
  }
  items.push(call('sa.PrimaryKeyConstraint', ...columns(entity, entity.key).map(quoted), `name=op.f("${databaseName(`pk_${entity.table}`)}")`))
  for (const tuple of [
    ...entity.fields
      .filter((field) => field.unique === 'exact' && !(entity.key.length === 1 && entity.key[0] === field.name))
      .map((field) => [field.name]),
    ...uniqueTuples(entity),
  ]) {
    const names = columns(entity, tuple)
    items.push(call('sa.UniqueConstraint', ...names.map(quoted), `name=op.f("${databaseName(`uq_${entity.table}_${names.join('_')}`)}")`))
  }
  return statement(call('op.create_table', quoted(entity.table), ...items), 4)
}

function column(facts: AppFacts, entity: Entity, field: Field): Code {
  const filled = serverDefault(entity, field)
  return call(
    'sa.Column',
    quoted(columnName(field)),
    columnType(facts, entity, field),
    ...(filled === undefined ? [] : [`server_default=${filled}`]),
    `nullable=${facts.columnNullable(entity, field) ? 'True' : 'False'}`,
  )
}

function enumCheck(entity: Entity, field: Field): Code {
  const name = columnName(field)
  const members = (field.values ?? []).map((value) => `'${value.replace(/'/g, "''")}'`).join(', ')
  const condition = `${lowered(field).slice('lower('.length, -1)} IN (${members})`
  return call('sa.CheckConstraint', longText(condition), `name=op.f("${databaseName(`ck_${entity.table}_${name}`)}")`)
}

const foreignKeyName = (facts: AppFacts, entity: Entity, field: Field): string =>
  databaseName(`fk_${entity.table}_${columnName(field)}_${facts.world.entity(field.reference!.entity).table}`)

const onDelete = (facts: AppFacts, entity: Entity, field: Field): string =>
  `ondelete="${facts.onDelete(entity, field).replace('-', ' ').toUpperCase()}"`

function foreignKey(facts: AppFacts, entity: Entity, field: Field): Code {
  const target = facts.world.entity(field.reference!.entity)
  const key = columnName(facts.world.keyField(target.name))
  return call(
    'sa.ForeignKeyConstraint',
    `["${columnName(field)}"]`,
    `["${target.table}.${key}"]`,
    `name=op.f("${foreignKeyName(facts, entity, field)}")`,
    onDelete(facts, entity, field),
  )
}

function createLateKey(facts: AppFacts, entity: Entity, field: Field): string {
  const target = facts.world.entity(field.reference!.entity)
  const key = columnName(facts.world.keyField(target.name))
  const name = `op.f("${foreignKeyName(facts, entity, field)}")`
  return statement(
    call(
      'op.create_foreign_key',
      name,
      `"${entity.table}"`,
      `"${target.table}"`,
      `["${columnName(field)}"]`,
      `["${key}"]`,
      onDelete(facts, entity, field),
    ),
    4,
  )
}

function createIndexes(facts: AppFacts, entity: Entity): string[] {
  const own = entity.fields.flatMap((field) => {
    const name = columnName(field)
    if (field.unique === 'case-insensitive') {
      return statement(
        call('op.create_index', `"${lowerIndexName(entity, field)}"`, `"${entity.table}"`, `[sa.text(${quoted(lowered(field))})]`, 'unique=True'),
        4,
      )
    }
    return hasIndex(entity, field)
      ? statement(call('op.create_index', `op.f("${databaseName(`ix_${entity.table}_${name}`)}")`, `"${entity.table}"`, `["${name}"]`), 4)
      : []
  })
  return [...own, ...onlyOnes(facts.world.effects, entity).map((one) => createOnlyOne(entity, one))]
}

/** A unique index over the rows that have the flag. */
function createOnlyOne(entity: Entity, one: OnlyOne): string {
  const names = `[${one.fields.map((field) => `"${columnName(field)}"`).join(', ')}]`
  const where = `postgresql_where=sa.text(${quoted(identifier(columnName(one.flag)))})`
  return statement(call('op.create_index', `"${onlyOneName(entity, one)}"`, `"${entity.table}"`, names, 'unique=True', where), 4)
}
