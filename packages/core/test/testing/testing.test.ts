import { expect, test } from 'vitest'
import { ProviderError } from '../../src/index'
import { providerConformance, scriptedProvider } from '../../src/testing/index'
import { rig } from '../support/project'

const request = { system: '', messages: [], tools: [], context: { phase: 'coding' as const, projectDir: '/', session: 1 } }

for (const { name, run } of providerConformance({
  create: () => scriptedProvider([{ text: 'hi', calls: [{ name: 'Read', input: {} }] }]),
  createFailing: () => scriptedProvider([{ error: new ProviderError('server', 'down') }]),
})) {
  test(`scripted provider: ${name}`, run)
}

test('the conformance suite of providers finds what is wrong', async () => {
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
