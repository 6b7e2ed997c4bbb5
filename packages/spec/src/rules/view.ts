import type { ApiSpec, Endpoint, Entity, Field, RuleEffect } from '../api-spec'
import { nameKey, singular, wordsOf } from '../words'
import { wordStems } from './field-words'

/** What the recognisers know of the specification when they read its sentences. */
export interface RuleWorld {
  entities: Entity[]
  endpoints: Endpoint[]
  roles: string[]
  auth: ApiSpec['auth']
  userEntity: Entity | null
  /** By `nameKey`. */
  byKey: ReadonlyMap<string, Entity>
  /** By name. */
  entity(name: string | null | undefined): Entity | undefined
  /** Endpoints of an entity that need no model. */
  endpointsOf(entity: string): readonly Endpoint[]
  /** Entities whose name ends with this word, links left out. */
  endingWith(word: string): readonly Entity[]
  /** Entities that may have a field of these words: each word is one of a field's, or of the entity's name. */
  speakingOf(words: readonly string[]): readonly Entity[]
}

/** Looks up once what the recognisers ask for again and again. */
export function ruleWorld(parts: Pick<RuleWorld, 'entities' | 'endpoints' | 'roles' | 'auth' | 'userEntity'>): RuleWorld {
  const byName = new Map(parts.entities.map((entity) => [entity.name, entity]))
  const endpoints = grouped(
    parts.endpoints.filter((endpoint) => endpoint.unsupported === null),
    (endpoint) => endpoint.entity ?? '',
  )
  const endings = grouped(
    parts.entities.filter((entity) => entity.junction === null),
    (entity) => singular(wordsOf(entity.name).at(-1) ?? ''),
  )
  const speaking = bySpeech(parts.entities)
  return {
    ...parts,
    speakingOf: (words) => {
      const found = words.flatMap(wordStems).map((stem) => speaking.get(stem) ?? [])
      return found.reduce((few, some) => (some.length < few.length ? some : few), parts.entities)
    },
    byKey: new Map(parts.entities.map((entity) => [nameKey(entity.name), entity])),
    entity: (name) => (name === null || name === undefined ? undefined : byName.get(name)),
    endpointsOf: (name) => endpoints.get(name) ?? [],
    endingWith: (word) => endings.get(word) ?? [],
  }
}

/** Stems of the words of names and fields → the entities, in order. */
function bySpeech(entities: readonly Entity[]): Map<string, Entity[]> {
  const found = new Map<string, Entity[]>()
  for (const entity of entities) {
    const words = [entity.name, ...entity.fields.map((field) => field.name)].flatMap((name) => wordsOf(name).map(singular))
    for (const stem of new Set(words.flatMap(wordStems))) {
      const known = found.get(stem)
      if (known === undefined) found.set(stem, [entity])
      else known.push(entity)
    }
  }
  return found
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}

/** One sentence and where it stands. */
export interface RuleView {
  world: RuleWorld
  /** Entity of the section it stands in. */
  entity: Entity | null
  /** The endpoint whose summary or note it is. */
  endpoint: Endpoint | null
  /** Field that the beginning of the sentence named ("due_date: future dates only"). */
  field: Field | null
}

/** One form of sentence. `read` gives null when the words fit but their meaning does not. */
export interface Pattern {
  /** Anchored: what it matches is said in full by the effects. */
  form: RegExp
  read(match: RegExpMatchArray, view: RuleView): RuleEffect[] | null
}

/** Effects of the first pattern that understands all of `text`; null when none does. */
export function readWith(patterns: readonly Pattern[], text: string, view: RuleView): RuleEffect[] | null {
  for (const pattern of patterns) {
    const match = text.match(pattern.form)
    const effects = match === null ? null : pattern.read(match, view)
    if (effects !== null && effects.length > 0) return effects
  }
  return null
}
