import { existsSync } from 'node:fs'
import { readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatFeatureList, parseFeatureList, ProviderError } from '@forge/core'
import { fastapi, sizes } from '@forge/templates'
import { describe, expect, test } from 'vitest'
import { blueprint } from '../src/index'
import { freshFolder, type HeldSession, hold } from './support/session'

const SPEC = `# Bookshop API

## Core Resources

### 1. Books

**Model Fields:**
- \`id\` (integer, primary key)
- \`title\` (string, required, max 100 chars)
- \`isbn\` (string, unique, required, max 20 chars)
- \`price\` (decimal, optional)
- \`created_at\` (datetime, auto)

**Endpoints:**
- \`GET /api/v1/books\` - List books
- \`POST /api/v1/books\` - Create a book
- \`GET /api/v1/books/{id}\` - Get a book
- \`PUT /api/v1/books/{id}\` - Update a book
- \`DELETE /api/v1/books/{id}\` - Delete a book

**Business Rules:**
- Title is required and cannot be empty
- The price follows the mood of the market
`

async function project(spec = SPEC): Promise<string> {
  const folder = freshFolder()
  await writeFile(join(folder, 'app_spec.txt'), spec)
  return folder
}

const written = ({ calls }: HeldSession) => calls.filter((call) => call.startsWith('Write ')).map((call) => call.slice('Write '.length))
const list = async (folder: string) => parseFeatureList(await readFile(join(folder, 'feature_list.json'), 'utf8'))

describe('the initializer', () => {
  test('writes the feature list and the foundation, with no token', async () => {
    const folder = await project()
    const session = await hold(blueprint(), folder, { phase: 'initializer' })
    expect(session.tokens).toBe(0)
    expect(written(session)).toEqual(expect.arrayContaining(['feature_list.json', 'init.sh', 'pyproject.toml', 'claude-progress.txt']))
    expect(written(session).filter((path) => path.startsWith('tests/'))).toEqual([])
    expect((await stat(join(folder, 'init.sh'))).mode & 0o111).toBe(0o111)
    const features = await list(folder)
    expect(features.length).toBe(7)
    expect(features.every(({ passes }) => !passes)).toBe(true)
  })

  test('covers what the template demands of the specification', async () => {
    const folder = await project()
    await hold(blueprint(), folder, { phase: 'initializer' })
    const demanded = fastapi()
      .requirements(SPEC)
      .map(({ text }) => text)
    expect((await list(folder)).map(({ source }) => source?.text)).toEqual(demanded)
  })

  test('goes by the size that the request states', async () => {
    const [small, large] = [await project(), await project()]
    await hold(blueprint(), small, { phase: 'initializer', size: sizes.test })
    await hold(blueprint(), large, { phase: 'initializer', size: sizes.large })
    const cases = async (folder: string) => (await list(folder)).reduce((sum, feature) => sum + feature.test_cases.length, 0)
    expect(await cases(small)).toBeLessThanOrEqual(sizes.test.maxTests)
    expect(await cases(large)).toBeGreaterThan(30)
  })

  test('reads a long specification in pages', async () => {
    const folder = await project(`${SPEC}\n## Notes\n${'A remark.\n'.repeat(3000)}`)
    const session = await hold(blueprint(), folder, { phase: 'initializer' })
    expect(session.calls.filter((call) => call === 'Read app_spec.txt').length).toBe(2)
    expect((await list(folder)).length).toBe(7)
  })
})

describe('a coding session', () => {
  test('writes application and tests, and claims what is not left for a model', async () => {
    const folder = await project()
    await hold(blueprint(), folder, { phase: 'initializer' })
    const session = await hold(blueprint(), folder, { phase: 'coding' })
    expect(written(session)).toEqual(expect.arrayContaining(['app/main.py', 'tests/conftest.py', 'tests/api/v1/test_books.py', 'feature_list.json']))
    expect(written(session)).not.toContain('init.sh')
    const features = await list(folder)
    expect(features.map(({ passes, left_for_model: left }) => passes === (left === undefined))).not.toContain(false)
    expect(features.filter(({ left_for_model: left }) => left !== undefined).map(({ description }) => description)).toEqual([
      'The price follows the mood of the market.',
    ])
  })

  test('writes nothing twice, and mends what differs', async () => {
    const folder = await project()
    await hold(blueprint(), folder, { phase: 'initializer' })
    await hold(blueprint(), folder, { phase: 'coding' })
    expect(written(await hold(blueprint(), folder, { phase: 'coding' }))).toEqual([])
    await writeFile(join(folder, 'app/main.py'), 'broken = True\n')
    await rm(join(folder, 'tests/conftest.py'))
    expect(written(await hold(blueprint(), folder, { phase: 'coding' }))).toEqual(['app/main.py', 'tests/conftest.py'])
  })

  test('leaves the definitions alone that the harness froze', async () => {
    const folder = await project()
    await hold(blueprint(), folder, { phase: 'initializer' })
    const frozen = (await list(folder)).map((feature, index) =>
      index === 0 ? { ...feature, evidence: { verified_at: '2026-01-01T00:00:00Z', tree: 'x', cases: [] }, passes: true } : feature,
    )
    await writeFile(join(folder, 'feature_list.json'), formatFeatureList(frozen))
    await hold(blueprint(), folder, { phase: 'coding' })
    expect((await list(folder)).map((feature) => ({ ...feature, passes: false }))).toEqual(frozen.map((feature) => ({ ...feature, passes: false })))
  })
})

describe('a session that was killed', () => {
  test('goes on where its conversation ends, and writes each file once', async () => {
    const [whole, cut] = [await project(), await project()]
    await hold(blueprint(), whole, { phase: 'initializer' })
    const all = await hold(blueprint(), whole, { phase: 'coding' })
    await hold(blueprint(), cut, { phase: 'initializer' })
    const first = await hold(blueprint(), cut, { phase: 'coding', turns: 4 })
    const second = await hold(blueprint(), cut, { phase: 'coding', messages: first.messages })
    expect([...first.calls, ...second.calls]).toEqual(all.calls)
    expect(await readFile(join(cut, 'app/main.py'), 'utf8')).toBe(await readFile(join(whole, 'app/main.py'), 'utf8'))
  })

  test('is finished by a fresh one, which keeps what is right already', async () => {
    const folder = await project()
    const first = await hold(blueprint(), folder, { phase: 'initializer', turns: 3 })
    const second = await hold(blueprint(), folder, { phase: 'initializer' })
    expect(written(first).length).toBeGreaterThan(0)
    expect(written(second).filter((path) => written(first).includes(path))).toEqual([])
    expect(existsSync(join(folder, 'claude-progress.txt'))).toBe(true)
  })

  test('makes the call again that the kill interrupted', async () => {
    const folder = await project()
    const cut = await hold(blueprint(), folder, { phase: 'initializer', turns: 3 })
    const last = cut.messages.at(-1)!
    const messages = [
      ...cut.messages.slice(0, -1),
      {
        ...last,
        content: last.content.map((block, index) =>
          index === 0 && block.type === 'tool-result' ? { ...block, content: 'Interrupted.', isError: true } : block,
        ),
      },
    ]
    await rm(join(folder, 'feature_list.json'))
    await hold(blueprint(), folder, { phase: 'initializer', messages })
    expect((await list(folder)).length).toBe(7)
  })
})

describe('what cannot be done', () => {
  test('is said, and ends the session: no specification', async () => {
    const session = await hold(blueprint(), freshFolder(), { phase: 'initializer' })
    expect(session.text).toContain('Read app_spec.txt failed')
    expect(session.calls.filter((call) => call.startsWith('Write'))).toEqual([])
  })

  test('is an error that says what to do: a specification without anything to build', async () => {
    const folder = await project('Just some prose about nothing.\n')
    const failure = await hold(blueprint(), folder, { phase: 'initializer' }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ProviderError)
    expect(failure).toMatchObject({
      kind: 'invalid-request',
      message: expect.stringContaining('The specification cannot be compiled'),
      remedy: expect.stringContaining('Name at least one model'),
    })
    expect(existsSync(join(folder, 'feature_list.json'))).toBe(false)
  })

  test('is said, and ends the session: a write that is denied', async () => {
    const folder = await project()
    await symlink('/etc', join(folder, 'alembic'))
    const session = await hold(blueprint(), folder, { phase: 'initializer' })
    expect(session.text).toMatch(/^(Write|Glob) alembic.* failed/)
  })
})
