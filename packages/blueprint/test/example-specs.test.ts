import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startProcessHost } from '@forge/core'
import { readSpec } from '@forge/spec'
import { exampleSpecs, projectFiles, type ProjectFile, sizes } from '@forge/templates'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensurePythonEnv, type PythonEnv } from '../../templates/src/fastapi/environment/python-env'
import { emitApp } from '../src/emit/app'
import { emitMockData } from '../src/emit/mock-data'
import { emitTests } from '../src/emit/tests'
import { planFeatures } from '../src/plan'

// Every example specification, compiled: what is written for it is clean, and it has a case for every feature.

const folder = mkdtempSync(join(tmpdir(), 'forge-examples-'))
let host: Awaited<ReturnType<typeof startProcessHost>>
let env: PythonEnv

beforeAll(async () => {
  host = await startProcessHost()
  env = await ensurePythonEnv({ host })
}, 600_000)

afterAll(async () => {
  await host?.close()
  rmSync(folder, { recursive: true, force: true })
})

function write(name: string, files: ProjectFile[]): void {
  for (const { path, content } of files) {
    const place = join(folder, name, path)
    mkdirSync(dirname(place), { recursive: true })
    writeFileSync(place, content)
  }
}

async function run(cwd: string, program: string, ...words: string[]): Promise<{ code: number | null; output: string }> {
  const { exitCode, stdout, stderr } = await host.exec([join(env.bin, program), ...words], {
    cwd,
    timeoutMs: 280_000,
    env: { PATH: env.bin, HOME: folder, PYTHONDONTWRITEBYTECODE: '1' },
  })
  return { code: exitCode, output: `${stdout}${stderr}`.slice(-4000) }
}

/** Written with findings of the linter or the formatter still: lines that are too long, a key of a kind that the tests do not write yet. */
const UNCLEAN = ['education']

describe('the example specifications', () => {
  test('leave nothing of an authentication service for a model', () => {
    const { path } = exampleSpecs().find(({ name }) => name === 'auth-service')!
    const open = planFeatures(readSpec(readFileSync(path, 'utf8')), sizes.medium).filter(({ leftForModel }) => leftForModel !== undefined)
    expect(open.map(({ description }) => description)).toEqual([])
  })

  test.each(exampleSpecs().map(({ name, path }) => [name, path]))('%s: each feature has a case that can be run', (name, path) => {
    const spec = readSpec(readFileSync(path!, 'utf8'))
    const plans = planFeatures(spec, sizes.medium)
    const untested = plans.filter(({ cases, leftForModel }) => leftForModel === undefined && cases.every(({ guess }) => guess))
    expect(untested.map(({ description }) => description)).toEqual([])
    write(name!, [...projectFiles(), ...emitApp(spec), ...emitTests(spec, plans), ...emitMockData(spec, sizes.medium)])
  })

  test('please the linter and the formatter', { timeout: 300_000 }, async () => {
    const clean = exampleSpecs().flatMap(({ name }) => (UNCLEAN.includes(name) ? [] : [name]))
    expect(await run(folder, 'ruff', 'check', '--no-cache', ...clean)).toEqual({ code: 0, output: expect.any(String) })
    expect(await run(folder, 'ruff', 'format', '--no-cache', '--check', ...clean)).toEqual({ code: 0, output: expect.any(String) })
  })
})
