import type { EventBus } from '../event-bus'
import type { Requirement } from '../features/feature'
import { type Ledger, type Standing, freeze } from '../features/ledger'
import type { ResolvedOptions } from '../options'
import type { Sandbox } from '../sandbox/sandbox'
import type { Budget } from './budget'
import type { Git } from './git'
import type { SpecText } from './project'
import type { FrozenList, RunState, StateStore } from './state'
import type { RunWorkplace } from './workplace'

/** Everything one run works with. `state` and `ledger` are what changes. */
export interface Run {
  readonly options: ResolvedOptions
  /** Absolute, real path. */
  readonly projectDir: string
  readonly runDir: string
  readonly spec: SpecText
  readonly requirements: readonly Requirement[]
  readonly store: StateStore
  readonly git: Git | undefined
  readonly sandbox: Sandbox
  readonly bus: EventBus
  readonly budget: Budget
  /** The caller's signal and the run's own deadline. */
  readonly signal: AbortSignal
  readonly workplace: RunWorkplace
  state: RunState
  /** Undefined until the list is frozen. */
  ledger: Ledger | undefined
  /** Digest of the tree that the last proof of this very run judged. */
  provenHere: string | undefined
}

export async function saveState(run: Run, changes: Partial<RunState> = {}): Promise<void> {
  const standings = run.ledger === undefined ? run.state.standings : Object.fromEntries(run.ledger.standings)
  run.state = { ...run.state, standings, ...changes }
  await run.store.writeState(run.state)
}

/** The ledger as the last run left it. */
export function restoreLedger({ definitions }: FrozenList, { standings }: RunState): Ledger {
  const fresh = freeze(definitions.map((definition) => ({ ...definition, passes: false })))
  const known = [...fresh.standings].map(([id, standing]): [number, Standing] => [id, standings[String(id)] ?? standing])
  return { definitions, standings: new Map(known) }
}

export function provenCount({ ledger }: Run): number {
  return ledger === undefined ? 0 : [...ledger.standings.values()].filter(({ passes }) => passes).length
}

/** Features that neither are proven nor were left for a model by our own code. */
export function openFeatures(run: Run): number[] {
  const { definitions, standings } = run.ledger ?? { definitions: [], standings: new Map<number, Standing>() }
  return definitions.map(({ id }) => id).filter((id) => standings.get(id)?.passes !== true && leftForModel(run, standings.get(id)) === undefined)
}

/** Only our own code is believed when it says that a feature needs a model. */
export function leftForModel(run: Run, standing: Standing | undefined): string | undefined {
  return run.options.provider.trusted === true && standing?.passes !== true ? standing?.leftForModel : undefined
}
