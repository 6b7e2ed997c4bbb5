import {
  type Feature,
  formatFeatureList,
  type ModelEvent,
  type ModelRequest,
  parseFeatureList,
  type Phase,
  type Provider,
  ProviderError,
} from '@forge/core'
import { SpecError } from '@forge/spec'
import { type ProjectFile, sizes } from '@forge/templates'
import { type Blueprint, compile } from './compile'
import { quote } from 'shell-quote'
import { type Call, type Conversation, readConversation } from './conversation'
import { progressNotes } from './progress'
import { handOff } from './hand-off'
import { place, writeOf } from './placing'
import { type FileState, readFile } from './text-file'
import { type Turn, stop, turnFor, unanswered } from './turn'

const SPEC_FILE = 'app_spec.txt'
const FEATURE_LIST = 'feature_list.json'
const PROGRESS_NOTES = 'claude-progress.txt'
/**
 * The embedded provider: answers with the tool calls that build what the specification says, with no model and no tokens. It keeps nothing
 * between turns: each follows from the conversation, and from the phase and size that the request states (size by default: `medium`).
 */
export function blueprint(): Provider {
  return {
    name: 'blueprint',
    model: 'blueprint',
    contextWindow: Number.POSITIVE_INFINITY,
    trusted: true,
    async *stream(request, { signal }) {
      signal.throwIfAborted()
      yield* eventsOf(await nextTurn(request), request)
    },
  }
}

function* eventsOf({ text, calls }: Turn, { messages, context }: ModelRequest): Generator<ModelEvent> {
  yield { type: 'text-delta', text }
  for (const [index, { name, input }] of calls.entries())
    yield { type: 'tool-call', id: `blueprint_${context.session}_${messages.length}_${index}`, name, input }
  yield { type: 'usage', usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 } }
  yield { type: 'end', stopReason: calls.length > 0 ? 'tool-use' : 'end-turn' }
}

/** The next turn: the first step that is not finished says what to do. */
async function nextTurn({ messages, context }: ModelRequest): Promise<Turn> {
  const conversation = readConversation(messages)
  const specification = readFile(conversation, SPEC_FILE)
  if (specification.kind !== 'known') return turnFor(conversation, 'Reading the specification.', [specification.call])
  let plan: Blueprint
  try {
    plan = compile(specification.text, context.size ?? sizes.medium)
  } catch (error) {
    throw uncompiled(error)
  }
  return buildTurn(conversation, plan, context.phase)
}

/** What a reader of the specification has to change; anything else is a fault of the blueprint. */
function uncompiled(cause: unknown): ProviderError {
  const message = `The specification cannot be compiled: ${cause instanceof Error ? cause.message : String(cause)}`
  const remedy =
    cause instanceof SpecError
      ? cause.remedy
      : 'This is a fault of the blueprint, not of the specification: report it with the specification, or let a model build it with --provider.'
  return new ProviderError('invalid-request', message, { remedy, cause })
}

async function buildTurn(conversation: Conversation, plan: Blueprint, phase: Phase): Promise<Turn> {
  const wanted = wantedFiles(plan, phase)
  const placing = place(conversation, wanted, phase === 'coding' ? [FEATURE_LIST] : [])
  if ('turn' in placing) return placing.turn
  const executables = wanted.filter(({ executable }) => executable).map(({ path }) => path)
  const permit = executables.length === 0 ? [] : [{ name: 'Bash', input: { command: `chmod +x ${quote(executables)}` } }]
  const open = unanswered(conversation, permit)
  if (open.length > 0) return turnFor(conversation, 'Making the scripts executable.', open)
  return phase === 'coding' ? finish(conversation, plan, placing.states.get(FEATURE_LIST)) : stop(lastWords(plan, phase))
}

/** What follows once every file is in place: the package for front ends, and the claims. */
async function finish(conversation: Conversation, plan: Blueprint, list: FileState | undefined): Promise<Turn> {
  const handingOff = await handOff(conversation, plan)
  if ('turn' in handingOff) return handingOff.turn
  const claim = claimOf(list, plan)
  if (claim.problem !== undefined) return stop(claim.problem)
  const open = unanswered(conversation, claim.calls)
  if (open.length > 0) return turnFor(conversation, 'Claiming what is built.', open)
  return stop([lastWords(plan, 'coding'), ...(handingOff.missing === undefined ? [] : [handingOff.missing])].join('\n'))
}

/** The feature list comes first; once it is frozen, only the claims in it are ours to write. */
function wantedFiles(plan: Blueprint, phase: Phase): ProjectFile[] {
  const notes = { path: PROGRESS_NOTES, content: progressNotes(plan, phase) }
  if (phase === 'initializer') return [{ path: FEATURE_LIST, content: formatFeatureList(plan.features) }, ...plan.foundation, notes]
  return [...plan.foundation, ...plan.files, notes]
}

/** Sets `passes` for everything that is built; what the harness refused before is claimed anew, for it to judge. */
function claimOf(list: FileState | undefined, { features }: Blueprint): { calls: Call[]; problem?: string } {
  if (list?.kind !== 'known')
    return { calls: [], problem: `${FEATURE_LIST} cannot be read: ${list?.kind === 'unreadable' ? list.reason : 'it does not exist'}` }
  let frozen: Feature[]
  try {
    frozen = parseFeatureList(list.text)
  } catch (error) {
    return { calls: [], problem: error instanceof Error ? error.message : String(error) }
  }
  const built = new Set(features.filter((feature) => feature.left_for_model === undefined).map(identity))
  const claimed = formatFeatureList(frozen.map((feature) => (built.has(identity(feature)) ? { ...feature, passes: true } : feature)))
  return { calls: claimed === list.text ? [] : [writeOf({ path: FEATURE_LIST, content: claimed })] }
}

const identity = ({ id, method, path, description }: Feature): string => JSON.stringify([id, method, path, description])

function lastWords({ features }: Blueprint, phase: Phase): string {
  const left = features.filter((feature) => feature.left_for_model !== undefined).length
  if (phase === 'initializer') return `The feature list holds ${features.length} features. The foundation is laid.`
  return `Application and tests are written: ${features.length - left} features claimed, ${left} left for a model.`
}
