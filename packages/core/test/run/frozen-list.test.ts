import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readFrozenList, uncoveredRequirements } from '../../src/index'
import { scriptedProvider } from '../../src/testing/index'
import { builds, rig, runs, writesList } from '../support/project'
import { TINY_LIST, TINY_SPEC, feature, tinyTemplate } from '../support/tiny-template'

test('a frozen list that was edited in the project is read from the copy outside of it', async () => {
  const { harness, projectDir } = rig(scriptedProvider([...writesList(), ...builds(1, 2)]))
  await harness.run()
  await writeFile(
    join(projectDir, '.forge', 'features.json'),
    JSON.stringify({ version: 1, spec_digest: 'x', features: [feature(1, 'GET', '/easy')] }),
  )
  expect((await readFrozenList(projectDir))?.definitions.map(({ path }) => path)).toEqual(['/notes', '/notes'])
})

test('the copy that clones are proven from is made again', async () => {
  const { harness, projectDir } = rig(scriptedProvider([...writesList(), runs('rm .forge/features.json'), ...builds(1, 2)]))
  const frozen = join(projectDir, '.forge', 'features.json')
  await harness.run()
  const text = await readFile(frozen, 'utf8')
  expect(JSON.parse(text)).toMatchObject({ features: [{ id: 1 }, { id: 2 }] })
  await rm(frozen)
  expect(await rig(scriptedProvider([]), { projectDir }).harness.run()).toMatchObject({ status: 'proven' })
  expect(await readFile(frozen, 'utf8')).toBe(text)
})

test('requirements that no feature of a list stands for are named', () => {
  const requirements = tinyTemplate().requirements(`${TINY_SPEC}Rule: Notes are short.\n`)
  expect(uncoveredRequirements(TINY_LIST, requirements).map(({ text }) => text)).toEqual(['Rule: Notes are short.'])
  expect(uncoveredRequirements(TINY_LIST.slice(1), requirements).map(({ text }) => text)).toEqual([
    'GET /notes - List notes',
    'Rule: Notes are short.',
  ])
})
