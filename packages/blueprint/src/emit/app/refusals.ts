import type { RuleEffect } from '@forge/spec'
import type { AppFacts } from './app-facts'
import { call, type Code, longText, statement } from './python'

/** The sentence of the rule that an effect belongs to, as the message of its refusal. */
export function sentence(facts: AppFacts, effect: RuleEffect): Code {
  const rule = facts.spec.rules.find((each) => each.effects.includes(effect))
  return longText((rule?.text ?? 'This is not allowed').replace(/\s+/g, ' ').replace(/[.\s]+$/, ''))
}

export const refuse = (error: string, message: Code, indent: number): string => statement(call(error, message), indent, 'raise ')
