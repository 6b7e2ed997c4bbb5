import type { ApiSpec, Entity, Field, Rule, RuleEffect } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { emitApp } from '../emit/app'

/** The application of a specification without one of its rules: tests that are worth something fail on it. */
export interface Mutant {
  /** For example `rule 3` or `Task.title: length`. */
  id: string
  /** What the rule says: its sentence, or the constraint. */
  text: string
  /** Table of what it is about; null for the whole service. */
  table: string | null
  /** Other sentences that say the same, and were taken out with it. */
  together: string[]
  /** The application, or why there is none. */
  files: ProjectFile[] | null
  /** `free`: the rule says only what holds anyway, so there is nothing to take out. `same`: without it the application has the same bytes. */
  why?: 'free' | 'same'
}

type FieldCheck = Extract<RuleEffect, { kind: 'field' }>['check']

/** A rule as what has to be done to take it out. */
interface Unit {
  id: string
  text: string
  entity: string | null
  effects: RuleEffect[]
  remove(spec: ApiSpec): void
}

/** Effects that add nothing to an application: they allow, or tell of what no endpoint does. */
const FREE = new Set<RuleEffect['kind']>(['allowed', 'not-found', 'immutable'])

/**
 * One mutant for each compiled rule: every sentence with effects, then every constraint of a field or an entity that no sentence names.
 * Pure, and lazy: each application is written when it is asked for.
 */
export function* mutants(spec: ApiSpec): Generator<Mutant> {
  const whole = codeOf(emitApp(spec))
  for (const unit of [...spec.rules.filter((rule) => rule.effects.length > 0).map(sentenceUnit), ...constraintUnits(spec)]) {
    const { id, text } = unit
    const table = spec.entities.find(({ name }) => name === unit.entity)?.table ?? null
    if (unit.effects.length > 0 && unit.effects.every(({ kind }) => FREE.has(kind))) {
      yield { id, text, table, together: [], files: null, why: 'free' }
      continue
    }
    const alone = without(spec, unit)
    if (codeOf(alone) !== whole) {
      yield { id, text, table, together: [], files: alone }
      continue
    }
    const likes = spec.rules.filter(
      (rule) => `rule ${rule.id}` !== id && rule.effects.some((effect) => unit.effects.some((own) => isAkin(own, effect))),
    )
    const files = without(spec, unit, likes)
    const changed = likes.length > 0 && codeOf(files) !== whole
    yield {
      id,
      text,
      table,
      together: likes.map((rule) => `rule ${rule.id}`),
      files: changed ? files : null,
      ...(changed ? {} : { why: 'same' as const }),
    }
  }
}

/** What runs: the README tells of the rules, too, and says nothing about whether they hold. */
const codeOf = (files: readonly ProjectFile[]): string => JSON.stringify(files.filter(({ path }) => path.endsWith('.py')))

function without(spec: ApiSpec, unit: Unit, likes: readonly Rule[] = []): ProjectFile[] {
  const left = structuredClone(spec)
  unit.remove(left)
  for (const rule of likes) {
    const akin = rule.effects.filter((effect) => unit.effects.some((own) => isAkin(own, effect)))
    removeEffects(left, akin)
  }
  return emitApp(left)
}

const keyOf = (effect: RuleEffect): string => JSON.stringify(effect)
const fieldNameOf = (effect: RuleEffect): string | null => ('field' in effect ? effect.field : null)
const isAkin = (one: RuleEffect, other: RuleEffect): boolean =>
  one.kind === other.kind && one.entity === other.entity && fieldNameOf(one) === fieldNameOf(other)

// ------------------------------------------------------------------------------------------------------------------- sentences

function sentenceUnit({ id, text, entity, effects }: Rule): Unit {
  return { id: `rule ${id}`, text, entity, effects, remove: (spec) => removeEffects(spec, effects) }
}

/** Takes effects out of every sentence that has them, and out of the model what they put there. */
function removeEffects(spec: ApiSpec, effects: readonly RuleEffect[]): void {
  const keys = new Set(effects.map(keyOf))
  for (const rule of spec.rules) rule.effects = rule.effects.filter((effect) => !keys.has(keyOf(effect)))
  for (const effect of effects) undo(spec, effect)
}

function undo(spec: ApiSpec, effect: RuleEffect): void {
  const entityOf = (name: string) => spec.entities.find((entity) => entity.name === name)
  const fieldOf = (entity: string, name: string) => entityOf(entity)?.fields.find((field) => field.name === name)
  switch (effect.kind) {
    case 'field': {
      const field = fieldOf(effect.entity, effect.field)
      if (field) loosen(spec, field, effect.check)
      return
    }
    case 'unique-together':
      keepTogether(entityOf(effect.entity), effect.fields)
      return
    case 'soft-delete':
      Object.assign(entityOf(effect.entity) ?? {}, { softDelete: null })
      return
    case 'cascade':
      for (const field of entityOf(effect.child)?.fields ?? [])
        if (field.reference?.entity === effect.entity) field.reference.onDelete = field.nullable ? 'set-null' : 'restrict'
      return
    case 'cleared': {
      const field = fieldOf(effect.child, effect.field)
      if (field?.reference) field.reference.onDelete = 'restrict'
      return
    }
    case 'delete-guard': {
      const field = fieldOf(effect.child, effect.childField)
      // The database would refuse the deletion all the same, if the reference still did.
      if (field?.reference) field.reference.onDelete = field.nullable ? 'set-null' : 'cascade'
      return
    }
    case 'authenticated':
      spec.auth.required = false
  }
}

function keepTogether(entity: Entity | undefined, names: readonly string[]): void {
  if (entity === undefined) return
  const key = [...names].sort().join()
  entity.uniqueTogether = entity.uniqueTogether.filter((tuple) => [...tuple].sort().join() !== key)
  for (const field of entity.fields) if (names.length === 1 && field.name === names[0]) field.unique = false
}

/** The field without one of its checks. */
function loosen(spec: ApiSpec, field: Field, check: FieldCheck): void {
  switch (check) {
    case 'unique':
      field.unique = false
      return
    case 'required':
      Object.assign(field, { required: false, nullable: true })
      return
    case 'optional':
      Object.assign(field, { required: true, nullable: false })
      return
    case 'length':
      delete field.minLength
      delete field.maxLength
      return
    case 'range':
      delete field.min
      delete field.max
      return
    case 'pattern':
      delete field.pattern
      delete field.patternText
      return
    case 'default':
      field.default = null
      return
    case 'enum':
      if (!isMoved(spec, field)) field.type = 'string'
      return
    case 'format':
      field.type = 'string'
      return
    case 'type':
      loosenType(spec, field)
  }
}

function loosenType(spec: ApiSpec, field: Field): void {
  const target = spec.entities.find(({ name }) => name === field.reference?.entity)
  const key = target?.fields.find(({ name }) => name === target.key[0])
  if (field.reference && carriesRules(spec, field)) return
  delete field.reference
  if (key) field.type = key.type
  else if (field.type === 'integer' || field.type === 'bigint') field.type = 'float'
  else if (field.type === 'decimal' && field.scale !== undefined) {
    delete field.scale
    delete field.precision
  } else field.type = field.type === 'string' ? 'text' : 'string'
}

/** Another rule tells how its values change. */
const isMoved = (spec: ApiSpec, { name }: Field): boolean =>
  spec.rules.some(({ effects }) => effects.some((effect) => effect.kind === 'transitions' && effect.field === name))

/** Other rules are about the rows at the other end of a reference. */
function carriesRules(spec: ApiSpec, { name }: Field): boolean {
  const text = JSON.stringify(name)
  return spec.rules.some(({ effects }) => effects.some((effect) => effect.kind !== 'field' && JSON.stringify(Object.values(effect)).includes(text)))
}

// ------------------------------------------------------------------------------------------------------------------- constraints

/** What the lists of fields say, apart from the sentences. */
function constraintUnits(spec: ApiSpec): Unit[] {
  const said = new Set(spec.rules.flatMap(({ effects }) => effects.map((effect) => (effect.kind === 'field' ? nameOf(effect) : keyOf(effect)))))
  const units = spec.entities.flatMap((entity) => [
    ...entity.fields.flatMap((field) =>
      checksOf(spec, entity, field).map((check) =>
        effectUnit(nameOf({ entity: entity.name, field: field.name, check }), field.name, {
          kind: 'field',
          entity: entity.name,
          field: field.name,
          check,
        }),
      ),
    ),
    ...entity.uniqueTogether.map((fields) =>
      effectUnit(`${entity.name}: unique ${fields.join(', ')}`, fields.join(', '), { kind: 'unique-together', entity: entity.name, fields }),
    ),
    ...(entity.softDelete === null ? [] : [effectUnit(`${entity.name}: soft delete`, 'soft delete', { kind: 'soft-delete', entity: entity.name })]),
  ])
  return units.filter(({ effects: [effect] }) => effect && !said.has(effect.kind === 'field' ? nameOf(effect) : keyOf(effect)))
}

const nameOf = ({ entity, field, check }: { entity: string; field: string; check: FieldCheck }): string => `${entity}.${field}: ${check}`

function effectUnit(id: string, text: string, effect: RuleEffect): Unit {
  return { id, text, entity: effect.entity, effects: [effect], remove: (spec) => removeEffects(spec, [effect]) }
}

/** The checks of a field that a request can meet. */
function checksOf(spec: ApiSpec, entity: Entity, field: Field): FieldCheck[] {
  const sent = spec.endpoints.some((each) => each.unsupported === null && each.entity === entity.name && each.body?.includes(field.name))
  const created = spec.endpoints.some(
    (each) => each.unsupported === null && each.entity === entity.name && /create$/.test(each.operation) && each.body?.includes(field.name),
  )
  if (!sent || field.readOnly) return []
  const checks: [FieldCheck, boolean][] = [
    ['unique', field.unique !== false],
    ['required', created && field.required && field.default === null],
    ['length', field.minLength !== undefined || field.maxLength !== undefined],
    ['range', field.min !== undefined || field.max !== undefined],
    ['pattern', field.pattern !== undefined],
    ['enum', field.type === 'enum' && !isMoved(spec, field)],
    ['format', ['email', 'url'].includes(field.type)],
    ['default', created && field.default !== null],
    ['type', field.reference !== undefined && !carriesRules(spec, field)],
  ]
  return checks.filter(([, holds]) => holds).map(([check]) => check)
}
