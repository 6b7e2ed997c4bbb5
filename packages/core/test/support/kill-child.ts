/**
 * A whole run in a process of its own, which kills itself at the moment that `FORGE_TEST_KILL` names: `<event>` or `<event>+<milliseconds>`.
 * The provider is a function of the conversation alone, as a real one is, so that a killed session can go on in another process.
 */
import { Harness, noSandbox } from '../../src/index'
import type { ModelRequest } from '../../src/index'
import { scriptedProvider, type ScriptedReply } from '../../src/testing/index'
import { feature, scriptVerifier, tinyTemplate } from './tiny-template'

const [projectDir = ''] = process.argv.slice(2)
const [killEvent, killDelay = '0'] = (process.env['FORGE_TEST_KILL'] ?? '').split('+')
const LIST = [1, 2, 3, 4, 5, 6].map((id) => feature(id, 'GET', `/things${id}`))

function step(command: string): ScriptedReply {
  return { calls: [{ name: 'Bash', input: { command } }] }
}

function plan(request: ModelRequest): ScriptedReply[] {
  if (request.context.phase === 'initializer') {
    return [
      step('echo init >> log; sleep 0.2'),
      { calls: [{ name: 'Write', input: { file_path: 'feature_list.json', content: JSON.stringify(LIST) } }] },
      { text: 'done' },
    ]
  }
  const id = /Next: feature #(\d+)/.exec(JSON.stringify(request.messages[0]))?.[1] ?? '0'
  return [
    step(`echo build ${id} >> log; sleep 0.2`),
    { calls: [{ name: 'Write', input: { file_path: `checks/${id}.sh`, content: 'sleep 0.1; echo ok works\n' } }] },
    step(`echo check ${id} >> log`),
    { text: 'done' },
  ]
}

function reply(request: ModelRequest): ScriptedReply {
  const turn = request.messages.filter(({ role }) => role === 'assistant').length
  return plan(request)[turn] ?? { text: 'done' }
}

const harness = new Harness({
  projectDir,
  template: { ...tinyTemplate(scriptVerifier()), requirements: () => [] },
  provider: scriptedProvider(Array.from({ length: 200 }, () => reply)),
  sandbox: noSandbox(),
  policies: [{ id: 'all', evaluate: () => ({ verdict: 'allow', rule: 'all', reason: 'all' }) }],
  autoContinueDelayMs: 0,
  renderer: {
    name: 'killer',
    handle(event) {
      if (event.type !== killEvent) return
      if (killDelay === '0') process.kill(process.pid, 'SIGKILL')
      else setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(killDelay))
    },
  },
})
const result = await harness.run()
process.stdout.write(JSON.stringify({ status: result.status, features: result.features.map(({ proven }) => proven) }))
