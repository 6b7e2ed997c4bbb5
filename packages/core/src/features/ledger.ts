import { isDeepStrictEqual } from 'node:util'
import type { VerifyReport } from '../verification/verifier'
import type { Drift, Feature, FeatureEvidence } from './feature'

/** The immutable part of a feature. */
export type Definition = Omit<Feature, 'passes' | 'left_for_model' | 'evidence'>

/** What the harness knows about one frozen feature. Never read back from the project. */
export interface Standing {
  passes: boolean
  evidence?: FeatureEvidence | undefined
  leftForModel?: string | undefined
  /** Why the last proof did not accept it. */
  reason?: string | undefined
}

/** The frozen list and how each feature stands. */
export interface Ledger {
  definitions: readonly Definition[]
  standings: ReadonlyMap<number, Standing>
}

/** One feature whose standing a proof changed, or whose claim it refused. */
export type Verdict =
  | { kind: 'verified'; feature: Definition; evidence: FeatureEvidence }
  | { kind: 'rejected'; feature: Definition; claimed: boolean; reason: string }

/** Makes a list immutable. Nothing counts as proven, whatever the list says. */
export function freeze(features: readonly Feature[]): Ledger {
  return {
    definitions: features.map(definitionOf),
    standings: new Map(features.map((feature) => [feature.id, { passes: false, leftForModel: feature.left_for_model, reason: 'not proven yet' }])),
  }
}

export function definitionOf({ passes: _passes, left_for_model: _left, evidence: _evidence, ...definition }: Feature): Definition {
  return definition
}

/** Every way in which `current` differs from the frozen definitions; empty when only `passes`, `left_for_model` or evidence differ. */
export function diffDefinitions(frozen: readonly Definition[], current: readonly Feature[]): Drift[] {
  const now = new Map(current.map((feature) => [feature.id, definitionOf(feature)]))
  const known = new Set(frozen.map((definition) => definition.id))
  return [
    ...frozen.flatMap((definition) => driftOf(definition, now.get(definition.id))),
    ...current
      .filter((feature) => !known.has(feature.id))
      .map((feature): Drift => ({ id: feature.id, kind: 'added', message: `feature ${feature.id} was added after the list was frozen` })),
  ]
}

function driftOf(frozen: Definition, current: Definition | undefined): Drift[] {
  if (current === undefined) return [{ id: frozen.id, kind: 'deleted', message: `feature ${frozen.id} (${frozen.description}) was deleted` }]
  return differences(frozen, current, '').map((where) => ({
    id: frozen.id,
    kind: 'changed',
    where,
    message: `feature ${frozen.id}: ${where} was changed`,
  }))
}

/** Places where two JSON values differ, each as deep as both sides still have the same shape. */
function differences(before: unknown, after: unknown, at: string): string[] {
  if (isDeepStrictEqual(before, after)) return []
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length)
    return Array.from({ length }, (_, index) => differences(before[index], after[index], `${at}[${index}]`)).flat()
  }
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return keys.flatMap((key) => differences(before[key], after[key], at === '' ? key : `${at}.${key}`))
  }
  return [at]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The list as it belongs on disk: frozen definitions, standings by the harness. */
export function featuresOf({ definitions, standings }: Ledger): Feature[] {
  return definitions.map((definition) => {
    const standing = standings.get(definition.id)
    const passes = standing?.passes === true
    return {
      ...definition,
      passes,
      ...(!passes && standing?.leftForModel !== undefined ? { left_for_model: standing.leftForModel } : {}),
      ...(passes && standing.evidence !== undefined ? { evidence: standing.evidence } : {}),
    }
  })
}

/** Takes over what an agent may say about a feature: why it is left for a model. */
export function noteLeftovers(ledger: Ledger, current: readonly Feature[]): Ledger {
  const said = new Map(current.map((feature) => [feature.id, feature.left_for_model]))
  const standings = [...ledger.standings].map(([id, standing]): [number, Standing] => [
    id,
    said.has(id) ? { ...standing, leftForModel: said.get(id) } : standing,
  ])
  return { ...ledger, standings: new Map(standings) }
}

/**
 * The ledger after a proof that ran: only its report turns a feature green, and turns it back. A feature that the report does not name,
 * or that has no case, is not proven. `claimed` holds the ids that the agent's own list calls passing.
 */
export function applyProof(
  ledger: Ledger,
  report: Extract<VerifyReport, { ran: true }>,
  options: { claimed: ReadonlySet<number>; at: Date },
): { ledger: Ledger; verdicts: Verdict[] } {
  const proofs = new Map(report.features.map((proof) => [proof.id, proof]))
  const standings = new Map<number, Standing>()
  const verdicts: Verdict[] = []
  for (const feature of ledger.definitions) {
    const before = ledger.standings.get(feature.id) ?? { passes: false }
    const refusal = refusalOf(feature, proofs.get(feature.id))
    if (refusal === undefined) {
      const cases = (proofs.get(feature.id)?.cases ?? []).map(({ name, tests }) => ({ name, tests }))
      const evidence = confirmed(before, report.tree, cases) ?? { verified_at: options.at.toISOString(), tree: report.tree, cases }
      standings.set(feature.id, { ...before, passes: true, evidence, reason: undefined })
      if (!before.passes) verdicts.push({ kind: 'verified', feature, evidence })
    } else {
      const claimed = options.claimed.has(feature.id)
      standings.set(feature.id, { passes: false, leftForModel: before.leftForModel, reason: refusal })
      if (before.passes || claimed) verdicts.push({ kind: 'rejected', feature, claimed, reason: refusal })
    }
  }
  return { ledger: { ...ledger, standings }, verdicts }
}

/** The same tests proved the same tree before: their evidence stands, and a finished project that is proven again stays as it is. */
function confirmed({ passes, evidence }: Standing, tree: string, cases: FeatureEvidence['cases']): FeatureEvidence | undefined {
  return passes && evidence?.tree === tree && isDeepStrictEqual(evidence.cases, cases) ? evidence : undefined
}

function refusalOf(feature: Definition, proof: Extract<VerifyReport, { ran: true }>['features'][number] | undefined): string | undefined {
  if (feature.test_cases.length === 0) return 'it has no test case that could prove it'
  if (proof === undefined) return 'the proof does not mention it'
  const proven = new Map(proof.cases.map((one) => [one.name, one]))
  const open = feature.test_cases.filter((testCase) => proven.get(testCase.name)?.proven !== true)
  if (proof.proven && open.length === 0) return undefined
  const first = open[0]
  if (proof.reason !== undefined) return proof.reason
  return first === undefined ? 'the proof refused it' : `case "${first.name}": ${proven.get(first.name)?.reason ?? 'no test proves it'}`
}
