import { type Ownership, ownership } from '../app/access'
import type { Operation } from '../app/app-facts'
import { capitalized } from '../../words'
import { type DocumentFacts, openPart, plural, type Resource, singular } from './facts'
import { bullets, code, plain, table, value } from './markdown'

/** Roles with what the specification says of each. */
export function roles({ spec }: DocumentFacts): string[] {
  if (spec.roles.length === 0) return ['The API knows no roles: every caller may do the same, but for what the rules say.']
  return ['The most privileged first:', '', ...bullets(spec.roles.map((role) => `${value(role)}${textOf(spec.roleTexts[role])}`))]
}

const textOf = (text: string | undefined): string => (text === undefined ? '' : `: ${plain(text)}`)

const OPERATIONS: [Operation, string][] = [
  ['list', 'See the list'],
  ['read', 'Open one'],
  ['create', 'Make'],
  ['update', 'Change'],
  ['delete', 'Delete'],
]

/** Who may do what with which resource, and the sentences behind it; nothing where everybody may do everything. */
export function permissions(facts: DocumentFacts): string[] {
  const limiting = facts.spec.rules.filter(({ effects }) =>
    effects.some(({ kind }) => ['role', 'endpoint-role', 'role-field', 'owner', 'authenticated'].includes(kind)),
  )
  if (limiting.length === 0) return []
  return [
    ...table(
      ['Resource', ...OPERATIONS.map(([, title]) => title)],
      facts.resources.map((resource) => [capitalized(plural(resource.entity)), ...OPERATIONS.map(([operation]) => who(facts, resource, operation))]),
    ),
    'A dash: the API has no function for it. Where these say it:',
    '',
    ...bullets(limiting.map((rule) => `${plain(rule.text)}${openPart(rule)}`)),
  ]
}

function who({ facts }: DocumentFacts, resource: Resource, operation: Operation): string {
  const { entity, routes } = resource
  if (!routes.some(({ route }) => DOES[operation].includes(route.endpoint.operation))) return ''
  const demanded = facts.world.rolesFor(entity.name, operation)
  const names = demanded.length === 0 ? [] : demanded[0]!.roles.filter((role) => demanded.every(({ roles }) => roles.includes(role)))
  const owned = ownership(facts, entity, operation) ?? (operation === 'list' ? ownership(facts, entity, 'read') : undefined)
  const owner = owned === undefined ? '' : [ownersOf(owned), ...owned.roles.map(value)].join(', ')
  if (demanded.length === 0) return owner === '' ? 'everybody' : owner
  return owner === '' ? names.map(value).join(', ') : `${names.map(value).join(', ')}; of these ${owner}`
}

const DOES: Record<Operation, string[]> = {
  list: ['list', 'nested-list', 'link-list'],
  read: ['get', 'me', 'single-get'],
  create: ['create', 'nested-create', 'link-add', 'mark'],
  update: ['update', 'replace', 'action', 'adjust', 'single-update', 'bulk'],
  delete: ['delete', 'link-remove', 'unmark'],
}

function ownersOf({ entity, fields, parents, open }: Ownership): string {
  const own = fields.map(({ name }) => (entity.key.includes(name) ? 'the one it is about' : `the one in ${code(name)}`))
  const all = [...own, ...parents.map((parent) => `the owner of the ${singular(parent.entity)}`)].join(' or ')
  return open === undefined ? all : `${all}, everybody while ${code(open.field.name)} is ${open.values.map(String).join(' or ')}`
}
