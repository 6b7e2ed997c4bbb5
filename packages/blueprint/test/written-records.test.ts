import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Emitted, emitted } from './support/emitted'

// Rows that are written about the changes of others, for real: the emitted tests pass on the emitted application, and fail without what they ask for.

let project: Emitted

beforeAll(async () => {
  project = await emitted(new URL('fixtures/ledger.md', import.meta.url))
}, 600_000)

afterAll(() => project?.close())

describe('rows about changes', () => {
  test('need no model', () => {
    expect(project.features.filter(({ leftForModel }) => leftForModel !== undefined).map(({ description }) => description)).toEqual([])
  })

  test('please the linters', { timeout: 300_000 }, async () => {
    expect(await project.run(['ruff', 'check', '--no-cache', 'app', 'tests'])).toMatchObject({ code: 0 })
    expect(await project.run(['ruff', 'format', '--no-cache', '--check', 'app', 'tests'])).toMatchObject({ code: 0 })
    expect(await project.run(['mypy', 'app'])).toMatchObject({ code: 0 })
  })

  test('are written, by their own tests', { timeout: 300_000 }, async () => {
    const { code, output } = await project.pytest()
    expect([code, output.split('\n').slice(-12)]).toMatchObject([0, expect.anything()])
  })

  test.each([
    ['a creation', 'app/services/product.py', /self\.session\.add\((?=\n +AuditLog\([^\n]+CREATED)/, 'repr('],
    ['a deletion', 'app/services/order.py', /self\.session\.add\((?=AuditLog\()/, 'repr('],
    ['a change', 'app/services/product.py', /if self\.session\.is_modified\(product\):/, 'if False:'],
    ['what does not change', 'app/services/product.py', /if self\.session\.is_modified\(product\):/, 'if True:'],
    ['the state before', 'app/services/order.py', /from_status=status_before\.value/, 'from_status=order.status.value'],
    ['a change of the state', 'app/services/ticket.py', /if ticket\.state != state_before:/g, 'if False:'],
    ['what a row was', 'app/services/page.py', /title=page\.title/, 'title=body.title or ""'],
    ['a moment taken back', 'app/services/folder.py', /folder\.archived_at = None/, 'pass', 'tests/api/v1/test_folders.py'],
    ['the number of a version', 'app/services/page.py', /version=earlier \+ 1/, 'version=1'],
  ])('are missed by a test when taken out: %s', { timeout: 300_000 }, async (_, path, rule, instead, tests = 'tests/rules') => {
    await project.without(path, rule, instead, async () => {
      const { code, output } = await project.pytest('-x', tests)
      expect([code, output]).toEqual([1, expect.stringMatching(/\b1 failed\b/)])
    })
  })
})
