import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import {
  type Drift,
  type Feature,
  ForgeError,
  type ForgeEventBody,
  type FrozenList,
  type Requirement,
  type Sandbox,
  type VerifyReport,
  diffDefinitions,
  parseFeatureList,
  readFrozenList,
  readOwnFile,
  uncoveredRequirements,
} from '@forge/core'
import { SpecError, readSpec } from '@forge/spec'
import { requirementsOf } from '../requirements'
import { type FastapiVerifierOptions, fastapiVerifier } from './proof'

/** Where the project's code runs, and who is told. */
export interface VerifyProjectOptions extends FastapiVerifierOptions {
  /** All project code runs in it. One that does not work is the report `ran: false`. */
  sandbox: Sandbox
  /** Default: never. */
  signal?: AbortSignal | undefined
  /** Progress, for people. */
  emit?: ((event: ForgeEventBody) => void) | undefined
}

/** What a proof from the project directory alone found. */
export interface VerifiedProject {
  report: VerifyReport
  /** How the list differs from the frozen one, and what the specification demands that the list lacks. Green only while this is empty. */
  drift: Drift[]
  /** The features that were judged: the frozen ones where a list was frozen. */
  features: Feature[]
}

const LIST_FILE = 'feature_list.json'
const SPEC_FILE = 'app_spec.txt'
const FROZEN_FILE = '.forge/features.json'

/**
 * Proves a project again, from nothing but its directory. What the list claims, evidence included, counts for nothing.
 * @throws ForgeError PROJECT_FOREIGN when there is no feature list (a link or a pipe is none), FEATURES_INVALID when it cannot be read and none was frozen
 */
export async function verifyProject(projectDir: string, options: VerifyProjectOptions): Promise<VerifiedProject> {
  const directory = resolve(projectDir)
  const { signal = new AbortController().signal, emit = () => {} } = options
  const [frozen, spec] = await Promise.all([readFrozenList(directory), readOwnFile(join(directory, SPEC_FILE))])
  const { features, drift } = await judgedList(directory, frozen)
  const demanded = uncoveredRequirements(features, requirementsIn(spec)).map(demand)
  const report = await fastapiVerifier(options).verify({ projectDir: directory, features, sandbox: options.sandbox, signal, emit })
  return { report, drift: [...drift, ...specDrift(frozen, spec), ...demanded], features }
}

const UNFROZEN: Drift = {
  id: 0,
  kind: 'deleted',
  where: FROZEN_FILE,
  message: `there is no ${FROZEN_FILE}, so nothing tells whether ${LIST_FILE} is the list that was frozen; it is judged as it stands`,
}

/** The frozen definitions are judged, whatever the list says; without them the list itself. */
async function judgedList(directory: string, frozen: FrozenList | undefined): Promise<{ features: Feature[]; drift: Drift[] }> {
  const text = await readOwnFile(join(directory, LIST_FILE))
  if (frozen === undefined) {
    if (text !== undefined) return { features: parseFeatureList(text, LIST_FILE), drift: [UNFROZEN] }
    throw new ForgeError('PROJECT_FOREIGN', `${directory} has no ${LIST_FILE}, so there is nothing to prove.`, {
      remedy: 'Name the directory of a project that Forge made, or make one with `forge generate`.',
    })
  }
  const features = frozen.definitions.map((definition): Feature => ({ ...definition, passes: false }))
  if (text === undefined) return { features, drift: [{ id: 0, kind: 'deleted', message: `${LIST_FILE} was deleted` }] }
  try {
    return { features, drift: diffDefinitions(frozen.definitions, parseFeatureList(text, LIST_FILE)) }
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error
    return { features, drift: [{ id: 0, kind: 'changed', message: error.message }] }
  }
}

function specDrift(frozen: FrozenList | undefined, spec: string | undefined): Drift[] {
  if (frozen === undefined || spec === undefined || createHash('sha256').update(spec).digest('hex') === frozen.specDigest) return []
  return [{ id: 0, kind: 'changed', where: SPEC_FILE, message: `${SPEC_FILE} is not the specification that the list was frozen from` }]
}

/** A specification that cannot be read demands nothing; the proof itself refuses such a project. */
function requirementsIn(spec: string | undefined): Requirement[] {
  try {
    return spec === undefined ? [] : requirementsOf(readSpec(spec))
  } catch (error) {
    if (error instanceof SpecError) return []
    throw error
  }
}

const demand = ({ kind, line, text }: Requirement): Drift => ({
  id: 0,
  kind: 'deleted',
  message: `line ${line} of ${SPEC_FILE}: no feature covers this ${kind}: ${text}`,
})
