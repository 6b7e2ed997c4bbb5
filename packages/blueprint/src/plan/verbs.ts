import type { Endpoint, Operation, RuleEffect } from '@forge/spec'

/** What may be done with rows, as rules say it. */
export type Verb = Extract<RuleEffect, { kind: 'owner' }>['operations'][number]

const VERBS: Partial<Record<Operation, Verb>> = {
  create: 'create',
  'nested-create': 'create',
  update: 'update',
  replace: 'update',
  action: 'update',
  adjust: 'update',
  delete: 'delete',
  list: 'list',
  'nested-list': 'list',
  get: 'read',
  mark: 'read',
  unmark: 'read',
}

/** What an endpoint does with the rows of its entity; undefined where rules have no word for it. */
export function verbOf({ operation, bulk }: Endpoint): Verb | undefined {
  return operation === 'bulk' ? (bulk?.effect ?? 'update') : VERBS[operation]
}

/** The operations that do it with any row of an entity. */
export const OPERATIONS_OF: Record<Verb, Operation[]> = {
  list: ['list'],
  read: ['get'],
  create: ['create', 'nested-create'],
  update: ['update', 'replace', 'action'],
  delete: ['delete'],
}
