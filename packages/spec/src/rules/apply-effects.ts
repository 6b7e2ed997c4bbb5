import type { Entity, Rule, RuleEffect } from '../api-spec'
import type { RuleWorld } from './view'

// What the effects of the rules change in the model and its endpoints.

/** Where a list holds the caller's rows only, nobody needs to filter by the caller. */
export function dropOwnFilters(rules: readonly Rule[], world: RuleWorld): void {
  for (const effect of rules.flatMap((rule) => rule.effects)) {
    if (
      effect.kind !== 'owner' ||
      effect.via !== undefined ||
      effect.open !== undefined ||
      !effect.operations.includes('list') ||
      effect.roles.length > 0
    )
      continue
    for (const endpoint of world.endpointsOf(effect.entity)) {
      if (endpoint.filters !== undefined)
        endpoint.filters = endpoint.filters.filter((filter) => filter.source.origin === 'stated' || !effect.fields.includes(filter.field))
    }
  }
}

/** What an effect changes in the model itself. */
export function applyEffects(effects: readonly RuleEffect[], world: RuleWorld): void {
  const fieldOf = (entity: string, name: string) => world.entity(entity)?.fields.find((field) => field.name === name)
  for (const effect of effects) {
    switch (effect.kind) {
      case 'stamp':
        keptByServer(effect.entity, effect.target, world)
        break
      case 'aggregate':
        keptByServer(effect.entity, effect.field, world, effect.function === 'count' || effect.function === 'sum' ? 0 : null)
        break
      case 'product':
      case 'copied':
      case 'slug':
      case 'number':
        keptByServer(effect.entity, effect.field, world)
        break
      case 'record':
        // A row may be deleted although something was written about it.
        for (const field of world.entity(effect.log)?.fields ?? [])
          if (field.reference?.entity === effect.entity && effect.values[field.name] === 'key') field.reference.onDelete = 'cascade'
        break
      case 'unique-together':
        keepApart(world.entity(effect.entity), effect.fields)
        break
      case 'cascade':
        for (const field of world.entity(effect.child)?.fields ?? [])
          if (field.reference?.entity === effect.entity) field.reference.onDelete = 'cascade'
        break
      case 'cleared': {
        const field = fieldOf(effect.child, effect.field)
        if (field?.reference !== undefined) field.reference.onDelete = 'set-null'
        break
      }
      case 'required-when':
        askedFor(effect, world)
        break
      case 'delete-guard': {
        const field = fieldOf(effect.child, effect.childField)
        if (field?.reference !== undefined && effect.where === undefined) field.reference.onDelete = 'restrict'
      }
    }
  }
}

/** An action that leads to the state asks for what the state demands. */
function askedFor(effect: Extract<RuleEffect, { kind: 'required-when' }>, world: RuleWorld): void {
  for (const endpoint of world.endpointsOf(effect.entity)) {
    const value = endpoint.sets?.[effect.when.field]
    if (endpoint.operation !== 'action' || value === undefined || value === null || !effect.when.values.includes(value as string | boolean)) continue
    if (endpoint.body?.includes(effect.field) !== true) endpoint.body = [...(endpoint.body ?? []), effect.field]
    if (endpoint.optional !== undefined) endpoint.optional = endpoint.optional.filter((name) => name !== effect.field)
  }
}

/** Values that no request carries, since another sentence makes the server work them out, cannot be compared in requests. */
export function dropUnsendable(rule: Rule, world: RuleWorld): void {
  const kept = (entity: string, name: string) => world.entity(entity)?.fields.find((field) => field.name === name)?.readOnly === true
  const lost = rule.effects.flatMap((effect) => {
    const names = effect.kind === 'order' ? [effect.before, effect.after] : effect.kind === 'bound' || effect.kind === 'fixed' ? [effect.field] : []
    return 'entity' in effect && effect.entity !== null && names.some((name) => kept(effect.entity!, name)) ? [effect] : []
  })
  if (lost.length === 0) return
  rule.effects = rule.effects.filter((effect) => !lost.includes(effect))
  Object.assign(rule, {
    status: rule.effects.length === 0 ? 'unparsed' : 'partly',
    missing: 'it compares a value that the server works out, which the embedded provider does not check',
  })
}

/** What is said of an endpoint that is left for a model is left with it. */
export function dropUnserved(rule: Rule, world: RuleWorld): void {
  const unserved = (effect: RuleEffect) =>
    effect.kind === 'endpoint-role' &&
    world.endpoints.some(({ method, path, unsupported }) => method === effect.method && path === effect.path && unsupported !== null)
  const lost = rule.effects.filter(unserved)
  if (lost.length === 0) return
  rule.effects = rule.effects.filter((effect) => !lost.includes(effect))
  Object.assign(rule, { status: rule.effects.length === 0 ? 'unparsed' : 'partly', missing: 'the endpoint of which it speaks is left for a model' })
}

/** No body takes the field any more. @param start its value from the beginning; null when it has none */
function keptByServer(name: string, fieldName: string, world: RuleWorld, start: number | null = null): void {
  const field = world.entity(name)?.fields.find((one) => one.name === fieldName)
  if (field === undefined) return
  Object.assign(field, { readOnly: true, required: false, nullable: start === null, default: start })
  for (const endpoint of world.endpointsOf(name)) if (endpoint.body !== undefined) endpoint.body = endpoint.body.filter((one) => one !== fieldName)
}

function keepApart(entity: Entity | undefined, fields: string[]): void {
  if (entity === undefined) return
  const same = (tuple: string[]) => [...tuple].sort().join() === [...fields].sort().join()
  const [only] = fields
  const field = entity.fields.find((one) => one.name === only)
  if (fields.length === 1 && field !== undefined) field.unique ||= 'exact'
  else if (!entity.uniqueTogether.some(same)) entity.uniqueTogether.push(fields)
}
