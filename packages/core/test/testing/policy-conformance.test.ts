import { describe, expect, test } from 'vitest'
import { type PolicyVerdict, type SecurityPolicy, commandAllowlist, defaultPolicies } from '../../src/index'
import { policyConformance } from '../../src/testing/index'
import { allowedCommands, deniedCommands } from '../security/support/corpus'

const noSeeding: SecurityPolicy = {
  id: 'no-seeding',
  evaluate: ({ command }) =>
    command.includes('seed') ? { verdict: 'deny', rule: 'no-seeding', reason: 'Seeding is for people.' } : { verdict: 'abstain' },
}

describe('the default policy', () => {
  const [policy] = defaultPolicies()
  const cases = policyConformance({ create: () => policy!, allowed: allowedCommands(), denied: deniedCommands() })
  test.each(cases.map(({ name, run }) => ({ name, run })))('$name', ({ run }) => run())
})

describe('a policy that only denies', () => {
  const cases = policyConformance({
    create: () => noSeeding,
    beside: [...defaultPolicies(), commandAllowlist({ add: ['make'] })],
    allowed: ['make test'],
    denied: [{ command: 'make seed', rule: 'no-seeding' }, 'evil'],
  })
  test.each(cases.map(({ name, run }) => ({ name, run })))('$name', ({ run }) => run())
})

describe('the suite finds what is wrong', () => {
  const deny: PolicyVerdict = { verdict: 'deny', rule: 'own.no', reason: 'not here' }
  const policyOf = (evaluate: SecurityPolicy['evaluate'], id = 'broken'): SecurityPolicy => ({ id, evaluate })
  let asked = 0

  async function failures(policy: SecurityPolicy, corpus: { allowed?: string[]; denied?: { command: string; rule: string }[] } = {}) {
    const failed: string[] = []
    for (const { name, run } of policyConformance({ create: () => policy, ...corpus })) await run().catch(() => failed.push(name))
    return failed.join('\n')
  }

  test.each<[string, SecurityPolicy, string]>([
    ['no name', policyOf(() => deny, ''), 'has an id'],
    ['a throw', policyOf(({ command }) => (command === '' ? (null as never) : deny)), 'well-formed'],
    ['a promise', policyOf((async () => deny) as never), 'synchronously'],
    ['an unknown verdict', policyOf(() => ({ ...deny, verdict: 'ask' }) as never), 'well-formed'],
    ['a decision without a reason', policyOf(() => ({ ...deny, reason: '' })), 'well-formed'],
    ['a state', policyOf(() => (++asked % 7 === 0 ? { verdict: 'abstain' } : deny)), 'the same way'],
    ['a change of the question', policyOf((request) => Object.assign(request, { command: 'ls' }) && deny), 'as it is'],
  ])('%s', async (_name, policy, found) => expect(await failures(policy)).toContain(found))

  test('a command of the corpus that gets another answer, or another rule', async () => {
    expect(await failures(policyOf(() => deny))).toBe('')
    expect(
      await failures(
        policyOf(() => deny),
        { allowed: ['ls'] },
      ),
    ).toBe('allows: ls')
    expect(
      await failures(
        policyOf(() => deny),
        { denied: [{ command: 'ls', rule: 'own.yes' }] },
      ),
    ).toBe('denies: ls')
    expect(
      await failures(
        policyOf(() => ({ ...deny, verdict: 'allow' })),
        { denied: [{ command: 'ls', rule: 'own.no' }] },
      ),
    ).toBe('denies: ls')
  })
})
