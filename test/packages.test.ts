import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)
const PACKAGES = ['core', 'spec', 'templates', 'blueprint', 'cli']

describe('the packed tarballs', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forge-pack-'))
    await run('npm', ['pack', '--silent', '--pack-destination', folder, ...PACKAGES.flatMap((name) => ['-w', `@forge/${name}`])], { cwd: root })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('are one for each package', async () => {
    expect((await readdir(folder)).length).toBe(PACKAGES.length)
  })

  it.each(PACKAGES)(
    'publint and attw find nothing in @forge/%s',
    async (name) => {
      const tarball = join(folder, `forge-${name}-0.1.0.tgz`)
      await run(process.execPath, [join(root, 'node_modules/publint/src/cli.js'), tarball, '--strict'], { cwd: root })
      const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js')
      await run(process.execPath, [attw, tarball, '--profile', 'node16'], { cwd: root })
    },
    120_000,
  )

  it.each([
    ['core', 'Harness'],
    ['spec', 'readSpec'],
    ['templates', 'fastapi'],
    ['blueprint', 'blueprint'],
    ['cli', 'run'],
  ])('import and require of @forge/%s both work, and importing does nothing', async (name, exported) => {
    const options = { cwd: root, env: { ...process.env, NODE_PATH: '' } }
    const imported = await run(
      process.execPath,
      ['--input-type=module', '-e', `console.log(typeof (await import('@forge/${name}')).${exported})`],
      options,
    )
    const required = await run(process.execPath, ['-e', `console.log(typeof require('@forge/${name}').${exported})`], options)
    expect([imported.stdout, required.stdout]).toEqual(['function\n', 'function\n'])
    expect([imported.stderr, required.stderr]).toEqual(['', ''])
  })

  it('the changesets configuration has one source', () => {
    const require = createRequire(import.meta.url)
    expect(require('../.changeset/config.json')).toEqual(require('../changeset.config.json'))
  })
})
