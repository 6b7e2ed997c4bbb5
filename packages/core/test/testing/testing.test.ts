import { expect, test } from 'vitest'
import { bubblewrap, defaultPolicies, noSandbox, ProviderError } from '../../src/index'
import { policyConformance, providerConformance, sandboxConformance, scriptedProvider } from '../../src/testing/index'
import { rig } from '../support/project'

const request = { system: '', messages: [], tools: [], context: { phase: 'coding' as const, projectDir: '/', session: 1 } }

for (const { name, run } of providerConformance({
  create: () => scriptedProvider([{ text: 'hi', calls: [{ name: 'Read', input: {} }] }]),
  createFailing: () => scriptedProvider([{ error: new ProviderError('server', 'down') }]),
})) {
  test(`scripted provider: ${name}`, run)
}

for (const { name, run } of sandboxConformance(() => noSandbox())) test(`no sandbox: ${name}`, run)

const confined = await bubblewrap().probe()
for (const { name, run } of sandboxConformance(() => bubblewrap())) test.skipIf(!confined.works)(`bubblewrap: ${name}`, run)

for (const policy of defaultPolicies()) {
  for (const { name, run } of policyConformance({ create: () => policy })) test(`policy ${policy.id}: ${name}`, run)
}

test('the conformance suites find what is wrong', async () => {
  const broken = providerConformance({
    create: () => ({
      name: '',
      model: 'm',
      contextWindow: 1,
      async *stream() {
        yield { type: 'end', stopReason: 'tool-use' } as const
        yield { type: 'text-delta', text: 'late' } as const
      },
    }),
  })
  const failed: string[] = []
  for (const { name, run } of broken) await run().catch(() => failed.push(name))
  expect(failed).toHaveLength(5)
  const policy = policyConformance({ create: () => ({ id: 'p', evaluate: () => ({ verdict: 'allow', rule: '', reason: '' }) }), denied: ['rm x'] })
  await expect(policy[1]?.run()).rejects.toThrow('without a rule')
  await expect(policy[3]?.run()).rejects.toThrow()
})

test('a script is a strict queue', async () => {
  const provider = scriptedProvider([{ text: 'one' }, { text: 'two' }])
  expect(() => provider.assertDone()).toThrow('2 of 2 scripted turns')
  const drain = async () => {
    const events = []
    for await (const event of provider.stream(request, { signal: new AbortController().signal })) events.push(event)
  }
  await drain()
  await drain()
  provider.assertDone()
  await expect(drain()).rejects.toThrow('turn 3 was asked for')
})

test('a run that asks for more than its script ends as provider-unavailable', async () => {
  expect(await rig(scriptedProvider([])).harness.run()).toMatchObject({ status: 'provider-unavailable', error: { kind: 'protocol' } })
})
