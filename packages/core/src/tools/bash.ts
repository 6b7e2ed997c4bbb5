import { z } from 'zod'
import type { ExecResult } from '../sandbox/sandbox'
import { defineTool } from './define-tool'

const MAX_TIMEOUT_MS = 600_000
const DEFAULT_TIMEOUT_MS = 120_000

export const bashTool = defineTool({
  name: 'Bash',
  description:
    'Runs a bash command in the project folder; each call starts there anew. Only development commands are allowed, and paths inside the project. Start servers with "&" and their output in a file.',
  input: {
    command: z.string().min(1),
    timeout: z.int().min(1).max(MAX_TIMEOUT_MS).optional().describe('Milliseconds, default 120000, at most 600000'),
  },
  async run({ command, timeout = DEFAULT_TIMEOUT_MS }, workspace, { signal }) {
    const result = await workspace.run(command, { timeoutMs: timeout, signal })
    signal.throwIfAborted()
    return { content: describe(command, result, timeout), isError: result.exitCode !== 0 || result.timedOut }
  },
})

function describe(command: string, result: ExecResult, timeout: number): string {
  return [endingOf(command, result, timeout), ...section('stdout', result.stdout), ...section('stderr', result.stderr)].join('\n')
}

function endingOf(command: string, { timedOut, exitCode, signal }: ExecResult, timeout: number): string {
  if (timedOut) return `timed out after ${timeout} ms and was ended. Run servers in the background with "&".`
  if (exitCode !== null) return `exit code ${exitCode}`
  const own = /\bpkill\b/.test(command) ? '. pkill -f also finds the shell of a call that names more than one command: call it alone.' : ''
  return `ended by ${signal ?? 'a signal'}${own}`
}

const section = (name: string, text: string) => (text === '' ? [] : [`${name}:`, text.endsWith('\n') ? text.slice(0, -1) : text])
