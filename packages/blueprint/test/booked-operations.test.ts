import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Emitted, emitted } from './support/emitted'

// Balances, reversals, numbers, the caller's own row, restored rows and limits of many rows at once, for real: the emitted tests pass on the emitted
// application, and fail on one from which a rule was taken out.

let project: Emitted

beforeAll(async () => {
  project = await emitted(new URL('fixtures/depot.md', import.meta.url))
}, 600_000)

afterAll(() => project?.close())

describe('operations that change other rows', () => {
  test('need no model', () => {
    expect(project.features.filter(({ leftForModel }) => leftForModel !== undefined).map(({ description }) => description)).toEqual([])
  })

  test('please the linters', { timeout: 300_000 }, async () => {
    expect(await project.run(['ruff', 'check', '--no-cache', 'app'])).toMatchObject({ code: 0 })
    expect(await project.run(['ruff', 'format', '--no-cache', '--check', 'app'])).toMatchObject({ code: 0 })
    expect(await project.run(['mypy', 'app'])).toMatchObject({ code: 0 })
  })

  test('hold, by their own tests', { timeout: 300_000 }, async () => {
    const { code, output } = await project.pytest()
    expect([code, output.split('\n').slice(-12)]).toMatchObject([0, expect.anything()])
  })

  test.each([
    ['what may not be taken', 'tests/rules', 'app/services/balances.py', /if change < 0 and booked < 0:/, 'if False:'],
    ['a direction', 'tests/rules', 'app/services/balances.py', /return -stock_movement\.quantity/, 'return stock_movement.quantity'],
    ['what is given back by a state', 'tests/rules', 'app/services/purchase.py', /sign = -1 if undone else 1/, 'sign = 0'],
    [
      'what is given back by a deletion',
      'tests/rules',
      'app/services/purchase_item.py',
      /purchase_item\.article_id, purchase_item\.quantity\)/,
      'purchase_item.article_id, 0)',
    ],
    ['the other side of a transfer', 'tests/rules', 'app/services/payout.py', /target_purse_id, payout\.amount/, 'target_purse_id, 0'],
    ['a running number', 'tests/rules', 'app/services/rows.py', /\(highest or 0\) \+ 1/, '(highest or 0) + 2'],
    ['a state', 'tests/rules', 'app/services/account.py', /if account\.status == AccountStatus\.FROZEN:/, 'if False:'],
    ['who receives', 'tests/rules', 'app/services/account.py', /if body\.to_account_id == account\.id:/, 'if False:'],
    [
      'the row that is written',
      'tests/api/v1/test_accounts.py',
      'app/services/account.py',
      /self\.session\.add\(\n +AccountEntry\(/,
      'repr(\n            AccountEntry(',
    ],
    ['whose row it is', 'tests/api/v1/test_preferences.py', 'app/services/preference.py', /Preference\.user_id, caller\.id/, 'Preference.user_id, 1'],
    ['the way back', 'tests/api/v1/test_articles.py', 'app/services/article.py', /article\.is_deleted = False/, 'article.is_deleted = True'],
    ['the limit of many rows', 'tests/api/v1/test_crates.py', 'app/services/crate.py', /await self\.session\.flush\(\)/, 'pass'],
  ])('are missed by a test when taken out: %s', { timeout: 300_000 }, async (_, tests, path, rule, instead) => {
    await project.without(path, rule, instead, async () => {
      const { code, output } = await project.pytest('-x', tests)
      expect([code, output]).toEqual([1, expect.stringMatching(/\b1 failed\b/)])
    })
  })
})
