import { z } from 'zod'
import type { ForgeEventBody } from '../events'
import { messageOf } from '../files'
import type { ContentBlock } from '../providers/provider'
import { DeniedError, type Tool, type ToolResult, type Workspace } from '../tools/tool'
import type { Transcript } from './transcript'
import type { ToolCall } from './turn'

export interface CallContext {
  tools: readonly Tool[]
  workspace: Workspace
  transcript: Transcript
  signal: AbortSignal
  emit(event: ForgeEventBody): void
}

/** Tools that change nothing: neighbours among them run in parallel, everything else in the order of the calls. */
const READERS: ReadonlySet<string> = new Set(['Read', 'Glob', 'Grep'])

/**
 * Executes the calls of one reply; the results come in the order of the calls. A call whose result is already recorded is not executed
 * again, and one that an earlier process started without recording a result is reported as interrupted.
 * @throws the signal's reason when it is aborted
 */
export async function answerCalls(calls: readonly ToolCall[], context: CallContext): Promise<ContentBlock[]> {
  const results: ContentBlock[] = []
  for (const group of groupsOf(calls)) {
    results.push(...(await Promise.all(group.map((call) => answerCall(call, context)))))
  }
  return results
}

/** Refuses every call of a reply that was cut off: its last arguments may be truncated, and the calls belong together. */
export function refuseCalls(calls: readonly ToolCall[]): ContentBlock[] {
  const content = 'Not executed: your reply was cut off at the output limit. Send the call again in a smaller piece.'
  return calls.map(({ id }) => ({ type: 'tool-result', id, content, isError: true }))
}

function groupsOf(calls: readonly ToolCall[]): ToolCall[][] {
  const groups: ToolCall[][] = []
  for (const call of calls) {
    const group = groups.at(-1)
    if (group !== undefined && READERS.has(call.name) && READERS.has(group[0]?.name ?? '')) group.push(call)
    else groups.push([call])
  }
  return groups
}

async function answerCall(call: ToolCall, context: CallContext): Promise<ContentBlock> {
  const { content, isError } = await resultOf(call, context)
  return { type: 'tool-result', id: call.id, content, isError }
}

async function resultOf(call: ToolCall, context: CallContext): Promise<ToolResult> {
  const { transcript, emit } = context
  const known = transcript.callState(call.id)
  if (known.result !== undefined) return known.result
  context.signal.throwIfAborted()
  const { id, name, input } = call
  const startedAt = performance.now()
  emit({ type: 'tool-start', id, name, input })
  const result = known.started ? interrupted : await recorded(call, context)
  if (result.denied !== undefined) emit({ type: 'tool-denied', id, name, input, decision: result.denied })
  const seconds = (performance.now() - startedAt) / 1000
  emit({ type: 'tool-end', id, name, input, content: result.content, isError: result.isError, seconds })
  return result
}

/** What a call answers that a kill cut off, in the process that goes on. */
export const INTERRUPTED_CALL =
  'Interrupted: the run was killed during this call, so it may have taken effect in part. Look at the state before you repeat it.'

const interrupted: ToolResult = { content: INTERRUPTED_CALL, isError: true }

async function recorded(call: ToolCall, context: CallContext): Promise<ToolResult> {
  await context.transcript.startCall(call.id)
  const result = await execute(call, context)
  context.signal.throwIfAborted()
  await context.transcript.endCall(call.id, result)
  return result
}

async function execute(call: ToolCall, { tools, workspace, signal }: CallContext): Promise<ToolResult> {
  const tool = tools.find(({ name }) => name === call.name)
  if (tool === undefined) return failure(`There is no tool "${call.name}". The tools are: ${tools.map(({ name }) => name).join(', ')}.`)
  try {
    const fault = inputFault(tool, call.input)
    if (fault !== undefined) return failure(`Invalid input for ${tool.name}: ${fault}`)
    return await tool.execute(call.input, workspace, { signal })
  } catch (error) {
    if (error instanceof DeniedError) return { content: `Denied. ${error.message}`, isError: true, denied: error.decision }
    return failure(messageOf(error))
  }
}

function failure(content: string): ToolResult {
  return { content, isError: true }
}

const validators = new WeakMap<Tool, z.ZodType>()

function inputFault(tool: Tool, input: unknown): string | undefined {
  const validator = validators.get(tool) ?? z.fromJSONSchema(tool.inputSchema)
  validators.set(tool, validator)
  const parsed = validator.safeParse(input)
  if (parsed.success) return undefined
  return parsed.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)).join('; ')
}
