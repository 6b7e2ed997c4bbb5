import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { forge } from './run-forge'

const BAD: [name: string, content: string | Uint8Array][] = [
  ['empty', ''],
  ['blank', ' \n\t\n\n'],
  ['binary', Uint8Array.from({ length: 4096 }, (_, index) => (index * 37) % 256)],
  ['bytes that are no UTF-8', Uint8Array.from({ length: 4096 }, (_, index) => 128 + (index % 64))],
  ['entity-less', 'A letter to my aunt\n\nDear aunt, the weather is fine and I am well.\n'],
]

describe('a specification that holds nothing to build', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forge-bad-input-'))
    // The sources are compiled on their first import.
    await forge('generate', '--config', 'huge')
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it.each(BAD)('%s: one clear line, exit code 2, within 2 s, and nothing is written', async (name, content) => {
    const file = join(folder, 'spec.txt')
    await writeFile(file, content)
    const before = await readdir(folder)
    for (const argv of [
      ['generate', '--spec', file, '--project-dir', join(folder, `api ${name}`)],
      ['spec', file],
    ]) {
      const startedAt = performance.now()
      const { exitCode, stderr, stdout } = await forge(...argv)
      expect(performance.now() - startedAt).toBeLessThan(2000)
      expect(exitCode).toBe(2)
      expect(stdout).toBe('')
      expect(stderr.match(/^forge: .+$/gm)).toHaveLength(1)
      expect(await readdir(folder)).toEqual(before)
    }
  })

  it.each([
    ['is not there', 'absent.txt'],
    ['is a folder', '.'],
  ])('a file that %s is named', async (_, name) => {
    for (const command of [['generate', '--project-dir', join(folder, 'api'), '--spec'], ['spec']]) {
      const { exitCode, stderr } = await forge(...command, join(folder, name))
      expect(exitCode).toBe(2)
      expect(stderr).toContain(folder)
    }
    expect(await readdir(folder)).not.toContain('api')
  })

  it('a directory that holds something else is left alone', async () => {
    const place = await mkdtemp(join(folder, 'foreign-'))
    await writeFile(join(place, 'thesis.txt'), 'chapter one')
    const { exitCode, stderr } = await forge('generate', '--project-dir', place)
    expect(exitCode).toBe(2)
    expect(stderr).toContain('not a Forge project')
    expect(await readdir(place)).toEqual(['thesis.txt'])
  })

  it.each([
    [['ANTHROPIC_API_KEY'], 'forge: ANTHROPIC_API_KEY is set but not used: '],
    [['ANTHROPIC_API_KEY', 'AZURE_FOUNDRY_API_KEY'], 'forge: ANTHROPIC_API_KEY and AZURE_FOUNDRY_API_KEY are set but not used: '],
  ])('says that %j cannot be used', async (keys, notice) => {
    for (const key of ['ANTHROPIC_API_KEY', 'AZURE_FOUNDRY_API_KEY']) vi.stubEnv(key, keys.includes(key) ? 'a-key' : undefined)
    const place = await mkdtemp(join(folder, 'foreign-'))
    await writeFile(join(place, 'thesis.txt'), 'chapter one')
    expect((await forge('generate', '--project-dir', place)).stderr).toContain(notice)
    vi.unstubAllEnvs()
  })
})
