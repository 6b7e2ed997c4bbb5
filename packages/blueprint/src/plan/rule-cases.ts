import type { Rule, RuleEffect } from '@forge/spec'
import { snake } from '../words'
import { adjustGuardCases, balanceCases, floorCases, receiverRuleCases, reversalCases } from './balance-rule-cases'
import type { CasePlan } from './case-plan'
import { cascadeCases, clearedCases, deleteGuardCases, moveGuardCases, softDeleteCases } from './delete-rule-cases'
import { ageCases, callerCases, onlyOneCases, requiredWhenCases } from './demand-rule-cases'
import { aggregateCases, copiedCases, productCases, slugCases } from './derived-rule-cases'
import { fieldRuleCases, orderRuleCases, timeRuleCases } from './field-rule-cases'
import { agreeCases, deadlineCases, sumLimitCases } from './kin-rule-cases'
import { boundCases, capacityCases, distinctCases, overlapCases } from './limit-rule-cases'
import { fixedCases, transitionCases } from './move-rule-cases'
import { numberCases } from './number-rule-cases'
import { ownerRuleCases } from './owner-rule-cases'
import { recordCases } from './record-rule-cases'
import { authenticatedRuleCases, endpointRoleCases, roleFieldRuleCases, roleRuleCases } from './role-rule-cases'
import type { RuleContext, Sides } from './rule-scene'
import {
  allowedCases,
  exclusiveCases,
  immutableCases,
  notFoundCases,
  parentGuardCases,
  referenceStateCases,
  stampCases,
  stateGuardCases,
} from './state-rule-cases'
import { uniqueTogetherCases } from './unique-rule-cases'
import type { World } from './world'

/** The cases of one rule sentence: first how it bites, then what it lets pass, each effect's most telling one first. */
export function ruleCases(world: World, rule: Rule): CasePlan[] {
  const context: RuleContext = { world, name: ruleName(rule.text) }
  const sides = rule.effects.map((effect) => sidesOf(context, effect))
  const heads = [...sides.flatMap(({ bites }) => bites.slice(0, 1)), ...sides.flatMap(({ honest }) => honest.slice(0, 1))]
  const rest = [...sides.flatMap(({ bites }) => bites.slice(1)), ...sides.flatMap(({ honest }) => honest.slice(1))]
  return distinct([...heads, ...rest])
}

function sidesOf(context: RuleContext, effect: RuleEffect): Sides {
  switch (effect.kind) {
    case 'field':
      return fieldRuleCases(context, effect)
    case 'future':
    case 'past':
      return timeRuleCases(context, effect)
    case 'order':
      return orderRuleCases(context, effect)
    case 'owner':
      return ownerRuleCases(context, effect)
    case 'role':
      return roleRuleCases(context, effect)
    case 'endpoint-role':
      return endpointRoleCases(context, effect)
    case 'role-field':
      return roleFieldRuleCases(context, effect)
    case 'reference-state':
      return referenceStateCases(context, effect)
    case 'delete-guard':
      return deleteGuardCases(context, effect)
    case 'state-guard':
      return stateGuardCases(context, effect)
    case 'parent-guard':
      return parentGuardCases(context, effect)
    case 'stamp':
      return stampCases(context, effect)
    case 'exclusive':
      return exclusiveCases(context, effect)
    case 'cascade':
      return cascadeCases(context, effect)
    case 'move-guard':
      return moveGuardCases(context, effect)
    case 'cleared':
      return clearedCases(context, effect)
    case 'soft-delete':
      return softDeleteCases(context, effect.entity)
    case 'immutable':
      return immutableCases(context, effect.entity)
    case 'allowed':
      return allowedCases(context, effect)
    case 'not-found':
      return notFoundCases(context, effect)
    case 'authenticated':
      return authenticatedRuleCases(context, effect.entity)
    case 'unique-together':
      return uniqueTogetherCases(context, effect)
    case 'fixed':
      return fixedCases(context, effect)
    case 'transitions':
      return transitionCases(context, effect)
    case 'aggregate':
      return aggregateCases(context, effect)
    case 'product':
      return productCases(context, effect)
    case 'copied':
      return copiedCases(context, effect)
    case 'number':
      return numberCases(context, effect)
    case 'record':
      return recordCases(context, effect)
    case 'slug':
      return slugCases(context, effect)
    case 'bound':
      return boundCases(context, effect)
    case 'balance':
      return balanceCases(context, effect)
    case 'reversal':
      return reversalCases(context, effect)
    case 'adjust-guard':
      return adjustGuardCases(context, effect)
    case 'receiver':
      return receiverRuleCases(context, effect)
    case 'floor':
      return floorCases(context, effect)
    case 'capacity':
      return capacityCases(context, effect)
    case 'distinct':
      return distinctCases(context, effect)
    case 'no-overlap':
      return overlapCases(context, effect)
    case 'caller':
      return callerCases(context, effect)
    case 'required-when':
      return requiredWhenCases(context, effect)
    case 'age':
      return ageCases(context, effect)
    case 'only-one':
      return onlyOneCases(context, effect)
    case 'agree':
      return agreeCases(context, effect)
    case 'sum-limit':
      return sumLimitCases(context, effect)
    case 'deadline':
      return deadlineCases(context, effect)
  }
}

/** Two effects of one sentence may lead to the same case. */
function distinct(cases: CasePlan[]): CasePlan[] {
  const seen = new Set<string>()
  return cases.filter(({ name }) => !seen.has(name) && seen.add(name))
}

const LONGEST_NAME = 48

/** The sentence's first words as an identifier: `only_admins_can_create_delete_users`. */
export function ruleName(text: string): string {
  const parts = snake(text.normalize('NFKD').replace(/[`'’"]/g, '')).split('_')
  let name = ''
  for (const part of parts) {
    if (name !== '' && name.length + part.length >= LONGEST_NAME) break
    name = name === '' ? part : `${name}_${part}`
  }
  return /^[a-z]/.test(name) ? name : `rule_${name}`
}
