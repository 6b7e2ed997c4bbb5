import { type ApiSpec, type Endpoint, type Entity, type Field, type JsonValue, sampleValue } from '@forge/spec'
import { callersId, creatable, safeValue } from '../../plan/bodies'
import { article } from '../../plan/common'
import { sharesOwner } from '../../plan/makers'
import { nameOfParent } from '../../plan/requests'
import { parentState } from '../../plan/states'
import type { World } from '../../plan/world'
import { fromImport } from '../app/module'
import { columnName, moduleName } from '../names'
import { call, type Code, docstring, group, quoted } from '../app/python'
import { dict, joined, layout, list, literalOf } from './python'
import { argumentsOf, headersOf } from './values'

/** The text of `tests/factories.py`: a class with one method for each entity. */
export function factoriesModule(world: World): string {
  const methods = world.spec.entities.map((entity) => methodOf(world, entity))
  const text = methods.flat().join('\n')
  const direct = text.includes('self._insert(')
  const support = ['Headers', 'Row', ...(text.includes('as_user(') ? ['as_user'] : [])]
  const models = world.spec.entities
    .map(({ name }) => name)
    .filter((name) => new RegExp(`self\\.(_insert|_named|change_directly)\\(\\s*${name},`).test(text))
  const columns = renamedColumns(world.spec)
  return `"""Makes rows: over the API where it can create them, else straight in the database."""

import itertools
from typing import Any

import sqlalchemy as sa
from httpx import AsyncClient
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

${fromImport('app.models', ['Base', ...models])}
${fromImport('tests.support', support)}
${direct && columns.length > 0 ? `\n# Columns whose name differs from the field's.\n${layout(joined('COLUMNS: dict[str, str] = ', dict(columns))).join('\n')}\n` : ''}

def column_value(column: sa.ColumnElement[Any], value: Any) -> Any:
    """Turn a JSON value into what the column holds."""
    if value is None or isinstance(column.type, sa.JSON):
        return value
    return TypeAdapter(column.type.python_type).validate_python(value)


class Make:
    """A method for each kind of row: it fills in what a test does not care about, and returns the row as JSON."""

    def __init__(self, client: AsyncClient, connection: AsyncConnection) -> None:
        self._client = client
        self._connection = connection
        self._numbers = itertools.count(1001)

    async def _create(self, path: str, body: Row, headers: Headers | None) -> Row:
        """Create a row over the API."""
        response = await self._client.post(path, json=body, headers=headers)
        assert response.is_success, response.text
        row: Row = response.json()
        return row
${direct ? insertMethod(columns.length > 0) : ''}${text.includes('self._named(') ? NAMED : ''}
    async def change_directly(self, model: type[Base], key: Any, **values: Any) -> None:
        """Change a row behind the API's back, to reach a state that no request leads to."""
        table = Base.metadata.tables[model.__tablename__]
        (key_column,) = table.primary_key
        changes = {name: column_value(table.c[name], value) for name, value in values.items()}
        await self._connection.execute(sa.update(table).where(key_column == key).values(changes))

${methods.map((lines) => lines.join('\n')).join('\n\n')}
`
}

const NAMED = `
    async def _named(self, model: type[Base], key: Any, column: str) -> Any:
        """Read what paths name a row by."""
        table = Base.metadata.tables[model.__tablename__]
        (key_column,) = table.primary_key
        return await self._connection.scalar(sa.select(table.c[column]).where(key_column == key))
`

function insertMethod(renamed: boolean): string {
  const named = renamed ? '        named = {COLUMNS.get(name, name): value for name, value in values.items()}\n' : ''
  return `
    async def _insert(self, model: type[Base], values: Row) -> Row:
        """Insert a row that no endpoint creates."""
        table = Base.metadata.tables[model.__tablename__]
${named}        columns = {name: column_value(table.c[name], value) for name, value in ${renamed ? 'named' : 'values'}.items()}
        rows = await self._connection.execute(sa.insert(table).values(columns).returning(*table.columns))
        (made,) = rows.mappings()
        row: Row = TypeAdapter(Row).dump_python(dict(made), mode="json")
        return row | values
`
}

/** Fields of directly inserted entities whose column has another name. */
function renamedColumns(spec: ApiSpec): [Code, Code][] {
  const renamed = new Map(
    spec.entities.flatMap(({ fields }) =>
      fields.flatMap((field) => (columnName(field) === field.name ? [] : [[field.name, columnName(field)] as const])),
    ),
  )
  return [...renamed].map(([name, column]) => [quoted(name), quoted(column)])
}

function methodOf(world: World, entity: Entity): string[] {
  const endpoint = world.endpoint(entity.name, 'create', 'nested-create')
  const fields = endpoint ? settable(world, entity, endpoint) : entity.fields.filter((field) => !field.auto && !isGenerated(entity, field))
  const plain = fields.filter(
    (field) => !field.reference && (field.default === null || isNumbered(entity, field)) && field.name !== entity.softDelete?.field,
  )
  const numbered = plain.some((field) => isNumbered(entity, field) || isKeptApart(world, entity, field))
  const body: string[] = []
  if (numbered) body.push('        n = next(self._numbers)')
  body.push(...layout(joined('body: Row = ', withValues(dict(plain.map((field) => [quoted(field.name), sampleOf(world, entity, field)])))), 8))
  for (const field of fields) body.push(...referenceLines(world, entity, field, endpoint === undefined))
  body.push(...ending(world, entity, endpoint))
  return [
    `    async def ${moduleName(entity)}(self, *, headers: Headers | None = None, **values: Any) -> Row:`,
    docstring(`Make ${article(entity)}.`, 8),
    ...body,
  ]
}

/** `{…} | values`, breaking inside the braces. */
function withValues(expression: Code): Code {
  if (typeof expression === 'string') return expression
  return expression.items.length === 0 ? 'dict(values)' : { ...expression, tail: '} | values' }
}

function settable(world: World, entity: Entity, endpoint: Endpoint): Field[] {
  const names = new Set([...(endpoint.body ?? []), ...(endpoint.parent?.field === undefined ? [] : [endpoint.parent.field])])
  return entity.fields.filter(
    (field) => names.has(field.name) && !field.readOnly && !field.fromCaller && (field.required || world.maySet(entity.name, 'create', field.name)),
  )
}

/** Keys that the database makes. */
function isGenerated(entity: Entity, field: Field): boolean {
  return (
    entity.key.length === 1 &&
    entity.key[0] === field.name &&
    !field.reference &&
    (field.type === 'integer' || field.type === 'bigint' || field.type === 'uuid')
  )
}

function referenceLines(world: World, entity: Entity, field: Field, direct: boolean): string[] {
  const { reference } = field
  if (reference && world.ownerFields(entity.name).includes(field.name))
    return layout(call('body.setdefault', quoted(field.name), literalOf(callersId(world, field))), 8)
  if (!reference || (!field.required && (!direct || field.nullable)) || reference.entity === entity.name) return []
  if (direct && field.fromCaller && reference.entity === world.spec.auth.userEntity)
    return layout(call('body.setdefault', quoted(field.name), literalOf(world.builtInId)), 8)
  const state = Object.entries(parentState(world, entity.name, field.name))
  const settable = creatable(world, reference.entity)
  const sent = state.filter(([name]) => settable?.includes(name) ?? true)
  const stored = state.filter((entry) => !sent.includes(entry)).map(([name, value]) => [columnName({ name }), value] as const)
  const headers = sharesOwner(world, entity, field) ? ['headers=headers'] : []
  const made = call(`await self.${moduleName({ name: reference.entity })}`, ...headers, ...argumentsOf(Object.fromEntries(sent)))
  const key = `parent[${quoted(world.keyField(reference.entity).name)}]`
  return [
    `        if ${quoted(field.name)} not in body:`,
    ...layout(joined('parent = ', made), 12),
    ...(stored.length === 0 ? [] : layout(call('await self.change_directly', reference.entity, key, ...argumentsOf(Object.fromEntries(stored))), 12)),
    `            body[${quoted(field.name)}] = ${key}`,
  ]
}

function ending(world: World, entity: Entity, endpoint: Endpoint | undefined): string[] {
  if (!endpoint) return [`        return await self._insert(${entity.name}, body)`]
  const actor = headersOf(world, world.actor(entity.name, 'create'))
  const headers = actor === undefined ? 'headers' : joined('headers or ', actor)
  const { parent } = endpoint
  if (!parent?.field) return layout(call('return await self._create', quoted(endpoint.path), 'body', headers), 8)
  if (parent.lookup !== undefined) return belowNamed(world, endpoint, headers)
  const path = endpoint.path.replace(`{${parent.param}}`, `{body.pop('${parent.field}')}`)
  return [`        path = f"${path}"`, ...layout(call('return await self._create', 'path', 'body', headers), 8)]
}

/** The path names the parent by another field than its key; the row tells it, too. */
function belowNamed(world: World, { path, parent }: Endpoint, headers: Code): string[] {
  const { entity, field, lookup, param } = parent!
  const name = nameOfParent(entity, lookup!)
  const given = [entity, `body.pop(${quoted(field!)})`, quoted(columnName(world.field(entity, lookup!)!))]
  return [
    ...layout(joined(`${name} = `, call('await self._named', ...given)), 8),
    `        path = f"${path.replace(`{${param}}`, `{${name}}`)}"`,
    ...layout(joined('row = ', call('await self._create', 'path', 'body', headers)), 8),
    `        return row | {${quoted(name)}: ${name}}`,
  ]
}

// ------------------------------------------------------------------------------------------------------------------ values

/** Fields whose values must differ from row to row. */
function isNumbered(entity: Entity, field: Field): boolean {
  return (
    !field.reference &&
    !field.list &&
    (field.unique !== false || entity.uniqueTogether.some((tuple) => tuple.includes(field.name)) || entity.key.includes(field.name))
  )
}

/** Moments at which rows of one parent or person may not be at the same time. */
const isKeptApart = (world: World, entity: Entity, field: Field): boolean =>
  world.effects.some(
    (effect) => effect.kind === 'no-overlap' && effect.entity === entity.name && (effect.start === field.name || effect.end === field.name),
  )

function sampleOf(world: World, entity: Entity, field: Field): Code {
  if (isKeptApart(world, entity, field)) return rotating((variant) => safeValue(world, entity.name, field, variant))
  if (field.fromCaller) return literalOf(world.builtInId)
  if (world.ownerFields(entity.name).includes(field.name)) return literalOf(callersId(world, field))
  if (isNumbered(entity, field)) return numberedSample(field)
  if (field.nullable && field.readOnly) return 'None'
  return literalOf(safeValue(world, entity.name, field))
}

const FIRST = 2001

/** An expression of `n` that gives each row a value of its own. */
function numberedSample(field: Field): Code {
  const at = (variant: number) => sampleValue(field, variant)
  if (typeof at(FIRST) === 'string') {
    for (const offset of [1, 0, 1000, 10_000, 1_000_000, 0x100000]) {
      const template = String(at(FIRST)).split(String(FIRST + offset))
      const fits = template.length === 2 && [2345, 3456, 1002].every((variant) => at(variant) === template.join(String(variant + offset)))
      if (fits) return `f${quoted(`${template[0]!}{n${offset > 1 ? ` + ${offset}` : ''}}${template[1]!}`)}`
    }
  }
  if (typeof at(0) === 'number' && field.max === undefined) return 'n'
  return rotating(at)
}

/** One of 40 values, by number. */
const rotating = (at: (variant: number) => JsonValue): Code =>
  joined('', { ...asBrackets(list(Array.from({ length: 40 }, (_, index) => literalOf(at(index + 10))))), tail: '][n % 40]' })

const asBrackets = (expression: Code) => (typeof expression === 'string' ? group(expression, [], '') : expression)
