// What the specification says, looked up as black-box requests need it. Nothing of the generator's plan is known here.

/** @typedef {import('@forge/spec').ApiSpec} ApiSpec @typedef {import('@forge/spec').Endpoint} Endpoint @typedef {import('@forge/spec').Field} Field */

/** More than any case uses up. */
const PLENTY = 1000

export class Facts {
  /** @param {ApiSpec} spec */
  constructor(spec) {
    this.spec = spec
    this.effects = spec.rules.flatMap((rule) => rule.effects)
    /** Endpoints about rows of an entity that something deterministic can be written for. */
    this.endpoints = spec.endpoints.filter((each) => each.unsupported === null && each.operation !== 'health')
  }

  entity(name) {
    const found = this.spec.entities.find((each) => each.name === name)
    if (found === undefined) throw new Error(`the specification has no entity ${name}`)
    return found
  }

  field(entity, name) {
    return this.spec.entities.find((each) => each.name === entity)?.fields.find((each) => each.name === name)
  }

  keyField(entity) {
    return this.field(entity, this.entity(entity).key[0])
  }

  /** The field whose type a reference has. */
  stored(field) {
    let current = field
    for (let depth = 0; current.reference !== undefined && depth < 8; depth += 1) current = this.keyField(current.reference.entity)
    return current
  }

  /** The endpoint that does this to any row of the entity; those about the caller's own rows come last. */
  endpoint(entity, ...operations) {
    const found = operations.flatMap((operation) => this.endpoints.filter((each) => each.entity === entity && each.operation === operation))
    return (
      found.find((each) => each.own === undefined && each.lookup === undefined && each.where === undefined) ??
      found.find((each) => each.where === undefined)
    )
  }

  /** @param {string} kind @param {string} entity */
  of(kind, entity) {
    return this.effects.filter((effect) => effect.kind === kind && effect.entity === entity)
  }

  /** Fields that a body of this endpoint may set. */
  bodyFields(endpoint) {
    return (endpoint.body ?? []).flatMap((name) => {
      const field = this.field(endpoint.entity, name)
      return field === undefined || field.readOnly || field.fromCaller ? [] : [field]
    })
  }

  /** Values of a field that no rule speaks of, the default first. */
  quietValues(entity, field) {
    const spoken = new Set(
      this.effects.flatMap((effect) => [
        ...(effect.entity === entity && effect.field === field.name ? [effect.value, ...(effect.values ?? [])] : []),
        ...(effect.kind === 'parent-guard' && effect.parent === entity && effect.field === field.name ? effect.values : []),
        ...(effect.kind === 'exclusive' && effect.entity === entity
          ? [effect.a, effect.b].filter((one) => one.field === field.name).map((one) => one.value)
          : []),
      ]),
    )
    const values = field.values ?? []
    const first = typeof field.default === 'string' ? [field.default] : []
    return [...new Set([...first, ...values.filter((value) => !spoken.has(value)), ...values])]
  }

  /** What a row must hold so that a row of `entity` may refer to it by this field: values by name. */
  parentNeeds(entity, reference) {
    const needs = {}
    for (const effect of this.effects) {
      if (effect.entity !== entity) continue
      if (effect.kind === 'reference-state' && effect.reference === reference) needs[effect.field] = effect.value
      if (effect.kind === 'parent-guard' && effect.parentField === reference) {
        const field = this.field(effect.parent, effect.field)
        needs[effect.field] ??=
          field?.type === 'boolean' ? !effect.values.includes(true) : field?.values?.find((value) => !effect.values.includes(value))
      }
      const limited = (effect.kind === 'bound' || effect.kind === 'capacity') && effect.reference === reference && typeof effect.limit === 'string'
      if (limited) needs[effect.limit] = Math.min(PLENTY, this.field(effect.target, effect.limit)?.max ?? PLENTY)
    }
    return needs
  }

  /** Roles that may do it; undefined: all of them. */
  rolesFor(entity, operation) {
    const rules = this.of('role', entity).filter((effect) => effect.operations.includes(operation))
    if (rules.length === 0) return undefined
    return rules[0].roles.filter((role) => rules.every((rule) => rule.roles.includes(role)))
  }

  /** The least privileged role that is none of these. */
  roleOutside(roles) {
    return [...this.spec.roles].reverse().find((role) => !roles.includes(role))
  }

  owners(entity, operation) {
    return this.of('owner', entity).filter((effect) => effect.operations.includes(operation))
  }
}

/** What kind of access an endpoint is. */
export function accessOf({ operation }) {
  return { list: 'list', 'nested-list': 'list', get: 'read', create: 'create', 'nested-create': 'create', delete: 'delete' }[operation] ?? 'update'
}

/** Path of an endpoint with its parameters filled in. */
export const pathOf = (endpoint, values) => endpoint.path.replace(/\{([^}]*)\}/g, (_, name) => encodeURIComponent(String(values[name])))
