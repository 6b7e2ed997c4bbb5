import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scriptedProvider } from '../../src/testing/index'
import { builds, freshPath, listOf, rig, writesList } from '../support/project'
import { feature, TINY_LIST, TINY_SPEC, tinyTemplate } from '../support/tiny-template'

async function folder(files: Record<string, string>): Promise<string> {
  const path = freshPath()
  await mkdir(path, { recursive: true })
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content)
  return path
}

test('a directory of something else is refused before the first write', async () => {
  const projectDir = await folder({ 'main.go': 'package main' })
  await expect(rig(scriptedProvider([]), { projectDir }).harness.run()).rejects.toMatchObject({ code: 'PROJECT_FOREIGN' })
  expect(await readdir(projectDir)).toEqual(['main.go'])
})

test('a directory that holds only a specification is a new project', async () => {
  const projectDir = await folder({ 'app_spec.txt': 'GET /notes - List notes\n' })
  const { harness } = rig(scriptedProvider([...writesList([feature(1, 'GET', '/notes')]), ...builds(1)]), { projectDir })
  expect((await harness.run()).status).toBe('proven')
})

test('an empty or unreadable specification is refused before the first write', async () => {
  const spec = join(await folder({ blank: '  \n', binary: 'a\0b' }), 'blank')
  const projectDir = freshPath()
  await expect(rig(scriptedProvider([]), { projectDir, spec }).harness.run()).rejects.toMatchObject({ code: 'SPEC_INVALID' })
  await expect(rig(scriptedProvider([]), { projectDir, spec: join(spec, '../binary') }).harness.run()).rejects.toMatchObject({ code: 'SPEC_INVALID' })
  await expect(rig(scriptedProvider([]), { projectDir, spec: `${spec}-missing` }).harness.run()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  await expect(readdir(projectDir)).rejects.toThrow()
})

test('another specification than the frozen one is refused, the same one is not', async () => {
  const first = rig(scriptedProvider([...writesList(), ...builds(1, 2)]))
  await first.harness.run()
  const { projectDir } = first
  const specs = await folder({ same: TINY_SPEC, other: `${TINY_SPEC}GET /tags - List tags\n` })
  const refused = rig(scriptedProvider([]), { projectDir, spec: join(specs, 'other') })
  await expect(refused.harness.run()).rejects.toMatchObject({ code: 'SPEC_CHANGED', remedy: expect.stringContaining('another') })
  expect((await rig(scriptedProvider([]), { projectDir, spec: join(specs, 'same') }).harness.run()).status).toBe('proven')
})

test('a seed project is adopted, and every feature proven afresh', async () => {
  const seed = TINY_LIST.map(({ test_cases, ...rest }) => ({
    ...rest,
    priority: 1,
    request_schema: { title: { type: 'string' } },
    test_cases: test_cases.map(({ method: _method, path: _path, ...testCase }) => testCase),
    passes: true,
  }))
  const projectDir = await folder({ 'feature_list.json': JSON.stringify(seed), 'app_spec.txt': TINY_SPEC, 'main.py': 'x = 1' })
  const { harness, of } = rig(scriptedProvider(builds(1, 2)), { projectDir })

  expect((await harness.run()).status).toBe('proven')

  expect(of('session-start').map(({ session, phase }) => `${session} ${phase}`)).toEqual(['1 coding'])
  expect(of('verification-end').map(({ proven }) => proven)).toEqual([0, 2])
  expect((await listOf(projectDir))[0]?.test_cases[0]).toMatchObject({ method: 'GET', path: '/notes' })
})

test('a finished seed project is proven without any session', async () => {
  const projectDir = await folder({ 'feature_list.json': JSON.stringify(TINY_LIST), 'app_spec.txt': TINY_SPEC })
  await mkdir(join(projectDir, 'checks'))
  for (const id of [1, 2]) await writeFile(join(projectDir, `checks/${id}.sh`), 'echo ok works')
  expect((await rig(scriptedProvider([]), { projectDir }).harness.run()).status).toBe('proven')
})

test('a seed project with a malformed list is refused, naming the place', async () => {
  const projectDir = await folder({
    'feature_list.json': JSON.stringify([{ ...feature(1, 'GET', '/notes'), passes: 'false' }]),
    'app_spec.txt': TINY_SPEC,
  })
  const run = rig(scriptedProvider([]), { projectDir }).harness.run()
  await expect(run).rejects.toMatchObject({ code: 'FEATURES_INVALID', message: 'feature_list.json: [0].passes: expected boolean, got "false"' })
  expect((await readdir(projectDir)).sort()).toEqual(['app_spec.txt', 'feature_list.json'])
})

test('a directory that was deleted and made anew is a new project', async () => {
  const first = rig(scriptedProvider([...writesList(), ...builds(1, 2)]))
  await first.harness.run()
  await rm(first.projectDir, { recursive: true })
  const second = rig(scriptedProvider([...writesList(), ...builds(1, 2)]), { projectDir: first.projectDir })
  expect((await second.harness.run()).status).toBe('proven')
  expect(second.of('session-start')[0]).toMatchObject({ session: 1, phase: 'initializer' })
})

test('a list that covers too little goes back once; what stays missing is added and does not pass', async () => {
  const thin = [feature(1, 'GET', '/notes')]
  const spec = join(await folder({ spec: `${TINY_SPEC}Rule: A title is unique.\n` }), 'spec')
  const provider = scriptedProvider([...writesList(thin), ...writesList(thin), ...builds(1, 2)])
  const { harness, of, projectDir } = rig(provider, { spec, maxIterations: 3 })

  const result = await harness.run()

  expect(JSON.stringify(provider.requests[2]?.messages[0])).toContain('no feature covers this rule: Rule: A title is unique.')
  expect(of('features-frozen')[0]?.added).toEqual([
    { id: 2, text: 'POST /notes - Create a note' },
    { id: 3, text: 'Rule: A title is unique.' },
  ])
  expect(result).toMatchObject({
    status: 'limit',
    features: [
      { id: 1, proven: true },
      { id: 2, proven: false },
      { id: 3, proven: false },
    ],
  })
  expect((await listOf(projectDir)).map(({ id, passes }) => ({ id, passes }))).toEqual([
    { id: 1, passes: true },
    { id: 2, passes: false },
    { id: 3, passes: false },
  ])
})

test('a malformed or missing list is told to the initializer', async () => {
  const provider = scriptedProvider([...writesList('{"features": []}'), ...writesList(), ...builds(1, 2)])
  expect((await rig(provider).harness.run()).status).toBe('proven')
  expect(JSON.stringify(provider.requests[2]?.messages[0])).toContain('expected an array of features, got an object')
})

test('an initializer that was cut off is finished, not taken for done', async () => {
  const cut = [writesList()[0]!, { text: 'And then', stopReason: 'context-full' as const }]
  const { harness, of } = rig(scriptedProvider([...cut, ...writesList(), ...builds(1, 2)]))
  expect((await harness.run()).status).toBe('proven')
  expect(of('session-start').map(({ phase }) => phase)).toEqual(['initializer', 'initializer', 'coding'])
})

test('the range of cases goes back to a model once, and is never padded', async () => {
  const { harness, of } = rig(scriptedProvider([...writesList(), ...writesList(), ...builds(1, 2)]), {
    template: tinyTemplate(undefined, { minTests: 5 }),
  })
  expect((await harness.run()).status).toBe('proven')
  expect(of('notice').find(({ code }) => code === 'LIST_RANGE')?.message).toContain('2 test cases, and size "test" asks for 5')
})

test('two runs on one project do not meet', async () => {
  const first = rig(scriptedProvider([{ ...writesList()[0], delayMs: 600 }, { text: 'Done.' }, ...builds(1, 2)]))
  const running = first.harness.run()
  await new Promise((resolve) => setTimeout(resolve, 300))
  await expect(rig(scriptedProvider([]), { projectDir: first.projectDir }).harness.run()).rejects.toMatchObject({ code: 'PROJECT_LOCKED' })
  expect((await running).status).toBe('proven')
})

test('the lock of a dead owner is healed', async () => {
  const first = rig(scriptedProvider(writesList()), { maxIterations: 1 })
  await first.harness.run()
  const dead = { pid: process.pid, started: '1', scope: '' }
  const { ownIdentity } = await import('../../src/run/process-identity')
  const lock = join(first.projectDir, '.forge/run.lock')
  await writeFile(lock, JSON.stringify({ ...dead, scope: (await ownIdentity()).scope }))
  expect((await rig(scriptedProvider(builds(1, 2)), { projectDir: first.projectDir }).harness.run()).status).toBe('proven')
  expect(await readdir(join(first.projectDir, '.forge'))).not.toContain('run.lock')
})
