import type { Endpoint, Entity, Field } from './api-spec'
import type { EndpointFact } from './facts'
import type { Resolved } from './resolve'
import { wordsOf } from './words'

/** Roles of a reference that mean whoever made the row. */
const MAKERS =
  /^(user|creator|author|owner|reporter|requester|uploader|sender|organi[sz]er|host|seller|poster|submitter|created_by|creator_user|owned_by|posted_by|uploaded_by|submitted_by|requested_by|added_by|recorded_by|reported_by)(_user)?$/

/** Texts of a create that say whom it is about: "add a member", "grant a permission to a user". */
const PERSON = '(?:user|member|person|participant|attendee|collaborator|student|employee)s?'
const ABOUT_SOMEONE = new RegExp(
  `^(?:add|invite|enrol|enroll|appoint|register)s? (?:an? |the |another |new )*${PERSON}\\b|^(?:grant|assign|give|award)s? .+ to (?:an? |the |another )?${PERSON}\\b`,
  'i',
)

const roleOf = (field: Field): string => wordsOf(field.name).join('_').replace(/_id$/, '')

/** The field that says who made a row, if the entity has one. */
export function makerField(entity: Entity, userEntity: string | null): Field | undefined {
  if (entity.junction !== null || entity.name === userEntity) return undefined
  const candidates = entity.fields.filter((field) => MAKERS.test(roleOf(field)) && pointsAtCaller(field, userEntity))
  return candidates.find((field) => roleOf(field) !== 'user') ?? candidates[0]
}

function pointsAtCaller(field: Field, userEntity: string | null): boolean {
  if (field.list) return false
  if (field.reference !== undefined) return field.reference.entity === userEntity
  return userEntity === null && /_id$|_by$|Id$/.test(field.name) && ['string', 'integer', 'bigint', 'uuid'].includes(field.type)
}

/** Marks the fields that the server sets to the caller's id. A request body that names the field keeps it the caller's choice. */
export function markCallerFields(resolved: Resolved, drafts: readonly { fact: EndpointFact; endpoint: Endpoint }[]): void {
  const userEntity = resolved.userEntity?.name ?? null
  const named = new Set(
    drafts.flatMap(({ fact, endpoint }) => {
      const made = endpoint.operation === 'nested-create' ? resolved.entities.find(({ name }) => name === endpoint.entity)?.table : undefined
      return fact.method === 'POST' ? fact.body.map((field) => `${made ?? fact.path.split('/').at(-1)} ${field.name}`) : []
    }),
  )
  for (const entity of resolved.entities) {
    const field = makerField(entity, userEntity) ?? ownerInLists(entity, userEntity, drafts)
    // One row a user: who makes it says whose it is.
    if (field === undefined || (field.unique !== false && field.reference !== undefined) || named.has(`${entity.table} ${field.name}`)) continue
    if (namesAnother(entity, field, drafts)) continue
    Object.assign(field, { fromCaller: true, readOnly: true, required: true, nullable: false, indexed: true })
    if (field.reference?.onDelete === 'set-null') field.reference.onDelete = 'restrict'
  }
}

/** Where a list shows callers only what is theirs, whoever makes a row at the same path makes it for themselves. */
function ownerInLists(entity: Entity, userEntity: string | null, drafts: readonly { endpoint: Endpoint }[]): Field | undefined {
  const at = (operation: string) =>
    drafts.flatMap(({ endpoint }) => (endpoint.entity === entity.name && endpoint.operation === operation ? [endpoint] : []))
  const listed = at('list').find(({ own, path }) => own !== undefined && at('create').some((create) => create.path === path))
  return entity.fields.find((field) => field.name === listed?.own && pointsAtCaller(field, userEntity))
}

/** Whether those who make rows say whom they are about: by the path that all of them are made below, or by what the text says. */
function namesAnother(entity: Entity, field: Field, drafts: readonly { fact: EndpointFact; endpoint: Endpoint }[]): boolean {
  const creates = drafts.filter(
    ({ endpoint }) => endpoint.entity === entity.name && (endpoint.operation === 'create' || endpoint.operation === 'nested-create'),
  )
  if (creates.length === 0) return false
  if (creates.every(({ endpoint }) => endpoint.parent?.field === field.name)) return true
  return roleOf(field) === 'user' && creates.every(({ fact }) => ABOUT_SOMEONE.test(fact.summary))
}
