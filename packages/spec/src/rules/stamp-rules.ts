import type { Entity, Field, RuleEffect } from '../api-spec'
import { wordsOf } from '../words'
import { entityIn, fieldIn, partsOf, targetIn } from './phrases'
import { type State, stateIn } from './states'
import { settable, stateOfVerb } from './state-rules'
import { type Pattern, type RuleView, readWith } from './view'

const AUTO = '(?: automatically| by the (?:server|system|api))?'
const SET = `(?:automatically |auto-?)?(?:set|recorded|filled(?: in)?|populated|stamped|stored|saved|noted|written(?: down)?|updated|captured|assigned)${AUTO}(?: to (?:now|the (?:current|present) (?:time(?:stamp)?|date(?: and time)?|moment)|current timestamp))?`
const NOW = '(?: (?:timestamp|automatically|to (?:now|today|(?:the )?current (?:time|timestamp|date|date and time))))*'
const SETS =
  '(?:auto-?sets?|automatically sets?|sets?|fills(?: in)?|auto-?matically updates?|records?|stamps?|stores?|saves?|auto-?populates?|updates?)'

/** What the server writes down when a state is reached. */
export const stampRules: Pattern[] = [
  {
    // Whoever leaves a state clears what was written down: the server does so anyhow.
    form: /^(.+?),? and (?:is |gets )?(?:cleared|reset|removed|emptied|unset|nulled|set (?:back )?to null)(?: again)? (?:when|once|if|on|upon) [\w ]+$/i,
    read: (m, view) => readWith(stampRules, m[1]!, view),
  },
  {
    form: new RegExp(
      `^(?:the )?["'\`]?(\\w+)["'\`]? (?:is|are|gets?|will be) ${SET} (when|once|on|upon|as soon as|after|at|by) (.+?),? (?:and )?(?:the )?["'\`]?(\\w+_(?:at|on|date|time))["'\`]? (?:(?:is|are|gets?) ${SET} )?(?:when|once|on|upon|as soon as|after|at|by) (.+)$`,
      'i',
    ),
    read: (m, view) => both(atEvent(m[1]!, m[3]!, view), atEvent(m[4]!, m[5]!, view)),
  },
  {
    form: /^(?:when |on |upon |after )?(?:setting|changing|updating|marking|moving)? ?(?:the |an? )?(.+?) (?:to|as|is set to|changes to|becomes|is marked(?: as)?|is changed to) ["']?([\w -]+?)["']?,? (?:auto-?sets?|automatically sets?|sets?|auto-?matically updates?|records?|stamps?|auto-?populates?|fills(?: in)?) (?:the )?["'`]?(\w+)["'`]?(?: (?:timestamp|automatically|to (?:now|today|(?:the )?current (?:time|timestamp|date|date and time))))*$/i,
    read: (m, view) => stamp(m[1]!, m[2]!, m[3]!, view),
  },
  {
    form: /^["'`]?(\w+)["'`]? (?:is|must be|should be|gets) (?:automatically |auto-?)?(?:set|recorded|filled|populated|stamped)(?: in)?(?: automatically)?(?: to (?:now|the current time(?:stamp)?|current timestamp))? (?:when|once|on|as soon as) (?:the )?([^,]+?) (?:is set to|is changed to|changes to|becomes|is marked(?: as)?|moves to|is|reaches|=) ["']?([\w -]+?)["']?$/i,
    read: (m, view) => stamp(m[2]!, m[3]!, m[1]!, view),
  },
  {
    form: /^(\w{2,}?)ing (?:an? |the |any )?([\w -]+?) (?:auto-?sets?|automatically sets?|sets?|records?|stamps?) (?:the |its )?["'`]?(\w+)["'`]?(?: (?:timestamp|automatically|to (?:now|today|(?:the )?current (?:date|time|timestamp|date and time))))*$/i,
    read: (m, view) => done(m[1]!, m[2]!, m[3]!, view),
  },
  {
    form: new RegExp(
      `^(?:the |its )?["'\`]?([\\w ]+?)["'\`]? (?:is|are|gets?|will be|must be) ${SET},? (?:when|once|on|upon|as soon as|after|at|by|whenever|every time) (.+)$`,
      'i',
    ),
    read: (m, view) => atEvent(m[1]!, m[2]!, view),
  },
  {
    form: new RegExp(
      `^(?:when|once|on|upon|as soon as|after|at|whenever) (.+?),? (?:the |its |their )?["'\`]?(\\w+)["'\`]? (?:is|are|gets?|will be|must be) ${SET}$`,
      'i',
    ),
    read: (m, view) => atEvent(m[2]!, m[1]!, view),
  },
  {
    form: new RegExp(
      `^(?:when|once|on|upon|as soon as|after|whenever) (.+?),? (?:the (?:server|system|api) )?${SETS} (?:the |its |their )?["'\`]?(\\w+)["'\`]?${NOW}$`,
      'i',
    ),
    read: (m, view) => atEvent(m[2]!, m[1]!, view),
  },
  {
    form: new RegExp(`^(\\w+ing)(?: (?:an? |the |any )?([\\w -]+?))? ${SETS} (?:the |its |their )?["'\`]?(\\w+)["'\`]?${NOW}$`, 'i'),
    read: (m, view) => atEvent(m[3]!, m[2] === undefined ? m[1]! : `${m[1]} ${m[2]}`, view),
  },
  {
    form: /^(?:the )?["'`]?(\w+)["'`]? (?:is|holds|tells|records|marks|stores|contains|shows) (?:the )?(?:moment|time|date|timestamp|day|point in time)(?: at which| when| that| in which|,? when| of)? (.+)$/i,
    read: (m, view) => atEvent(m[1]!, m[2]!, view),
  },
  {
    form: /^(?:the )?["'`]?(\w+_(?:at|on|date|time))["'`]? (?:is|gets) (?:set|filled(?: in)?|recorded|stamped) (?:automatically|by the (?:server|system))$/i,
    read: (m, view) => atEvent(m[1]!, '', view),
  },
]

const both = (one: RuleEffect[] | null, other: RuleEffect[] | null): RuleEffect[] | null =>
  one === null || other === null ? null : [...one, ...other]

/** "published_at is set when the post gets published", "approved_at is recorded on approval": the state that the words or the field's own name mean. */
function atEvent(targets: string, event: string, view: RuleView): RuleEffect[] | null {
  const effects = partsOf(targets).map((name) => oneAtEvent(name, event, view))
  return effects.some((one) => one === null) ? null : effects.flatMap((one) => one!)
}

function oneAtEvent(name: string, event: string, view: RuleView): RuleEffect[] | null {
  const spoken = view.entity ?? entityOfEvent(event, view)
  const entity = spoken !== null && momentIn(name, spoken) !== undefined ? spoken : (targetIn(name, { ...view, entity: null })?.entity ?? null)
  if (entity === null) return null
  const own = name.replace(/_(?:at|on|date|time)$/i, '')
  const bare = !/\b(?:by|after|before|unless|within|only|last|except)\b/i.test(event)
  const kin = event === '' || (bare && wordsOf(event).some((word) => word.length > 3 && word.slice(0, 4) === own.slice(0, 4)))
  const state = (event === '' ? null : stateOfEvent(event, entity)) ?? (kin ? stateOfWord(own, entity) : null)
  if (state === null) return null
  const effects = state.values.map((value) => stamped(entity, { field: state.field, values: [value] }, name, view))
  return effects.some((one) => one === null) ? null : effects.flatMap((one) => one!)
}

/** "the post gets published" speaks of posts. */
export function entityOfEvent(event: string, view: RuleView): Entity | null {
  const words = event.split(' ')
  for (let size = Math.min(3, words.length); size >= 1; size -= 1)
    for (let start = 0; start + size <= words.length; start += 1) {
      const entity = entityIn(words.slice(start, start + size).join(' '), { ...view, entity: null })
      if (entity !== null) return entity
    }
  return null
}

const AROUND =
  /\b(?:an?|the|it|its|their|they|that|this|is|are|was|were|be|been|being|gets?|becomes?|became|has|have|had|of|by|to|as|in|into|for|set|marked|changed|moved|moves|changes|reaches|enters|successfully|first|action|endpoint|started?|status|state|with|whose|an)\b/gi

/** The state that an event leads to: "the order is paid", "approval", "a report is done or failed", "closing". */
export function stateOfEvent(event: string, entity: Entity): State | null {
  // Who does it matters to nobody here.
  if (/ by /i.test(event)) return null
  const words = event
    .replace(AROUND, ' ')
    .replace(/["'`/]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const own = wordsOf(entity.name)
  const rest = words
    .split(' ')
    .filter((word) => !own.some((one) => word.toLowerCase().replace(/s$/, '') === one.replace(/s$/, '')))
    .join(' ')
  const begun = rest === '' && /\bstart(?:ed|ing)\b/i.test(event) ? ['started', 'in progress', 'running', 'active'] : [rest]
  for (const word of begun) {
    const direct = word === '' ? null : stateIn(word, entity)
    if (direct !== null) return direct
  }
  const parts = partsOf(rest)
  const states = parts.map((part) => stateOfWord(part, entity))
  if (parts.length === 0 || states.some((one) => one === null || one.field !== states[0]!.field)) return null
  return { field: states[0]!.field, values: [...new Set(states.flatMap((one) => one!.values))] }
}

const NOUNS: Record<string, string> = {
  payment: 'pay',
  shipment: 'ship',
  sale: 'sell',
  loss: 'lose',
  delivery: 'deliver',
  dispatch: 'send',
  closure: 'close',
  start: 'start',
}

/** One word: the verb that leads to the state, or a noun of the same stem ("approval", "cancellation"). */
export function stateOfWord(text: string, entity: Entity): State | null {
  const word = wordsOf(text).join('_')
  if (word.length < 3) return null
  const verb = NOUNS[word]
  const direct =
    stateIn(word, entity) ??
    stateOfVerb(verb ?? word, entity) ??
    (/ed$/.test(word) ? (stateOfVerb(word.replace(/d$/, ''), entity) ?? stateOfVerb(word.replace(/ed$/, ''), entity)) : null) ??
    stateOfParticiple(word.replace(/ing$/, ''), entity)
  if (direct !== null) return direct
  const stem = word.replace(/(?:ation|ition|ution|ction|ssion|sion|tion|ion|ment|ing|ance|al|ery|y|ed|es|s)$/, '')
  if (stem.length < 4 || /_/.test(stem)) return null
  const found = entity.fields.flatMap((field) =>
    field.type === 'enum' && !field.list
      ? field
          .values!.filter((value) => wordsOf(value)[0]?.startsWith(stem.slice(0, 6)) === true)
          .map((value): State => ({ field: field.name, values: [value] }))
      : [],
  )
  return found.length === 1 ? found[0]! : null
}

/** Target of a stamp: a moment no caller sends. */
function momentIn(name: string, entity: Entity): Field | undefined {
  const wanted = wordsOf(name).join('_')
  return entity.fields.find(
    (field) => wordsOf(field.name).join('_') === wanted && (field.type === 'datetime' || field.type === 'date') && field.auto === undefined,
  )
}

function stamp(subject: string, value: string, target: string, view: RuleView): RuleEffect[] | null {
  const phrase = subject.replace(/^(?:when|on|upon|after|setting|changing|updating) /i, '')
  const entity = view.entity ?? entityIn(phrase.replace(/\b(?:status|state)\b/i, ''), view) ?? targetIn(target, view)?.entity ?? null
  if (entity === null) return null
  const field = fieldIn(phrase, entity)
  const state = field === null ? stateIn(value, entity) : stateIn(`${field.name} ${value}`, entity)
  return state === null || state.values.length !== 1 ? null : stamped(entity, state, target, view)
}

function done(verb: string, noun: string, target: string, view: RuleView): RuleEffect[] | null {
  const entity = entityIn(noun, view)
  const state = entity === null ? null : stateOfParticiple(verb, entity)
  return entity === null || state === null ? null : stamped(entity, state, target, view)
}

/** "completing" → complete, "approving" → approve, "banning" → ban: what stands before the "ing". */
function stateOfParticiple(stem: string, entity: Entity): State | null {
  const forms = [`${stem}e`, stem, ...(/([bdglmnprt])\1$/i.test(stem) ? [stem.slice(0, -1)] : [])]
  return forms.map((verb) => stateOfVerb(verb, entity)).find((state) => state !== null) ?? null
}

function stamped(entity: Entity, state: State, target: string, view: RuleView): RuleEffect[] | null {
  const moment = momentIn(target, entity)
  return moment === undefined || !settable(entity, state.field, view)
    ? null
    : [{ kind: 'stamp', entity: entity.name, field: state.field, value: state.values[0]!, target: moment.name }]
}
