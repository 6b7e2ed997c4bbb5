import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exitCodeFor, ForgeError, Harness, ProviderError, type Verifier } from '../../src/index'
import { scriptedProvider, type ScriptedTurn } from '../../src/testing/index'
import { builds, done, freshPath, listOf, rig, runs, writes, writesList } from '../support/project'
import { feature, TINY_LIST, tinyTemplate } from '../support/tiny-template'

test('three sessions that prove nothing new end the run as stalled, and the next run may try again', async () => {
  const { harness, projectDir } = rig(scriptedProvider([...writesList(), done, done, done]))
  const result = await harness.run()
  expect(result).toMatchObject({ status: 'failed', why: 'stalled' })
  expect(exitCodeFor(result)).toBe(1)
  expect((await rig(scriptedProvider(builds(1, 2)), { projectDir }).harness.run()).status).toBe('proven')
})

test('sessions that a provider breaks off do not count as idle', async () => {
  const first = rig(scriptedProvider(writesList()), { maxIterations: 1 })
  await first.harness.run()
  for (let run = 0; run < 4; run += 1) {
    const broken = scriptedProvider([{ error: new ProviderError('invalid-request', 'no such model') }])
    expect((await rig(broken, { projectDir: first.projectDir }).harness.run()).status).toBe('provider-unavailable')
  }
  expect((await rig(scriptedProvider(builds(1, 2)), { projectDir: first.projectDir }).harness.run()).status).toBe('proven')
})

test('a trusted provider that changed nothing is not asked again', async () => {
  const result = await rig(scriptedProvider([...writesList(), done], { trusted: true })).harness.run()
  expect(result).toMatchObject({ status: 'failed', why: 'stalled' })
})

test('maxIterations counts the initializer, and the same command goes on', async () => {
  const first = rig(scriptedProvider(writesList()), { maxIterations: 1 })
  const result = await first.harness.run()
  expect(result).toMatchObject({ status: 'limit', which: 'iterations' })
  expect(exitCodeFor(result)).toBe(3)
  const second = rig(scriptedProvider(builds(1, 2)), { projectDir: first.projectDir, maxIterations: 1 })
  expect((await second.harness.run()).status).toBe('proven')
  expect(second.of('session-start').map(({ session, phase }) => ({ session, phase }))).toEqual([{ session: 2, phase: 'coding' }])
})

test('a token limit stops within one turn, and the session goes on with the same messages', async () => {
  const first = rig(scriptedProvider([runs('echo one >> log'), runs('echo two >> log')]), { limits: { tokens: 22 } })
  expect(await first.harness.run()).toMatchObject({ status: 'limit', which: 'tokens', usage: { inputTokens: 20, outputTokens: 2 } })

  const provider = scriptedProvider([...writesList(), ...builds(1, 2)])
  const second = rig(provider, { projectDir: first.projectDir })
  expect((await second.harness.run()).status).toBe('proven')
  expect(provider.requests[0]?.messages).toHaveLength(5)
  expect(await readFile(join(first.projectDir, 'log'), 'utf8')).toBe('one\ntwo\n')
  expect(second.of('session-start')[0]).toMatchObject({ session: 1, phase: 'initializer' })
})

test('a time limit ends a running command', async () => {
  const { harness } = rig(scriptedProvider([runs('sleep 30')]), { limits: { minutes: 0.01 } })
  const startedAt = Date.now()
  expect(await harness.run()).toMatchObject({ status: 'limit', which: 'minutes' })
  expect(Date.now() - startedAt).toBeLessThan(8000)
})

test('a feature whose sessions are used up is passed over', async () => {
  const { harness } = rig(scriptedProvider([...writesList(), writes('a', '1'), done, writes('a', '2'), done]), { limits: { sessionsPerFeature: 1 } })
  expect(await harness.run()).toMatchObject({ status: 'limit', which: 'sessionsPerFeature' })
})

test('an abort ends promptly, keeps the session open, and leaves nothing behind', async () => {
  const abort = new AbortController()
  const { harness, projectDir, of } = rig(scriptedProvider([runs('sleep 30; touch late')]))
  harness.on('tool-start', () => setTimeout(() => abort.abort(), 100))
  const startedAt = Date.now()
  const result = await harness.run({ signal: abort.signal })
  expect(result.status).toBe('interrupted')
  expect(exitCodeFor(result)).toBe(130)
  expect(Date.now() - startedAt).toBeLessThan(8000)
  expect(of('session-end')[0]).toMatchObject({ status: 'interrupted' })
  const session = JSON.parse(await readFile(join(result.runDir, 'session_001.json'), 'utf8'))
  expect(session).toMatchObject({ status: 'interrupted', tool_calls: [{ tool_name: 'Bash', end_time: null, result: null }] })

  const provider = scriptedProvider([...writesList(), ...builds(1, 2)])
  expect((await rig(provider, { projectDir }).harness.run()).status).toBe('proven')
  expect(JSON.stringify(provider.requests[0]?.messages.at(-1))).toContain('Interrupted')
  expect(await readdir(projectDir)).not.toContain('late')
})

test('failures that may pass are tried again, others end the run at once', async () => {
  const bad = new ProviderError('overloaded', 'busy')
  const flaky = rig(scriptedProvider([{ error: bad }, { text: 'half', error: bad }, ...writesList(), ...builds(1, 2)]))
  expect((await flaky.harness.run()).status).toBe('proven')
  expect(flaky.of('notice').filter(({ code }) => code === 'PROVIDER_RETRY')).toHaveLength(2)

  const denied = scriptedProvider([{ error: new ProviderError('auth', 'no such key') }])
  const result = await rig(denied).harness.run()
  expect(result).toMatchObject({ status: 'provider-unavailable', error: { kind: 'auth', message: 'no such key' } })
  expect(exitCodeFor(result)).toBe(4)

  const attempts = Array.from({ length: 3 }, (): ScriptedTurn => ({ error: bad }))
  const gone = rig(scriptedProvider(attempts), { retry: { attempts: 3, baseDelayMs: 1 } })
  expect(await gone.harness.run()).toMatchObject({ status: 'provider-unavailable', error: { kind: 'overloaded' } })
  expect((await rig(scriptedProvider([...writesList(), ...builds(1, 2)]), { projectDir: gone.projectDir }).harness.run()).status).toBe('proven')
})

test('an initializer that its provider breaks off, however often, is begun again and never taken for done', async () => {
  const { projectDir } = rig(scriptedProvider([]))
  for (let run = 0; run < 3; run += 1) {
    const broken = scriptedProvider([writes('note', String(run)), { error: new ProviderError('invalid-request', 'no such model') }])
    expect(await rig(broken, { projectDir }).harness.run()).toMatchObject({ status: 'provider-unavailable', features: [] })
  }
  const last = rig(scriptedProvider([...writesList(), ...builds(1, 2)]), { projectDir })
  expect((await last.harness.run()).status).toBe('proven')
  expect(last.of('session-start').map(({ phase }) => phase)).toEqual(['initializer', 'coding'])
  expect(last.of('features-frozen')[0]?.added).toEqual([])
})

test('a reset time that the provider names is kept across runs', async () => {
  const limited = (retryAfterMs: number): ScriptedTurn => ({ error: new ProviderError('rate-limit', 'later', { retryAfterMs }) })
  const first = rig(scriptedProvider([limited(1200)]), { retry: { attempts: 1 } })
  expect((await first.harness.run()).status).toBe('provider-unavailable')
  const startedAt = Date.now()
  let firstRequest = 0
  const noting: ScriptedTurn = () => {
    firstRequest = Date.now()
    return { calls: [{ name: 'Write', input: { file_path: 'feature_list.json', content: JSON.stringify(TINY_LIST) } }] }
  }
  await rig(scriptedProvider([noting, done]), { projectDir: first.projectDir, maxIterations: 1 }).harness.run()
  expect(firstRequest - startedAt).toBeGreaterThan(600)
})

test('what a trusted provider leaves for a model ends the run as needs-model, what a model leaves does not', async () => {
  const list = [feature(1, 'GET', '/notes'), feature(2, 'POST', '/notes', { left_for_model: 'bulk import is not compiled' })]
  const trusted = await rig(scriptedProvider([...writesList(list), ...builds(1)], { trusted: true })).harness.run()
  expect(trusted).toMatchObject({ status: 'needs-model', left: [{ id: 2, reason: 'bulk import is not compiled' }] })
  expect(exitCodeFor(trusted)).toBe(3)
  expect(trusted.features.map(({ leftForModel }) => leftForModel)).toEqual([null, 'bulk import is not compiled'])

  const model = await rig(scriptedProvider([...writesList(list), ...builds(1)]), { maxIterations: 2 }).harness.run()
  expect(model).toMatchObject({ status: 'limit' })
  expect(model.features.map(({ leftForModel }) => leftForModel)).toEqual([null, null])
})

test('a proof that cannot run proves nothing and names the remedy', async () => {
  const missing: Verifier = {
    name: 'none',
    verify: async () => {
      throw new ForgeError('PYTHON_MISSING', 'No Python 3.11 was found.', { remedy: 'Install Python.' })
    },
  }
  const { harness, projectDir } = rig(scriptedProvider([...writesList(), ...builds(1, 2)]), { template: tinyTemplate(missing) })
  const result = await harness.run()
  expect(result).toMatchObject({ status: 'not-verified', code: 'PYTHON_MISSING', remedy: 'Install Python.' })
  expect(exitCodeFor(result)).toBe(2)
  expect((await listOf(projectDir)).some(({ passes }) => passes)).toBe(false)
  expect((await rig(scriptedProvider([]), { projectDir }).harness.run()).status).toBe('proven')
})

test('wrong options fail at construction with a code, before any side effect', () => {
  const projectDir = freshPath()
  const valid = { projectDir, template: tinyTemplate(), provider: scriptedProvider([]) }
  const code = (options: object) => {
    try {
      new Harness(options as never)
      return undefined
    } catch (error) {
      return error instanceof ForgeError ? error.code : error
    }
  }
  for (const wrong of [
    { maxIterations: 0 },
    { maxIterations: 1.5 },
    { projectDir: '' },
    { limits: { tokens: -1 } },
    { colour: 'red' },
    { template: {} },
    { provider: {} },
    { git: 'no' },
  ]) {
    expect(code({ ...valid, ...wrong })).toBe('CONFIG_INVALID')
  }
  expect(code({ ...valid, provider: undefined })).toBe('PROVIDER_MISSING')
  expect(code(valid)).toBeUndefined()
})
