// The agent loop by itself: your own provider, tools and policy, no template and no proof.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runSession } from '@forge/core'

/** Any source of model turns is a provider; this one writes a greeting, then says goodbye.
 * @type {import("@forge/core").Provider}
 */
const greeter = {
  name: 'greeter',
  model: 'greeter-1',
  contextWindow: 100_000,
  // It is our own code, so a machine without a sandbox need not stop it.
  trusted: true,
  async *stream({ messages }) {
    if (messages.length === 1) {
      yield { type: 'tool-call', id: 'call-1', name: 'Write', input: { file_path: 'greeting.txt', content: 'Hello from an agent\n' } }
      yield { type: 'end', stopReason: 'tool-use' }
      return
    }
    yield { type: 'text-delta', text: 'Goodbye.' }
    yield { type: 'end', stopReason: 'end-turn' }
  },
}

const projectDir = await mkdtemp(join(tmpdir(), 'forge-example-'))
try {
  const result = await runSession({ provider: greeter, system: 'You greet.', prompt: 'Greet the world in a file.', projectDir })
  assert.equal(result.status, 'done')
  assert.equal(await readFile(join(projectDir, 'greeting.txt'), 'utf8'), 'Hello from an agent\n')
  console.log('The agent wrote greeting.txt.')
} finally {
  await rm(projectDir, { recursive: true, force: true })
}
