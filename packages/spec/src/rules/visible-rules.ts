import type { Entity, RuleEffect } from '../api-spec'
import { carried, meaning, ownFields, peopleIn } from './phrases'
import { type State, statefulEntity, stateIn } from './states'
import type { Pattern, RuleView } from './view'

/** What everybody sees, and what its owner only: "drafts are visible only to their author". */
const VISIBLE = '(?:(?:are|is) |can be |may be |must be )?(?:only )?(?:be )?(?:visible|readable|accessible|viewable|shown|seen|viewed)'
export const visibleRules: Pattern[] = [
  {
    form: new RegExp(
      `^(.+?) ${VISIBLE} (?:to|by|for) (?:everyone|everybody|all(?: users)?|anyone|anybody|the public)(?:,|;| and| but|, but|, while|, and)+ (.+?) (?:(?:are|is) )?(?:(?:visible|readable|accessible|shown|seen) )?(?:only |just )(?:visible )?(?:to|by|for) (?:the |its |their )*(.+)$`,
      'i',
    ),
    read: (m, view) => visible(m[2]!, m[3]!, m[1]!, view),
  },
  {
    form: new RegExp(`^(?:the )?(.+?) ${VISIBLE} (?:only )?(?:to|by|for) (?:the |its |their )*(.+)$`, 'i'),
    read: (m, view) => (/\bonly\b/i.test(m[0]) ? visible(m[1]!, m[2]!, null, view) : null),
  },
  {
    form: /^only (?:the |its |their )*([\w ]+?)(?: of (?:an? |the )?\w+)? (?:can|may) (?:see|view|read|access) (?:an? |the |its |their |his )*(.+)$/i,
    read: (m, view) => visible(m[2]!, m[1]!, null, view),
  },
  {
    form: /^only (.+?) (?:are|is) (?:visible|shown|listed|readable|accessible)(?: to (?:others|other users|everyone|everybody|the public|anyone|all users))?(?:[,;] .+)?$/i,
    read: (m, view) => visibleOnly(m[1]!, view),
  },
]

/** @param others the rows that everybody sees, where the sentence names them */
function visible(phrase: string, owners: string, others: string | null, view: RuleView): RuleEffect[] | null {
  const elsewhere = others === null ? null : statefulEntity(others, view)
  const found = statefulEntity(phrase, view) ?? (elsewhere === null ? null : stateOnly(phrase, elsewhere.entity))
  if (found === null || (others !== null && elsewhere?.entity !== found.entity)) return null
  const people = peopleIn(owners, found.entity, view.world) ?? (/^(?:owners?|creators?|authors?)$/i.test(owners) ? own(found.entity, view) : null)
  return people === null ? null : hidden(found.entity, found.state, people, view)
}

const own = (entity: Entity, view: RuleView) => ({ fields: ownFields(entity, view.world), roles: [] as string[] })

/** "drafts", of the entity that was spoken of. */
function stateOnly(phrase: string, entity: Entity): { entity: Entity; state: State } | null {
  const state = stateIn(meaning(phrase).join(' '), entity)
  return state === null ? null : { entity, state }
}

/** "Only published posts are visible": others by nobody but their owner. */
function visibleOnly(phrase: string, view: RuleView): RuleEffect[] | null {
  const found = statefulEntity(phrase, view)
  const field = found?.entity.fields.find((one) => one.name === found.state.field)
  if (found === null || field === undefined) return null
  const values = (field.type === 'boolean' ? [true, false] : field.values!).filter((value) => !found.state.values.includes(value))
  return hidden(found.entity, { field: field.name, values }, own(found.entity, view), view)
}

function hidden(entity: Entity, state: State, people: { fields: string[]; roles: string[] }, view: RuleView): RuleEffect[] | null {
  const field = entity.fields.find((one) => one.name === state.field)!
  const values = (field.type === 'boolean' ? [true, false] : field.values!).filter((value) => !state.values.includes(value))
  const operations = carried(entity, ['list', 'read'] as const, view.world)
  if (values.length === 0 || people.fields.length === 0 || operations.length === 0 || entity.name === view.world.userEntity?.name) return null
  return [{ kind: 'owner', entity: entity.name, fields: people.fields, operations, roles: people.roles, open: { field: field.name, values } }]
}
