import type { Endpoint, Entity, Rule, RuleEffect } from '../api-spec'
import type { Facts, RuleFact } from '../facts'
import type { Resolved } from '../resolve'
import { adjustGuards } from './adjust-guards'
import { settleBalances } from './balance-effects'
import { balanceRules } from './balance-rules'
import { callerRules } from './caller-rules'
import { deleteNotes, deleteRules } from './delete-rules'
import { demandRules } from './demand-rules'
import { derivedRules } from './derived-rules'
import { fieldEffects } from './field-effects'
import type { FieldStatement } from './field-statements'
import { floorRules, takingRules } from './floor-rules'
import { identityRules, speaksOfIdentity } from './identity-rules'
import { fixedRules } from './fixed-rules'
import { kinRules } from './kin-rules'
import { limitRules } from './limit-rules'
import { overlapRules } from './overlap-rules'
import { applyEffects, dropOwnFilters, dropUnsendable, dropUnserved } from './apply-effects'
import { moveGuardRules } from './move-guard-rules'
import { numberRules } from './number-rules'
import { authorRules, ownerNotes, ownerRules, shareExemptions } from './owner-rules'
import { parentRules } from './parent-rules'
import { creates } from './phrases'
import { recordReason, recordRules } from './record-rules'
import { revisionReason, revisionRules } from './revision-rules'
import { roleNotes, roleRules } from './role-rules'
import { stampRules } from './stamp-rules'
import { stateClauses, stateRules } from './state-rules'
import { beginningRules, timeClauses, timeRules } from './time-rules'
import { receiverRules } from './transfer-rules'
import { transitionRules } from './transition-rules'
import { uniqueRules } from './unique-rules'
import { type RuleView, type RuleWorld, readWith } from './view'
import { visibleRules } from './visible-rules'
import { plainer, withoutCode } from './wording'

// The catalogue, in order: the narrower form first.
const SENTENCES = [
  ...visibleRules,
  ...authorRules,
  ...roleRules,
  ...ownerRules,
  ...deleteRules,
  ...moveGuardRules,
  ...stampRules,
  ...timeRules,
  ...beginningRules,
  ...adjustGuards,
  ...stateRules,
  ...transitionRules,
  ...uniqueRules,
  ...kinRules,
  ...floorRules,
  ...numberRules,
  ...revisionRules,
  ...recordRules,
  ...derivedRules,
  ...balanceRules,
  ...overlapRules,
  ...limitRules,
  ...takingRules,
  ...receiverRules,
  ...parentRules,
  ...callerRules,
  ...fixedRules,
  ...demandRules,
]
const NOTES = [...ownerNotes, ...roleNotes, ...deleteNotes]
const CLAUSES = [...timeClauses, ...stateClauses]

/** One `Rule` a sentence, in the order of the text; what no form of the catalogue matches stays, unparsed. */
export function readRules(facts: Facts, statements: Map<RuleFact, FieldStatement[]>, resolved: Resolved, world: RuleWorld): Rule[] {
  const seen = new Set<string>()
  const rules: Rule[] = []
  const atLine = new Map(world.endpoints.map((endpoint) => [endpoint.source.line, endpoint]))
  for (const fact of [...facts.rules].sort((a, b) => a.line - b.line)) {
    const key = `${fact.line} ${fact.text}`
    if (seen.has(key)) continue
    seen.add(key)
    rules.push(ruleOf(fact, statements.get(fact) ?? [], resolved, world, atLine))
  }
  shareExemptions(rules, world)
  settleBalances(rules, world)
  for (const rule of rules) dropUnserved(rule, world)
  for (const rule of rules) applyEffects(rule.effects, world)
  for (const rule of rules) dropUnsendable(rule, world)
  dropOwnFilters(rules, world)
  return rules.map((rule, index) => ({ ...rule, id: index + 1 }))
}

function ruleOf(fact: RuleFact, statements: FieldStatement[], resolved: Resolved, world: RuleWorld, atLine: ReadonlyMap<number, Endpoint>): Rule {
  const endpoint = fact.kind === 'note' ? (atLine.get(fact.line) ?? null) : null
  const entity = (fact.entity === null ? undefined : resolved.byKey.get(fact.entity)) ?? world.entity(endpoint?.entity) ?? null
  const view: RuleView = { world, entity, endpoint, field: null }
  const { effects, missing } = readSentence(fact.text, statements, view, resolved)
  const status = effects.length === 0 ? 'unparsed' : missing.length === 0 ? 'compiled' : 'partly'
  const subject = entity?.name ?? effects.map((effect) => effect.entity).find((name) => name !== null) ?? null
  const told =
    status === 'unparsed'
      ? (missing[0] ?? reasonOf(fact.text.replace(/[.!]+$/, ''), view) ?? 'no known pattern matches this sentence')
      : missing.length > 0
        ? missing.join('; ')
        : undefined
  return {
    id: 0,
    text: fact.text,
    entity: subject,
    effects,
    status,
    ...(told === undefined ? {} : { missing: told }),
    source: { line: fact.line, origin: 'stated' },
  }
}

/** What is missing for a sentence of a known form. */
const reasonOf = (text: string, view: RuleView): string | null => revisionReason(text, view) ?? recordReason(text, view)

interface Reading {
  effects: RuleEffect[]
  /** What the effects do not say. */
  missing: string[]
}

function readSentence(text: string, statements: FieldStatement[], view: RuleView, resolved: Resolved): Reading {
  const refused = readWith(identityRules, text.replace(/[.!]+$/, ''), view)
  if (refused !== null) return { effects: refused, missing: vagueIdentity(text, view.world) }
  if (!view.world.auth.required && speaksOfIdentity(text))
    return { effects: [], missing: ['with mocked identities a request without one acts as the built-in user; only real tokens are demanded'] }
  const { sentence, code } = withoutCode(text)
  const plain = plainer(sentence)
  const noted = view.endpoint === null ? null : (readWith(NOTES, sentence, view) ?? readWith(NOTES, `(${sentence})`, view))
  const whole = noted ?? inWords(sentence, plain, view)
  if (whole !== null) return withCode({ effects: whole, missing: [] }, code)
  const read = readStatements(statements, view, resolved)
  const understood = read.effects.length > 0 && read.missing.length === 0
  if (understood || (statements.some((one) => one.together !== undefined) && read.missing.length > 0)) return withCode(read, code)
  const split = inClauses(plain, view)
  if (split !== null && split.missing.length === 0) return withCode(split, code)
  if (read.effects.length > 0 || statements.some((one) => one.together !== undefined || Object.keys(one.facts).length > 0))
    return withCode(read, code)
  // A section about one entity may hold a sentence about another one.
  const elsewhere = view.entity === null ? null : inWords(sentence, plain, { ...view, entity: null })
  if (elsewhere !== null) return withCode({ effects: elsewhere, missing: [] }, code)
  return split === null ? { effects: [], missing: [] } : withCode(split, code)
}

/** As it is written, else in plainer words. */
function inWords(sentence: string, plain: string, view: RuleView): RuleEffect[] | null {
  return readWith(SENTENCES, sentence, view) ?? (plain === sentence ? null : readWith(SENTENCES, plain, view))
}

/** Each clause by itself; null when there is one only, or none is understood. */
function inClauses(text: string, view: RuleView): Reading | null {
  const told = text.split(/:\s+/)
  const parts = told.length === 2 ? told : clauses(text)
  if (parts.length < 2) return null
  let about: Entity | null = view.entity
  const each = parts.map((part) => {
    const bare = /^(?:may|can|must|cannot)\b/i.test(part) ? `they ${part}` : part
    const effects = readWith(SENTENCES, bare, /^(?:it|they)\b/i.test(bare) ? { ...view, entity: about } : view)
    about = view.world.entity(effects?.map((effect) => effect.entity).find((name) => name !== null)) ?? about
    return { part, effects }
  })
  const all = each.flatMap((one) => one.effects ?? [])
  const effects = all.filter((one, index) => all.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === index)
  // What stands behind a colon says what stands before it once more.
  const explained = told.length === 2 && each[1]!.effects !== null
  const missing = explained ? [] : each.filter((one) => one.effects === null).map((one) => `not understood: "${one.part}"`)
  return effects.length === 0 ? null : { effects, missing }
}

/** Any text is an id where ids are text and no entity holds the callers. */
function vagueIdentity(text: string, world: RuleWorld): string[] {
  return /\binvalid\b/i.test(text) && world.auth.idType === 'string' && world.userEntity === null
    ? ['the text does not say what makes an identity invalid']
    : []
}

/** Facts the finished fields carry, and clauses behind them ("future dates only"). */
function readStatements(statements: FieldStatement[], view: RuleView, resolved: Resolved): Reading {
  const effects: RuleEffect[] = []
  const missing: string[] = []
  for (const statement of statements) {
    const entity = resolved.byKey.get(statement.entity)
    const field = entity?.fields.find((one) => one.name === statement.field)
    if (entity === undefined || field === undefined) continue
    const carried = fieldEffects(entity.name, field, statement.facts)
    if (checkable(entity, field.name, view.world)) effects.push(...carried.effects)
    else if (carried.effects.length > 0)
      missing.push(
        field.fromCaller || field.readOnly ? `the server sets ${field.name}; no request carries it` : `no supported endpoint takes ${field.name}`,
      )
    if (statement.together !== undefined) {
      if (testedTogether(entity, statement.together, view.world))
        effects.push({ kind: 'unique-together', entity: entity.name, fields: statement.together })
      else missing.push(`${statement.together.join(' and ')} are unique together in the database, but no request of the embedded provider shows it`)
    }
    missing.push(...carried.lost.map((key) => `${key} of ${field.name}`))
    for (const rest of statement.rest) {
      const clause = readWith(CLAUSES, rest, { ...view, entity, field }) ?? readWith(SENTENCES, plainer(`${field.name} ${rest}`), { ...view, entity })
      if (clause === null) missing.push(`not understood: "${rest}"`)
      else effects.push(...clause)
    }
  }
  return { effects, missing }
}

/** The database keeps them apart, and creation settles all of them. */
function testedTogether(entity: Entity, names: readonly string[], world: RuleWorld): boolean {
  return entity.uniqueTogether.some((tuple) => tuple.join() === names.join()) && creates(entity, names, world)
}

function checkable(entity: Entity, field: string, world: RuleWorld): boolean {
  return world.endpointsOf(entity.name).some((endpoint) => endpoint.body?.includes(field) === true)
}

const clauses = (text: string): string[] =>
  text
    .replace(/^(.*?\b(\w+)), which (must|cannot) /i, '$1; $2 $3 ')
    .split(/\s*;\s*|\.\s+(?=[A-Z])|,\s+(?:and|but)\s+|\s+but\s+|,\s+(?=\w+ing\b)/)
    .filter((part) => part.split(/\s+/).length > 1)

const ANSWERS: Partial<Record<RuleEffect['kind'], number[]>> = {
  owner: [403, 404],
  role: [403],
  'endpoint-role': [403],
  'role-field': [403],
  field: [400, 409, 422],
  future: [400, 422],
  past: [400, 422],
  order: [400, 422],
  'required-when': [400, 422],
  age: [400, 422],
  authenticated: [401],
  'not-found': [404],
}

function withCode(reading: Reading, code: number | null): Reading {
  if (code === null || code < 400 || reading.effects.length === 0) return reading
  const fits = reading.effects.some((effect) => (ANSWERS[effect.kind] ?? [409]).includes(code))
  return fits ? reading : { effects: reading.effects, missing: [...reading.missing, `the status ${code}`] }
}
