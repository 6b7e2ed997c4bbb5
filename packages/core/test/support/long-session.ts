/** A session of 1,000 turns with its log, in a process of its own; prints the heap on the way, and the processor time of a turn. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jsonLogger, noSandbox, runSession, type ModelRequest, type Provider } from '../../src/index'

const TURNS = 1000
const heap: number[] = []
let turn = 0

const provider: Provider = {
  name: 'endless',
  model: 'm',
  contextWindow: Number.POSITIVE_INFINITY,
  async *stream(_request: ModelRequest) {
    turn += 1
    if (turn % 200 === 0) {
      globalThis.gc?.()
      heap.push(process.memoryUsage().heapUsed)
    }
    if (turn <= TURNS) yield { type: 'tool-call', id: `call-${turn}`, name: 'Read', input: { file_path: 'a' } }
    yield { type: 'usage', usage: { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 } }
    yield { type: 'end', stopReason: turn <= TURNS ? 'tool-use' : 'end-turn' }
  },
}

const projectDir = mkdtempSync(join(tmpdir(), 'forge-long-'))
writeFileSync(join(projectDir, 'a'), 'a line\n'.repeat(100))
const begun = process.cpuUsage()
await runSession({
  provider,
  prompt: 'Begin.',
  system: '',
  projectDir,
  policies: [],
  sandbox: noSandbox(),
  logger: jsonLogger(),
  maxTurns: TURNS + 10,
})
const { user, system } = process.cpuUsage(begun)
rmSync(projectDir, { recursive: true })
process.stdout.write(JSON.stringify({ turns: turn, heap, turnMs: (user + system) / 1000 / turn }))
