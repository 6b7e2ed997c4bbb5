import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Feature } from '@forge/core'
import { readSpec } from '@forge/spec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forge } from './forge'

const KEPT_HERE = fileURLToPath(new URL('./specs', import.meta.url))
/** Specifications by others, where they lie beside the checkout. */
const BY_OTHERS = process.env['FORGE_SPECS'] ?? fileURLToPath(new URL('../../shared/specs', import.meta.url))
const specsIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /\.(txt|md)$/.test(name))
        .sort()
        .map((name) => join(folder, name))
    : []
const SPECS = [...specsIn(KEPT_HERE), ...specsIn(BY_OTHERS)]

/** Operations that the embedded provider may leave for a model. */
const MAY_BE_LEFT = new Set(['action', 'bulk', 'custom'])
/** The specification says that a job runs an operation on a document, and not which operations there are or what they do. */
const UNDEFINED_WORK = new Set(['POST /documents/{id}/jobs'])

describe('specifications of different forms', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forge-specs-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it.skipIf(specsIn(BY_OTHERS).length > 0)(
    'not run: the specifications by others are not beside this checkout (FORGE_SPECS names another folder)',
    () => {},
  )

  it.each(SPECS.map((path) => [basename(path), path]))(
    '%s: one feature per endpoint and rule sentence; every list, CRUD, nested and many-to-many endpoint is proven',
    async (name, path) => {
      const spec = readSpec(await readFile(path, 'utf8'))
      const project = join(folder, name)
      const { exitCode, stderr } = await forge(['generate', '--spec', path, '--project-dir', project, '--config', 'test', '--quiet'])
      const features = JSON.parse(await readFile(join(project, 'feature_list.json'), 'utf8')) as Feature[]
      expect(features.filter((feature) => feature.source?.kind === 'endpoint').length).toBe(spec.endpoints.length)
      expect(features.filter((feature) => feature.source?.kind === 'rule').length).toBe(spec.rules.length)
      const unproven = features.filter((feature) => !feature.passes && feature.source?.kind === 'endpoint')
      const floor = unproven.filter((feature) => !MAY_BE_LEFT.has(operationOf(feature))).map((feature) => `${feature.method} ${feature.path}`)
      expect(floor.filter((route) => !UNDEFINED_WORK.has(route))).toEqual([])
      expect(features.filter((feature) => !feature.passes && feature.left_for_model === undefined)).toEqual([])
      expect(exitCode, stderr).toBe(features.every((feature) => feature.passes) ? 0 : 3)

      function operationOf({ method, path: route }: Feature): string {
        return spec.endpoints.find((endpoint) => endpoint.method === method && endpoint.path === route)?.operation ?? 'unknown'
      }
    },
    300_000,
  )
})
