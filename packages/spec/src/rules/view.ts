import type { ApiSpec, Endpoint, Entity, Field, RuleEffect } from '../api-spec'

/** What the recognisers know of the specification when they read its sentences. */
export interface RuleWorld {
  entities: Entity[]
  endpoints: Endpoint[]
  roles: string[]
  auth: ApiSpec['auth']
  userEntity: Entity | null
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
