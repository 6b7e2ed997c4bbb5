import type { Entity, Field } from '@forge/spec'
import { attributeName, columnName } from '../names'
import { type AppFacts, attribute, databaseName, type Effect, modelName, variable } from './app-facts'
import { identifier } from './columns'
import { call, docstring, lines, quoted, statement } from './python'
import { locksReference } from './locks'

/** The function that works out products of a row's own values; undefined when no rule asks for one. */
export function workingOut(facts: AppFacts, entity: Entity): string | undefined {
  const row = variable(entity)
  const blocks = facts.effects('product', entity.name).flatMap((effect) => {
    const fields = [effect.field, ...effect.factors].map((name) => facts.world.field(entity.name, name))
    return fields.includes(undefined) ? [] : [product(facts, entity, row, fields as Field[])]
  })
  if (blocks.length === 0) return undefined
  return lines(`def work_out(${row}: ${modelName(entity)}) -> None:`, docstring('Set what follows from other values.', 4), ...blocks)
}

function product(facts: AppFacts, entity: Entity, row: string, [field, ...factors]: Field[]): string {
  const names = factors.map((factor) => attribute(row, factor))
  const unknown = factors.filter((factor) => facts.columnNullable(entity, factor)).map((factor) => `${attribute(row, factor)} is None`)
  // A fraction first: a whole number times it is a fraction, too.
  const whole = factors.every((factor) => ['integer', 'bigint'].includes(factor.type))
  const value = whole ? `Decimal(${names.join(' * ')})` : names.join(' * ')
  const target = attribute(row, field!)
  if (unknown.length === 0) return `    ${target} = ${value}`
  const parts = ['None', `if ${unknown.join(' or ')}`, `else ${value}`]
  return statement({ head: '(', items: parts, tail: ')', whole: parts.join(' ') }, 4, `${target} = `)
}

/** Statements that fill in what a new row takes from others, or from its own title. */
export function fillSteps(facts: AppFacts, entity: Entity, row: string): string[] {
  return [
    ...facts.effects('copied', entity.name).flatMap((effect) => copy(facts, entity, effect, row)),
    ...slugs(facts, entity, row),
    ...numbers(facts, entity, row),
  ]
}

function copy(facts: AppFacts, entity: Entity, effect: Effect<'copied'>, row: string): string[] {
  const [field, reference, source] = [
    facts.world.field(entity.name, effect.field),
    facts.world.field(entity.name, effect.reference),
    facts.world.field(effect.target, effect.source),
  ]
  if (!field || !reference || !source) return []
  const target = facts.world.entity(effect.target)
  const lock = locksReference(facts, entity, reference.name) ? ['lock="update"'] : []
  const from = `${variable(target)}_row`
  return [
    statement(call('refer_to', 'self.session', modelName(target), attribute(row, reference), `"${reference.name}"`, ...lock), 8, `${from} = await `),
    `        ${attribute(row, field)} = ${attribute(from, source)}`,
  ]
}

function slugs(facts: AppFacts, entity: Entity, row: string): string[] {
  return facts.effects('slug', entity.name).flatMap((effect) => {
    const [field, source] = [effect.field, effect.source].map((name) => facts.world.field(entity.name, name))
    if (!field || !source) return []
    const made =
      field.unique === false
        ? `slugify(${attribute(row, source)})`
        : call('await unused_slug', 'self.session', `${modelName(entity)}.${attributeName(field)}`, attribute(row, source))
    return [statement(made, 8, `${attribute(row, field)} = `)]
  })
}

function numbers(facts: AppFacts, entity: Entity, row: string): string[] {
  const effects = facts.effects('number', entity.name)
  const once = effects.filter((effect, index) => effects.findIndex((each) => each.field === effect.field) === index)
  return once.flatMap(({ field: name, prefix, digits, year }) => {
    const field = facts.world.field(entity.name, name)
    if (!field) return []
    const column = `${modelName(entity)}.${attributeName(field)}`
    const before = year === undefined ? quoted(prefix) : `f"${prefix}{dt.datetime.now(dt.UTC).year}${year}"`
    const made =
      field.type === 'integer'
        ? call('await next_number', 'self.session', column)
        : call('await next_code', 'self.session', column, before, String(digits))
    return [statement(made, 8, `${attribute(row, field)} = `)]
  })
}

type Aggregate = Effect<'aggregate'>

/** Figures that the database keeps, each once. */
function aggregates(facts: AppFacts): Aggregate[] {
  const found = facts.world.effects.filter((effect): effect is Aggregate => effect.kind === 'aggregate')
  return found.filter((effect, index) => found.findIndex((each) => each.entity === effect.entity && each.field === effect.field) === index)
}

const functionName = (facts: AppFacts, effect: Aggregate): string =>
  databaseName(`keep_${facts.world.entity(effect.entity).table}_${columnName({ name: effect.field })}`)

/** Statements of the migration that make the database keep figures about the rows that point at one. */
export function createTriggers(facts: AppFacts): string[] {
  return aggregates(facts).flatMap((effect) => {
    const child = facts.world.entity(effect.child)
    const columns = [effect.reference, ...effect.of, ...(child.softDelete ? [child.softDelete.field] : [])].map((name) =>
      identifier(columnName({ name })),
    )
    const name = functionName(facts, effect)
    return [
      sql(triggerFunction(facts, effect, name)),
      sql([
        `CREATE TRIGGER ${name} AFTER INSERT OR DELETE OR UPDATE OF ${[...new Set(columns)].join(', ')}`,
        `ON ${identifier(child.table)} FOR EACH ROW EXECUTE FUNCTION ${name}()`,
      ]),
    ]
  })
}

export const dropTriggers = (facts: AppFacts): string[] =>
  aggregates(facts).map((effect) => `    op.execute("DROP FUNCTION ${functionName(facts, effect)}()")`)

const sql = (text: string[]): string => lines('    op.execute(', '        """', ...text.map((line) => `        ${line}`), '        """', '    )')

/** The row is locked before the others are read, so that of two writers the second one sees what the first one wrote. */
function triggerFunction(facts: AppFacts, effect: Aggregate, name: string): string[] {
  const parent = facts.world.entity(effect.entity)
  const child = facts.world.entity(effect.child)
  const key = identifier(columnName(facts.world.keyField(parent.name)))
  const reference = identifier(columnName({ name: effect.reference }))
  const table = identifier(parent.table)
  const deleted = child.softDelete
  const live = deleted ? ` AND ${identifier(columnName({ name: deleted.field }))} IS ${deleted.deletedValue ? 'FALSE' : 'TRUE'}` : ''
  return [
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$`,
    'DECLARE',
    `    changed ${table}.${key}%TYPE;`,
    'BEGIN',
    '    FOR changed IN',
    `        SELECT DISTINCT one FROM unnest(ARRAY[OLD.${reference}, NEW.${reference}]) AS one`,
    '        WHERE one IS NOT NULL ORDER BY one',
    '    LOOP',
    `        PERFORM 1 FROM ${table} WHERE ${key} = changed FOR NO KEY UPDATE;`,
    `        UPDATE ${table} SET ${identifier(columnName({ name: effect.field }))} = (`,
    `            SELECT ${figure(effect)} FROM ${identifier(child.table)} WHERE ${reference} = changed${live}`,
    `        ) WHERE ${key} = changed;`,
    '    END LOOP;',
    '    RETURN NULL;',
    'END',
    '$$',
  ]
}

function figure(effect: Aggregate): string {
  const value = effect.of.map((name) => identifier(columnName({ name }))).join(' * ')
  switch (effect.function) {
    case 'count':
      return 'count(*)'
    case 'sum':
      return `coalesce(sum(${value}), 0)`
    case 'average':
      return `avg(${value})`
    case 'minimum':
      return `min(${value})`
    case 'maximum':
      return `max(${value})`
  }
}
