import { type Feature, formatFeatureList, type ModelEvent, type ModelRequest, parseFeatureList, type Phase, type Provider } from '@forge/core'
import { type ProjectFile, sizes } from '@forge/templates'
import { type Blueprint, compile } from './compile'
import { type Call, type Conversation, readConversation } from './conversation'
import { progressNotes } from './progress'
import { readFile } from './text-file'

const SPEC_FILE = 'app_spec.txt'
const FEATURE_LIST = 'feature_list.json'
const PROGRESS_NOTES = 'claude-progress.txt'
const CALLS_A_TURN = 16
/** A call that failed is made once more, since the machine may have been busy, and not a third time. */
const TRIES = 2

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
      yield* eventsOf(nextTurn(request), request)
    },
  }
}

/** One answer: calls to make, or the last words of the session. */
interface Turn {
  text: string
  calls: Call[]
}

function* eventsOf({ text, calls }: Turn, { messages, context }: ModelRequest): Generator<ModelEvent> {
  yield { type: 'text-delta', text }
  for (const [index, { name, input }] of calls.entries())
    yield { type: 'tool-call', id: `blueprint_${context.session}_${messages.length}_${index}`, name, input }
  yield { type: 'usage', usage: { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 } }
  yield { type: 'end', stopReason: calls.length > 0 ? 'tool-use' : 'end-turn' }
}

/** The next turn: the first step that is not finished says what to do. */
function nextTurn({ messages, context }: ModelRequest): Turn {
  const conversation = readConversation(messages)
  const specification = readFile(conversation, SPEC_FILE)
  if (specification.kind !== 'known') return turnFor(conversation, 'Reading the specification.', [specification.call])
  let plan: Blueprint
  try {
    plan = compile(specification.text, context.size ?? sizes.medium)
  } catch (error) {
    return stop(`The specification cannot be compiled: ${error instanceof Error ? error.message : String(error)}`)
  }
  return buildTurn(conversation, plan, context.phase)
}

function buildTurn(conversation: Conversation, plan: Blueprint, phase: Phase): Turn {
  const wanted = wantedFiles(plan, phase)
  const listings = patternsFor(wanted).map((pattern): Call => ({ name: 'Glob', input: { pattern } }))
  const open = unanswered(conversation, listings)
  if (open.length > 0) return turnFor(conversation, 'Looking at what is there.', open)

  const present = new Set(listings.flatMap((call) => conversation.outcome(call)?.content.split('\n') ?? []))
  if (phase === 'coding') present.add(FEATURE_LIST)
  const readable = [...(phase === 'coding' ? [FEATURE_LIST] : []), ...wanted.map(({ path }) => path)].filter((path) => present.has(path))
  const states = new Map(readable.map((path) => [path, readFile(conversation, path)]))
  const reads = [...states].flatMap(([path, state]) =>
    state.kind === 'unknown' || (state.kind === 'unreadable' && path === FEATURE_LIST) ? [state.call] : [],
  )
  if (reads.length > 0) return turnFor(conversation, 'Comparing it with the blueprint.', reads)

  const writes = wanted.filter(({ path, content }) => !isSame(states.get(path), content)).map(writeOf)
  const unwritten = unanswered(conversation, writes)
  if (unwritten.length > 0) return turnFor(conversation, `Writing ${nameSome(unwritten)}.`, unwritten)
  return finish(conversation, plan, phase, wanted, states)
}

/** What follows once every file is in place: permissions, claims, and the last words. */
function finish(
  conversation: Conversation,
  plan: Blueprint,
  phase: Phase,
  wanted: readonly ProjectFile[],
  states: ReadonlyMap<string, ReturnType<typeof readFile>>,
): Turn {
  const executables = wanted.filter(({ executable }) => executable).map(({ path }) => path)
  const permit = executables.length === 0 ? [] : [{ name: 'Bash', input: { command: `chmod +x ${executables.join(' ')}` } }]
  const list = states.get(FEATURE_LIST)
  const claim = phase === 'coding' ? claimOf(list, plan) : { calls: [] }
  if (claim.problem !== undefined) return stop(claim.problem)
  const open = unanswered(conversation, [...permit, ...claim.calls])
  if (open.length > 0) return turnFor(conversation, phase === 'coding' ? 'Claiming what is built.' : 'Making the scripts executable.', open)
  return stop(lastWords(plan, phase))
}

/** The feature list comes first; once it is frozen, only the claims in it are ours to write. */
function wantedFiles(plan: Blueprint, phase: Phase): ProjectFile[] {
  const notes = { path: PROGRESS_NOTES, content: progressNotes(plan, phase) }
  if (phase === 'initializer') return [{ path: FEATURE_LIST, content: formatFeatureList(plan.features) }, ...plan.foundation, notes]
  return [...plan.foundation, ...plan.files, notes]
}

/** Patterns that list what there is of the wanted files: one for each folder, one for those beside the folders. */
function patternsFor(files: readonly ProjectFile[]): string[] {
  const folders = new Set(files.filter(({ path }) => path.includes('/')).map(({ path }) => `${path.slice(0, path.indexOf('/'))}/**/*`))
  const beside = files.map(({ path }) => path).filter((path) => !path.includes('/'))
  return [`{${beside.sort().join(',')}}`, ...[...folders].sort()]
}

function isSame(state: ReturnType<typeof readFile> | undefined, content: string): boolean {
  return state?.kind === 'known' && state.text === content
}

function writeOf({ path, content }: ProjectFile): Call {
  return { name: 'Write', input: { file_path: path, content } }
}

function nameSome(calls: readonly Call[]): string {
  const paths = calls.slice(0, CALLS_A_TURN).map(({ input }) => String(input['file_path']))
  return paths.length > 3 ? `${paths.slice(0, 2).join(', ')} and ${paths.length - 2} more files` : paths.join(', ')
}

/** Sets `passes` for everything that is built; what the harness refused before is claimed anew, for it to judge. */
function claimOf(list: ReturnType<typeof readFile> | undefined, { features }: Blueprint): { calls: Call[]; problem?: string } {
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

/** Calls that have no good answer yet. */
function unanswered(conversation: Conversation, calls: readonly Call[]): Call[] {
  return calls.filter((call) => conversation.outcome(call)?.isError !== false)
}

/** The first calls of `calls`, unless one of them failed for good: then the session ends and says so. */
function turnFor(conversation: Conversation, text: string, calls: readonly Call[]): Turn {
  for (const call of calls) {
    const outcome = conversation.outcome(call)
    if (outcome?.isError && outcome.failures >= TRIES) return stop(`${describe(call)} failed, so nothing more can be done: ${outcome.content}`)
  }
  return { text, calls: calls.slice(0, CALLS_A_TURN) }
}

function describe({ name, input }: Call): string {
  return `${name} ${String(input['file_path'] ?? input['pattern'] ?? input['command'] ?? '')}`
}

function lastWords({ features }: Blueprint, phase: Phase): string {
  const left = features.filter((feature) => feature.left_for_model !== undefined).length
  if (phase === 'initializer') return `The feature list holds ${features.length} features. The foundation is laid.`
  return `Application and tests are written: ${features.length - left} features claimed, ${left} left for a model.`
}

const stop = (text: string): Turn => ({ text, calls: [] })
