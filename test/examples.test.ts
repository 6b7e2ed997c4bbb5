import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Feature } from '@forge/core'
import { exampleSpecs } from '@forge/templates'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forge } from './forge'

/** Two that have little in common: `npm run accept` proves all of them, and much more. */
const PROVEN_HERE = ['analytics', 'education']

describe('example specifications', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forge-examples-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it.each(exampleSpecs().filter(({ name }) => PROVEN_HERE.includes(name)))(
    '$name ($form): every feature is proven',
    async ({ name, path }) => {
      const project = join(folder, name)
      const { exitCode, stdout, stderr } = await forge(['generate', '--spec', path, '--project-dir', project, '--config', 'small', '--quiet'])
      const features = JSON.parse(await readFile(join(project, 'feature_list.json'), 'utf8')) as Feature[]
      expect(features.filter(({ passes }) => !passes).map(({ method, path: route, description }) => `${method} ${route}: ${description}`)).toEqual([])
      expect(exitCode, `${stdout}${stderr}`).toBe(0)
    },
    300_000,
  )
})
