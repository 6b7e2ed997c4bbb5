import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { loadSize } from '@forge/templates'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)
const SPEC = `Shelf API
- Book (id, title, pages, created_at)
- GET /api/v1/books - List books
- POST /api/v1/books - Create book
- GET /api/v1/books/{id} - Get book
`

/** The fenced block that follows `<!-- run: name -->`. */
async function snippet(name: string): Promise<string> {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const found = new RegExp(`<!-- run: ${name.replace('.', '\\.')} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(readme)
  if (!found?.[1]) throw new Error(`README.md has no snippet ${name}`)
  return found[1]
}

describe('the snippets of the README', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forge-readme-'))
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function execute(name: string, program: string): Promise<string> {
    await writeFile(join(folder, name), await snippet(name))
    const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}` }
    return (await run(program, [name], { cwd: folder, env, timeout: 300_000, maxBuffer: 1 << 26 })).stdout
  }

  it('runs the script', async () => {
    const output = await execute('script.mjs', process.execPath)
    expect(output).toContain('proven: ')
    expect(output.trim().split('\n').at(-1)).toBe('proven')
  }, 300_000)

  it('runs the CI steps', async () => {
    await writeFile(join(folder, 'spec.txt'), SPEC)
    await execute('ci.sh', 'bash')
    const proof = JSON.parse(await readFile(join(folder, 'proof.json'), 'utf8')) as { features: { proven: boolean }[]; drift: unknown[] }
    expect(proof.features.length).toBe(3)
    expect(proof.features.every((feature) => feature.proven)).toBe(true)
    expect(proof.drift).toEqual([])
  }, 300_000)

  it('shows a size file that is one', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8')
    const file = join(folder, 'size.json')
    await writeFile(file, /```json\n([\s\S]*?)```/.exec(readme)?.[1] ?? '')
    expect(loadSize(file)).toMatchObject({ name: 'mine', minTests: 40, testsPerEndpoint: [2, 4] })
  })

  it('runs the policy', async () => {
    expect((await execute('policy.mjs', process.execPath)).trim().split('\n')).toEqual(['allow', 'deny', 'deny'])
  })
})
