import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ForgeError, parseFeatureList } from '../../src/index'
import { scriptedProvider, type ScriptedTurn } from '../../src/testing/index'
import { builds, done, freshPath, listOf, rig, runs, writes, writesList } from '../support/project'
import { feature, TINY_LIST } from '../support/tiny-template'

/** A coding session that rewrites the list, and one that builds what is asked. */
function rewriting(list: unknown): ScriptedTurn[] {
  const text = typeof list === 'string' ? list : JSON.stringify(list)
  return [...writesList(), writes('feature_list.json', text), done, ...builds(1, 2)]
}

const [first, second] = TINY_LIST as [(typeof TINY_LIST)[0], (typeof TINY_LIST)[0]]
const easier = { ...second, test_cases: [{ ...second.test_cases[0]!, expected_status: 200 }] }

const drifts: [string, unknown, string[]][] = [
  ['deleted', [first], ['feature 2 (POST /notes) was deleted']],
  ['reworded', [first, { ...second, description: 'Anything' }], ['feature 2: description was changed']],
  ['made easier', [first, easier], ['feature 2: test_cases[0].expected_status was changed']],
  ['shrunk', [first, { ...second, test_cases: [] }], ['feature 2: test_cases[0] was changed']],
  ['re-typed', [first, { ...second, category: 'model' }], ['feature 2: category was changed']],
  ['added', [...TINY_LIST, feature(3, 'GET', '/easy')], ['feature 3 was added after the list was frozen']],
  ['re-typed verdicts', [first, { ...second, passes: 'true' }], ['feature_list.json: [1].passes: expected boolean, got "true"']],
  ['malformed', '[{', ["feature_list.json: not JSON: Expected property name or '}' in JSON at position 2"]],
  ['an object', { features: TINY_LIST }, ['feature_list.json: expected an array of features, got an object']],
]

test.each(drifts)('a list that is %s is restored and reported', async (_name, list, messages) => {
  const { harness, of, projectDir } = rig(scriptedProvider(rewriting(list)))
  const result = await harness.run()
  expect(result.status).toBe('proven')
  expect(of('features-drifted').flatMap(({ drift }) => drift.map(({ message }) => message))).toEqual(
    messages.map((message) => expect.stringContaining(message)),
  )
  expect((await listOf(projectDir)).map(({ description, test_cases }) => ({ description, test_cases }))).toEqual(
    TINY_LIST.map(({ description, test_cases }) => ({ description, test_cases })),
  )
})

test('a deleted list, a changed specification and an edited state gain nothing', async () => {
  const forged = [feature(1, 'GET', '/notes')]
  const edit = [
    'rm feature_list.json',
    'echo "GET /easy" > app_spec.txt',
    `echo '${JSON.stringify({ version: 1, spec_digest: 'x', features: forged })}' > .forge/features.json`,
    'rm .forge/state.json',
  ].join(' && ')
  const { harness, projectDir, of } = rig(scriptedProvider([...writesList(), runs(edit), done]), { maxIterations: 2 })
  expect(await harness.run()).toMatchObject({ status: 'limit', features: [{ id: 1 }, { id: 2 }] })
  expect(of('features-drifted')[0]?.drift[0]?.message).toBe('feature_list.json was deleted')
  expect(await readFile(join(projectDir, 'app_spec.txt'), 'utf8')).not.toContain('easy')
  const again = rig(scriptedProvider(builds(1, 2)), { projectDir })
  expect(await again.harness.run()).toMatchObject({ status: 'proven', features: [{ id: 1 }, { id: 2 }] })
})

test('links out of the project lead the harness nowhere', async () => {
  const secret = `${freshPath()}-secret`
  await writeFile(secret, 'top secret')
  const links = `rm -rf logs feature_list.json && ln -s ${secret} feature_list.json && ln -s ${secret} checks && ln -s ${secret}-logs logs`
  const provider = scriptedProvider([runs(links), done, runs('rm checks feature_list.json'), ...writesList(), ...builds(1, 2)])
  const { harness, projectDir } = rig(provider)
  expect((await harness.run()).status).toBe('proven')
  expect(JSON.stringify(provider.requests)).not.toContain('top secr')
  await rig(scriptedProvider([]), { projectDir }).harness.run()
  expect(await readFile(secret, 'utf8')).toBe('top secret')
  await expect(readFile(`${secret}-logs`)).rejects.toThrow()
})

test('a copy of a project without the machine’s state goes on from its frozen list', async () => {
  const { harness, projectDir } = rig(scriptedProvider([...writesList(), ...builds(1)]), { maxIterations: 2 })
  await harness.run()
  await rm(join(projectDir, '.forge/state.json'))
  process.env['XDG_STATE_HOME'] = `${process.env['XDG_STATE_HOME']}-elsewhere`
  const copy = rig(scriptedProvider(builds(2)), { projectDir })
  expect((await copy.harness.run()).status).toBe('proven')
  expect(copy.of('session-start').map(({ session, phase }) => `${session} ${phase}`)).toEqual(['2 coding'])
})

test('a feature that no longer holds goes back to false', async () => {
  const provider = scriptedProvider([...writesList(), ...builds(1), runs('rm checks/1.sh'), ...builds(2), ...builds(1)])
  const { harness, of } = rig(provider)
  expect((await harness.run()).status).toBe('proven')
  expect(of('progress').map(({ proven }) => proven)).toEqual([1, 1, 2])
  expect(of('feature-rejected')).toMatchObject([{ feature: { id: 1 }, reason: 'case "works": checks/1.sh is missing' }])
})

test('a broken state file of another version is named, with its remedy', async () => {
  const { harness, projectDir } = rig(scriptedProvider(writesList()), { maxIterations: 1 })
  await harness.run()
  process.env['XDG_STATE_HOME'] = `${process.env['XDG_STATE_HOME']}-other`
  await writeFile(join(projectDir, '.forge/state.json'), '{"version": 2}')
  await expect(rig(scriptedProvider([]), { projectDir }).harness.run()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})

const malformed: [unknown, string][] = [
  [
    [{ ...first, test_cases: [{ ...first.test_cases[0]!, expected_status: '200' }] }],
    '[0].test_cases[0].expected_status: expected integer, got "200"',
  ],
  [[{ ...first, passes: 1 }], '[0].passes: expected boolean, got 1'],
  [[first, first], '[1].id: 1 is already the id of [0]'],
  [[{ ...first, test_cases: [first.test_cases[0], first.test_cases[0]] }], '[0].test_cases[1].name: "works" is already the name of test_cases[0]'],
  [[first, { ...second, test_cases: {} }], '[1].test_cases: expected array, got an object'],
  [[first, { ...second, method: 'FETCH' }], '[1].method: expected one of'],
  [[{ ...first, path: 'notes' }], '[0].path: expected a path that begins with "/", got "notes"'],
  [[{ ...first, id: undefined }], '[0].id: expected integer, got nothing'],
  [[{ ...first, test_cases: [{ ...first.test_cases[0], method: undefined }] }], '[0].test_cases[0].method: expected one of'],
  [[{ ...first, hint: 'x' }], '[0]: unknown field "hint"'],
  [[{ ...first, id: 1e300 }], '[0].id: expected integer, got 1e+300'],
  [[{ ...first, id: 2_000_000 }], '[0].id: expected an integer from 1 to 1000000, got 2000000'],
  [
    [{ ...first, test_cases: [{ ...first.test_cases[0]!, input: JSON.parse('['.repeat(70) + ']'.repeat(70)) }] }],
    '[0].test_cases[0].input: expected at most 64 levels of arrays and objects, got an array',
  ],
  [['GET /notes'], '[0]: expected object, got "GET /notes"'],
]

test.each(malformed)('parseFeatureList names the place: %j', (list, place) => {
  expect(() => parseFeatureList(JSON.stringify(list))).toThrow(ForgeError)
  expect(() => parseFeatureList(JSON.stringify(list))).toThrow(`feature_list.json: ${place}`)
})
