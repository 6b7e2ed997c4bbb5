// Who asks: the built-in user, other people, nobody.

/** @typedef {{ id: string | number | undefined, headers: Record<string, string> }} Caller */

export class Callers {
  /** @param {import('./facts.mjs').Facts} facts */
  constructor(facts) {
    this.facts = facts
    this.auth = facts.spec.auth
    const { userEntity } = this.auth
    this.roleField = userEntity === null ? undefined : facts.entity(userEntity).fields.find((field) => field.name === 'role' && field.type === 'enum')
    const { mockUser } = this.auth
    /** Role of the built-in user. */
    this.role = mockUser.role ?? facts.spec.roles[0]
    /** @type {Caller} */
    this.builtIn = { id: mockUser.id ?? 1, headers: this.auth.kind === 'header' ? { [this.auth.header]: String(mockUser.id ?? 1) } : {} }
    /** @type {Caller} */
    this.nobody = { id: undefined, headers: {} }
    /** Somebody whom the application does not know, where it knows its users. @type {Caller} */
    this.unknown = this.as({ integer: 999_999, uuid: '00000000-0000-4000-8000-0000000fffff' }[this.auth.idType] ?? 'nobody-known')
  }

  /** @returns {Caller} */
  as(id, role) {
    const { kind, header } = this.auth
    if (kind === 'none') return { id: undefined, headers: {} }
    if (kind === 'header') return { id, headers: { [header]: String(id) } }
    return { id, headers: { authorization: `Bearer mock:${id}${role === undefined ? '' : `:${role}`}` } }
  }

  /** Whoever may do it: the built-in user where possible, else with a role that may. */
  allowed(entity, operation) {
    const roles = this.facts.rolesFor(entity, operation)
    return roles === undefined || roles.includes(this.role) || roles.length === 0 ? this.builtIn : this.as(this.builtIn.id, roles[0])
  }

  /** Whether people other than the built-in user can be told apart. */
  get distinct() {
    return this.auth.kind !== 'none'
  }

  /** An id of somebody without a row of users. */
  strangerId(variant = 0) {
    return (
      { integer: 424_242 + variant, uuid: `00000000-0000-4000-9000-${String(variant + 1).padStart(12, '0')}` }[this.auth.idType] ??
      `stranger-${variant + 1}`
    )
  }
}
