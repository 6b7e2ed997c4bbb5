import type { Entity, RuleEffect } from '@forge/spec'
import type { AppFacts, Effect } from '../app/app-facts'
import { call, type Code, flat, quoted } from '../app/python'
import { dict, joined, list, literalOf } from '../tests/python'
import type { MockTable } from './tables'
import { type ScriptFacts, cellOf } from './values'

const at = (field: string): string => `row[${quoted(field)}]`

/** What a row has to fulfil beyond its fields, as Python conditions: the rules that can be seen in the rows themselves. */
export function conditionsOf({ facts, tables }: ScriptFacts, table: MockTable): Code[] {
  const found = facts.world.effects.flatMap((effect) => conditionOf(facts, tables, table, effect) ?? [])
  return [...new Map(found.map((condition) => [flat(condition), condition])).values()]
}

function conditionOf(facts: AppFacts, tables: MockTable[], { entity, fields }: MockTable, effect: RuleEffect): Code | undefined {
  if (!('entity' in effect) || effect.entity !== entity.name) return undefined
  const has = (...names: string[]): boolean => names.every((name) => fields.some((field) => field.name === name))
  switch (effect.kind) {
    case 'order':
      if (!has(effect.before, effect.after)) return undefined
      return call('ordered', at(effect.before), at(effect.after), ...(effect.strict ? ['strict=True'] : []))
    case 'distinct':
      return has(...effect.fields) ? `bool(${at(effect.fields[0])} != ${at(effect.fields[1])})` : undefined
    case 'exclusive':
      if (!has(effect.a.field, effect.b.field)) return undefined
      return call('apart', at(effect.a.field), literal(effect.a.value), at(effect.b.field), literal(effect.b.value))
    case 'reference-state': {
      const found = referred(facts, tables, entity.table, effect.target, effect.reference)
      return found && has(effect.reference) ? call('is_in_state', found, quoted(effect.field), literal(effect.value)) : undefined
    }
    case 'bound': {
      const found = referred(facts, tables, entity.table, effect.target, effect.reference)
      return found && has(effect.field, effect.reference) ? call('ordered', at(effect.field), `${found}.get(${quoted(effect.limit)})`) : undefined
    }
    case 'agree': {
      const found = referred(facts, tables, entity.table, effect.target, effect.reference)
      const other = effect.other.reference === undefined ? undefined : referred(facts, tables, entity.table, effect.target, effect.other.reference)
      if (!found || !has(effect.reference) || (effect.other.reference !== undefined && !other)) return undefined
      const mine = other === undefined ? at(effect.other.field) : `${other}.get(${quoted(effect.other.field)})`
      return `${at(effect.reference)} is None or ${found}.get(${quoted(effect.field)}) == ${mine}`
    }
    case 'capacity': {
      const found = referred(facts, tables, entity.table, effect.target, effect.reference)
      if (!found || !has(effect.reference)) return undefined
      const limit = typeof effect.limit === 'number' ? String(effect.limit) : `${found}.get(${quoted(effect.limit)})`
      return call('has_room', quoted(entity.table), quoted(effect.reference), 'row', limit)
    }
    case 'balance': {
      const ledger = ledgerOf(facts, facts.world.entity(effect.target), effect.field)
      return ledger?.entity === entity && has(effect.reference, effect.amount) ? call('is_covered', ...ledger.words, 'row') : undefined
    }
    default:
      return undefined
  }
}

/** The rows that make a balance which no request sets, as the script names them: table, reference, amount, kind, and what each kind does. */
function ledgerOf(facts: AppFacts, target: Entity, name: string): { entity: Entity; words: Code[] } | undefined {
  const effects = facts.world.effects.filter(
    (effect): effect is Effect<'balance'> => effect.kind === 'balance' && effect.target === target.name && effect.field === name,
  )
  const [first] = effects
  const one = (choose: (effect: Effect<'balance'>) => string | undefined): boolean => new Set(effects.map(choose)).size === 1
  const field = target.fields.find((each) => each.name === name)
  if (!first?.when || !field?.readOnly || !one(({ entity }) => entity) || !one(({ reference }) => reference)) return undefined
  if (!one(({ amount }) => amount) || !one(({ when }) => when?.field)) return undefined
  const signs = effects.flatMap(({ when, direction }) =>
    (when?.values ?? []).map((value): [string, string] => [quoted(value), direction === 'adds' ? '1' : '-1']),
  )
  const entity = facts.world.entity(first.entity)
  return { entity, words: [...[entity.table, first.reference, first.amount, first.when.field].map(quoted), dict(signs)] }
}

const literal = (value: string | boolean | number | null): string => flat(literalOf(value))

/** The row that a reference points at, empty where it points nowhere; undefined where its table is filled later. */
function referred(facts: AppFacts, tables: MockTable[], own: string, target: string, reference: string): string | undefined {
  const place = (table: string): number => tables.findIndex((each) => each.entity.table === table)
  const { table, key } = facts.world.entity(target)
  return place(table) < place(own) ? `find(${quoted(table)}, ${quoted(key[0]!)}, ${at(reference)})` : undefined
}

/** Statements that derive values of a row from its other values. */
export function derivedOf(script: ScriptFacts, table: MockTable): string[] {
  const { facts, tables } = script
  const { entity, fields } = table
  const shown = new Set(fields.map((field) => field.name))
  const lines: string[] = []
  for (const effect of facts.effects('copied', entity.name)) {
    const found = referred(facts, tables, entity.table, effect.target, effect.reference)
    if (found && shown.has(effect.field)) lines.push(`${at(effect.field)} = ${found}.get(${quoted(effect.source)})`)
  }
  for (const { field, factors } of facts.effects('product', entity.name))
    if (shown.has(field)) lines.push(`${at(field)} = product(${factors.map(at).join(', ')})`)
  for (const { flag } of facts.effects('only-one', entity.name)) if (shown.has(flag)) lines.push(`${at(flag)} = False`)
  lines.push(...demanded(script, table))
  for (const { field, source } of facts.effects('slug', entity.name)) if (shown.has(field)) lines.push(`${at(field)} = slug(${at(source)})`)
  return [...lines, ...stamps(script, table)]
}

/** What a state demands is there in that state. */
function demanded(script: ScriptFacts, table: MockTable): string[] {
  return script.facts.effects('required-when', table.entity.name).flatMap(({ field: name, when }) => {
    const field = table.fields.find((each) => each.name === name)
    if (!field || field.reference || !table.fields.some((each) => each.name === when.field)) return []
    const value = flat(cellOf(script, table, { ...field, required: true, nullable: false, readOnly: false }))
    const condition = `${at(when.field)} in [${when.values.map(literal).join(', ')}]`
    return [`${at(name)} = ${value} if ${condition} and ${at(name)} is None else ${at(name)}`]
  })
}

/** What a state sets is there in that state and in those that only follow it. */
function stamps(script: ScriptFacts, table: MockTable): string[] {
  const { facts } = script
  const targets = new Map<string, Map<string, (string | boolean)[]>>()
  for (const { field, value, target } of facts.effects('stamp', table.entity.name)) {
    const fields = targets.get(target) ?? targets.set(target, new Map()).get(target)!
    fields.set(field, [...new Set([...(fields.get(field) ?? []), value, ...following(script, table, field, value)])])
  }
  return [...targets].flatMap(([target, fields]) => {
    const stamped = table.fields.find((field) => field.name === target)
    if (!stamped || !facts.columnNullable(table.entity, stamped)) return []
    const conditions = [...fields].map(([field, values]) =>
      values.length === 1
        ? `${at(field)} ${typeof values[0] === 'boolean' ? 'is' : '=='} ${literal(values[0]!)}`
        : `${at(field)} in (${values.map(literal).join(', ')})`,
    )
    const value = flat(cellOf(script, table, { ...stamped, required: true, nullable: false, readOnly: false }))
    return [`${at(target)} = ${value} if ${conditions.join(' or ')} else None`]
  })
}

/** States that a row reaches through `value` only. */
function following({ facts }: ScriptFacts, { entity }: MockTable, name: string, value: string | boolean): string[] {
  const field = entity.fields.find((each) => each.name === name)
  const moves = facts.effects('transitions', entity.name).flatMap((effect) => (effect.field === name ? effect.allowed : []))
  const start = field?.default ?? field?.values?.[0]
  if (typeof start !== 'string' || start === value || moves.length === 0) return []
  const reached = (from: string, around?: string | boolean): Set<string> => {
    const states = new Set([from])
    for (const state of states) for (const [before, after] of moves) if (before === state && after !== around) states.add(after)
    return states
  }
  const otherwise = reached(start, value)
  return [...reached(String(value))].filter((state) => !otherwise.has(state))
}

/** Statements that fill in, once all rows are made, what the rows below one add up to. */
export function totalsOf({ facts }: ScriptFacts, { entity }: MockTable): Code[] {
  const balances = entity.fields.flatMap(({ name }) => {
    const ledger = ledgerOf(facts, entity, name)
    return ledger ? [call('settle', quoted(entity.table), quoted(entity.key[0]!), quoted(name), ...ledger.words)] : []
  })
  const aggregates = facts.effects('aggregate', entity.name).map((effect) => {
    const child = facts.world.entity(effect.child)
    const field = entity.fields.find((each) => each.name === effect.field)
    const none = field && facts.columnNullable(entity, field) && effect.function !== 'count' && effect.function !== 'sum' ? 'None' : '0'
    return joined('total', {
      head: '(',
      items: [
        quoted(entity.table),
        quoted(entity.key[0]!),
        quoted(effect.field),
        quoted(child.table),
        quoted(effect.reference),
        list(effect.of.map(quoted)),
        quoted(effect.function),
        none,
      ],
      tail: ')',
    })
  })
  return [...aggregates, ...balances]
}
