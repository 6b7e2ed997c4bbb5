import type { Entity, Field, Move, RuleEffect } from '../api-spec'
import { verbSets } from '../operations/verbs'
import { singular, wordsOf } from '../words'
import { entityIn, meaning, partsOf } from './phrases'
import { type State, statefulEntity, stateIn } from './states'
import type { Pattern, RuleView } from './view'

const CANNOT = "(?:cannot|can not|can't|must not|may not|should not|can never|never)"
const ARROW = /\s*(?:->|-->|→|⟶|➔|➜|=>)\s*/
const STATUS = /\b(?:status(?:es)?|states?|transitions?|lifecycle|life cycle|workflow|flow|allowed|valid|the|its|their|possible|only)\b/gi

/** How an enumeration may change. */
export const transitionRules: Pattern[] = [
  {
    form: /^([^:→>]{0,70}?)\s*(?::|\b(?:follows?|follow the (?:flow|order|sequence)|(?:are|is)(?: as follows)?|can only (?:go|move|change|transition|progress)|(?:must|should|can|may) (?:only )?(?:go|move|change|transition|progress|follow)|goes|go|moves?|progress(?:es)?|transitions?|changes?|flows?|runs?|proceeds?|passes(?: through)?|develops?)\b:?)\s*((?:[\w" '`/|,-]+?\s*(?:->|-->|→|⟶|➔|➜|=>)).+)$/i,
    read: (m, view) => chains(m[1]!, m[2]!, view),
  },
  { form: /^([\w"'`/|, -]+?\s*(?:->|-->|→|⟶|➔|➜|=>).+)$/i, read: (m, view) => chains('', m[1]!, view) },
  {
    form: /^(.+?) (?:can only |can |may only |may |must |should |has to |have to |only )?(?:go|goes|move|moves|change|changes|transition|transitions|progress|progresses|advance|advances)(?: only)? (from .+? to .+)$/i,
    read: (m, view) => fromTo(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:an? |the )?(.+?) (?:can|may) only be (\w+(?: or \w+)?) (?:when|while|if|once|from|after)(?: it is| they are| the \w+ is| still| in)* (?:the )?(.+?)(?: status| state)?$/i,
    read: (m, view) => entered(m[1]!, m[2]!, m[3]!, view),
  },
  {
    form: /^only (.+?) (?:can|may) be (\w+(?:(?:,? or |,? and |, )\w+)*)$/i,
    read: (m, view) => enteredFrom(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:an? |the |any )?((?:.+? or )?.+?) (?:can|may) be (\w+(?: or \w+)*)$/i,
    read: (m, view) => (/\b(?:still|also|even|again|only)\b/i.test(m[0]) ? null : enteredFrom(m[1]!, m[2]!, view)),
  },
  {
    form: /^(?:an? |the )?(.+?) (?:can|may) be (\w+(?: or \w+)?) (?:only )?(?:when|while|if|once|from|after|as long as)(?: it is| they are| the \w+ is| still| in)* (?:the )?(.+?)(?: status| state)?$/i,
    read: (m, view) => entered(m[1]!, m[2]!, m[3]!, view),
  },
  {
    form: new RegExp(`^(?:an? |the )?(.+?) ${CANNOT} be (\\w+)(?: again)?$`, 'i'),
    read: (m, view) => barred(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(`^(?:an? |the )?(.+?) ${CANNOT} be (\\w+) (?:when|while|if|once|after)(?: it is| they are| it has been| already)* (.+)$`, 'i'),
    read: (m, view) => barred(`${m[3]} ${m[1]}`, m[2]!, view),
  },
  {
    form: new RegExp(`^${CANNOT} (\\w+) (?:an? |the |any )?(?:already )?(.+)$`, 'i'),
    read: (m, view) => barred(m[2]!, m[1]!, view),
  },
  {
    form: new RegExp(
      `^(?:an? |the )?(.+?) ${CANNOT} (?:go|move|change|transition|be (?:moved|changed|set|reverted))(?: back)?(?: from (.+?))? to (.+)$`,
      'i',
    ),
    read: (m, view) => moved(m[1]!, m[2], m[3]!, view),
  },
]

/** `pending -> paid -> shipped; pending or paid -> cancelled`. A comma parts chains only where both sides hold an arrow. */
function chains(subject: string, text: string, view: RuleView): RuleEffect[] | null {
  const moves: [string[], string[]][] = []
  for (const chain of text.split(/\s*[;.]\s*/).flatMap(parted)) {
    const steps = chain.split(ARROW).map(members)
    if (steps.length < 2 || steps.some((step) => step.length === 0)) return null
    for (let index = 1; index < steps.length; index += 1) moves.push([steps[index - 1]!, steps[index]!])
  }
  return machine(subject, moves, view)
}

function parted(text: string): string[] {
  const pieces = text.split(/\s*,\s*(?:and\s+)?|\s+and\s+(?=[\w" ]+(?:->|→|=>))/)
  return pieces.length > 1 && pieces.every((piece) => ARROW.test(piece)) ? pieces : pieces.length > 2 && !chainless(pieces) ? [] : [text]
}

/** Commas between alternatives only: at one end of a single arrow. */
const chainless = (pieces: string[]): boolean => pieces.filter((piece) => ARROW.test(piece)).length === 1

const members = (step: string): string[] =>
  partsOf(
    step
      .replace(/["'`()]/g, ' ')
      .replace(/\|/g, ',')
      .replace(/^(?:any of|either)\s+/i, ''),
  ).map((part) => part.trim())

/** `from draft to published and from published to archived`, `from todo to in_progress to review to done`. */
function fromTo(subject: string, text: string, view: RuleView): RuleEffect[] | null {
  const moves: [string[], string[]][] = []
  for (const part of text.split(/\s*(?:,\s*(?:and\s+|then\s+)?|\band (?:then )?)(?=from )/i)) {
    const steps = part
      .replace(/^from /i, '')
      .split(/\s+(?:and then |then )?to\s+/i)
      .map(members)
    if (steps.length < 2) return null
    for (let index = 1; index < steps.length; index += 1) moves.push([steps[index - 1]!, steps[index]!])
  }
  return machine(subject, moves, view)
}

/** Of the values that the sentence names, only the moves that it names: others it says nothing of. */
function machine(subject: string, moves: [string[], string[]][], view: RuleView): RuleEffect[] | null {
  const spoken = [...new Set(moves.flat(2))]
  const found = holderOf(subject, spoken, view)
  if (found === null) return null
  const { entity, field } = found
  const value = (word: string): string => memberOf(word, field)!
  const allowed = moves.flatMap(([froms, tos]) => froms.flatMap((from) => tos.map((to): Move => [value(from), value(to)])))
  const named = spoken.map(value)
  const refused = named.flatMap((from) => named.map((to): Move => [from, to])).filter((move) => !includes(allowed, move))
  return transitions(entity, field, refused, allowed, view)
}

const includes = (moves: readonly Move[], [from, to]: Move): boolean => moves.some((one) => one[0] === from && one[1] === to)

/** The enumeration a sentence about states means: of the entity it names, else the only one with all of the values. */
function holderOf(subject: string, spoken: string[], view: RuleView): { entity: Entity; field: Field } | null {
  const bare = subject.replace(STATUS, ' ').replace(/\s+/g, ' ').trim()
  const named = bare === '' ? view.entity : entityIn(bare, { ...view, entity: null })
  if (named === null && bare !== '') return null
  const candidates = named === null ? view.world.entities : [named]
  const found = candidates.flatMap((entity) =>
    entity.fields
      .filter((field) => field.type === 'enum' && spoken.every((word) => memberOf(word, field) !== undefined))
      .map((field) => ({ entity, field })),
  )
  return found.length === 1 ? found[0]! : null
}

const memberOf = (word: string, field: Field): string | undefined =>
  field.values?.find((value) => wordsOf(value).join('_') === wordsOf(word).join('_'))

/** "An invitation can only be accepted while it is pending". */
function entered(noun: string, verbs: string, states: string, view: RuleView): RuleEffect[] | null {
  const entity = entityIn(noun, view)
  const from = entity === null ? null : stateIn(states, entity)
  return entity === null || from === null ? null : into(entity, verbs, (field) => others(field, from), from, view)
}

/** "Only pending orders can be cancelled". */
function enteredFrom(noun: string, verb: string, view: RuleView): RuleEffect[] | null {
  const found = statedNoun(noun, view)
  return found === null ? null : into(found.entity, verb, (field) => others(field, found.state), found.state, view)
}

/** "Completed bookings cannot be cancelled". */
function barred(noun: string, verb: string, view: RuleView): RuleEffect[] | null {
  const found = statedNoun(noun, view)
  if (found === null) return null
  return into(found.entity, verb, () => found.state.values.map(String), null, view) ?? left(found.entity, verb, found.state, view)
}

/** "Closed accounts cannot be reopened", where no state is called open: they stay closed. */
function left(entity: Entity, verb: string, state: State, view: RuleView): RuleEffect[] | null {
  const field = entity.fields.find((one) => one.name === state.field)
  if (field?.type !== 'enum' || !/^(?:reopened|reactivated|revived|reverted|undone|reinstated)$/i.test(verb)) return null
  const refused = state.values.flatMap((from) => others(field, state).map((to): Move => [String(from), to]))
  return transitions(entity, field, refused, [], view)
}

function statedNoun(noun: string, view: RuleView): { entity: Entity; state: State } | null {
  const told = statefulEntity(noun, view)
  if (told !== null) return told
  const words = noun.trim().split(/\s+/)
  for (let size = Math.min(3, words.length - 1); size >= 1; size -= 1) {
    const entity = entityIn(words.slice(-size).join(' '), view)
    const state = entity === null ? null : stateIn(words.slice(0, -size).join(' '), entity)
    if (entity !== null && state !== null) return { entity, state }
  }
  return null
}

const others = (field: Field, state: State): string[] => field.values!.filter((value) => !state.values.includes(value))

/** Refuses to reach what the verbs stand for from some values; both of the same enumeration. */
function into(entity: Entity, verbs: string, from: (field: Field) => string[], state: State | null, view: RuleView): RuleEffect[] | null {
  const targets: string[] = []
  let name: string | null = state?.field ?? null
  for (const verb of partsOf(verbs)) {
    const set = valueOfVerb(verb, entity)
    if (set === null || (name !== null && name !== set.field)) return null
    name = set.field
    targets.push(set.value)
  }
  const field = entity.fields.find((one) => one.name === name)
  if (field === undefined || field.type !== 'enum') return null
  const sources = from(field)
  if (sources.some((value) => !field.values!.includes(value))) return null
  const refused = sources.flatMap((one) => targets.map((to): Move => [one, to]))
  const allowed = state === null ? [] : state.values.flatMap((one) => targets.map((to): Move => [String(one), to])).filter(([one, to]) => one !== to)
  return transitions(entity, field, refused, allowed, view)
}

/** "Done tasks cannot be moved back to todo", "status cannot change from paid to draft". */
function moved(subject: string, from: string | undefined, to: string, view: RuleView): RuleEffect[] | null {
  const found = from === undefined ? statedNoun(subject, view) : null
  const bare = subject.replace(STATUS, ' ').trim()
  const entity = from === undefined ? (found?.entity ?? null) : bare === '' ? view.entity : entityIn(bare, view)
  if (entity === null) return null
  const [before, after] = [found?.state ?? stateIn(from ?? '', entity), stateIn(to, entity)]
  const field = entity.fields.find((one) => one.name === before?.field)
  if (before === null || after === null || before.field !== after.field || field === undefined) return null
  const refused = before.values.flatMap((one) => after.values.map((other): Move => [String(one), String(other)]))
  return transitions(entity, field, refused, [], view)
}

/** "cancelled" → `status` cancelled, "reopened" → what reopening sets. */
function valueOfVerb(verb: string, entity: Entity): { field: string; value: string } | null {
  const word = meaning(verb).join('_')
  const holders = entity.fields.filter((field) => field.type === 'enum' && memberOf(word, field) !== undefined)
  if (holders.length === 1) return { field: holders[0]!.name, value: memberOf(word, holders[0]!)! }
  if (holders.length > 1) return null
  const stem = singular(word)
  for (const form of [stem, stem.replace(/ed$/, 'e'), stem.replace(/ed$/, ''), stem.replace(/([bdglmnprt])\1ed$/, '$1'), stem.replace(/ied$/, 'y')]) {
    const sets = Object.entries(verbSets(form, entity) ?? {})
    if (sets.length === 1 && typeof sets[0]![1] === 'string') return { field: sets[0]![0], value: sets[0]![1] }
  }
  return null
}

/** Only of values that are always there, and that some request changes. */
function transitions(entity: Entity, field: Field, refused: Move[], allowed: Move[], view: RuleView): RuleEffect[] | null {
  const changed = view.world
    .endpointsOf(entity.name)
    .some(
      (endpoint) =>
        ['update', 'replace', 'action'].includes(endpoint.operation) &&
        (endpoint.body?.includes(field.name) === true || endpoint.sets?.[field.name] !== undefined),
    )
  if (!changed || field.list || field.nullable || (field.default === null && !field.required) || !refused.some(([from, to]) => from !== to))
    return null
  return [{ kind: 'transitions', entity: entity.name, field: field.name, refused, allowed }]
}
