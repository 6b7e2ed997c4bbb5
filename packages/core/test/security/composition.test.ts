import { describe, expect, test } from 'vitest'
import { type CommandRule, type SecurityPolicy, commandAllowlist, defaultPolicies, evaluateCommand } from '../../src'

const judge = (command: string, policies: readonly SecurityPolicy[]) => evaluateCommand(command, { projectDir: '/nowhere/project', policies })
const verdictOf = (command: string, policies: readonly SecurityPolicy[]) => judge(command, policies).verdict

const noSeeding: SecurityPolicy = {
  id: 'no-seeding',
  evaluate: ({ command }) =>
    command.includes('seed') ? { verdict: 'deny', rule: 'no-seeding', reason: 'Seeding is for people.' } : { verdict: 'abstain' },
}

describe('a chain of policies', () => {
  const policies = [...defaultPolicies(), commandAllowlist({ add: ['make'] }), noSeeding]

  test('allows what one of them knows, and denies what one of them denies', () => {
    expect(verdictOf('make test', policies)).toBe('allow')
    expect(judge('make seed', policies)).toMatchObject({ verdict: 'deny', rule: 'no-seeding' })
    expect(verdictOf('ls && rm -rf /', policies)).toBe('deny')
    expect(verdictOf('make test && rm -rf /', policies)).toBe('deny')
    expect(verdictOf('make test && pytest -q | tee log.txt', policies)).toBe('allow')
    expect(verdictOf('make test && cmake .', policies)).toBe('deny')
  })

  test('lets several lists vouch together for one script', () => {
    const lists = [commandAllowlist({ add: ['make'] }), commandAllowlist({ add: ['terraform'] })]
    expect(verdictOf('make test && terraform plan && ls', lists)).toBe('allow')
    expect(verdictOf('make test && terraform plan && evil', lists)).toBe('deny')
    expect(verdictOf('make test > /etc/x && terraform plan', lists)).toBe('deny')
  })

  test('lets no list vouch for what another runs inside its own command', () => {
    const wrapper: CommandRule = { names: ['wrap'], check: ({ args }, scope) => scope.judge({ name: args[0]?.text ?? '', args: args.slice(1) }) }
    const careful: CommandRule = {
      names: ['deploy'],
      check: ({ args }) => (args.some(({ text }) => text === '--prod') ? { rule: 'deploy.prod', reason: 'production is for people.' } : undefined),
    }
    const lists = [commandAllowlist({ rules: [wrapper] }), commandAllowlist({ rules: [careful] })]
    expect(verdictOf('wrap ls', lists)).toBe('allow')
    expect(verdictOf('deploy', lists)).toBe('allow')
    expect(judge('deploy --prod', lists).rule).toBe('deploy.prod')
    expect(verdictOf('wrap deploy --prod', lists)).toBe('deny')
    expect(judge('wrap deploy --prod', [commandAllowlist({ rules: [wrapper, careful] })]).rule).toBe('deploy.prod')
  })

  test('denies when nobody speaks, with the first reason given', () => {
    const silent: SecurityPolicy = { id: 'silent', evaluate: () => ({ verdict: 'abstain' }) }
    const shy: SecurityPolicy = { id: 'shy', evaluate: () => ({ verdict: 'abstain', reason: 'not my subject', hint: 'ask another' }) }
    expect(judge('ls', [])).toMatchObject({ verdict: 'deny', rule: 'default.unlisted' })
    expect(judge('ls', [silent, shy])).toMatchObject({ verdict: 'deny', rule: 'default.unlisted', reason: 'not my subject', hint: 'ask another' })
    expect(judge('evil', defaultPolicies()).reason).toContain('evil')
  })

  test('denies when a policy throws or answers with nothing, whatever the others say', () => {
    const broken: SecurityPolicy = {
      id: 'broken',
      evaluate: () => {
        throw new Error('out of order')
      },
    }
    const mute = { id: 'mute', evaluate: () => undefined } as unknown as SecurityPolicy
    const unsure = { id: 'unsure', evaluate: () => ({ verdict: 'ask' }) } as unknown as SecurityPolicy
    for (const policy of [broken, mute, unsure]) {
      expect(judge('ls', [...defaultPolicies(), policy]).rule, policy.id).toMatch(/^internal\./)
    }
    expect(judge('ls', [broken]).reason).toContain('out of order')
  })
})

describe('commandAllowlist', () => {
  test('keeps the words of added programs inside the project', () => {
    const policies = [commandAllowlist({ add: ['make', './scripts/build.sh'] })]
    expect(verdictOf('make -j4 CFLAGS=-O2 test', policies)).toBe('allow')
    expect(verdictOf('make -C ../other', policies)).toBe('deny')
    expect(verdictOf('make -C/etc', policies)).toBe('deny')
    expect(verdictOf('make --directory=/etc', policies)).toBe('deny')
    expect(verdictOf('./scripts/build.sh --fast', policies)).toBe('allow')
    expect(verdictOf('cd scripts && ./build.sh', policies)).toBe('allow')
    expect(verdictOf('/nowhere/project-other/scripts/build.sh', policies)).toBe('deny')
    expect(verdictOf('build.sh', policies)).toBe('deny')
  })

  test('removes programs, also from the other policies of the chain', () => {
    const policies = [...defaultPolicies(), commandAllowlist({ remove: ['curl'] })]
    expect(judge('curl http://localhost:8000', policies).rule).toBe('curl.removed')
    expect(verdictOf('ls', policies)).toBe('allow')
  })

  test('own rules tighten a built-in one and never relax it', () => {
    const noAmend: CommandRule = {
      names: ['git'],
      check: ({ args }) => (args.some(({ text }) => text === '--amend') ? { rule: 'own.amend', reason: 'no rewriting.' } : undefined),
    }
    const policies = [commandAllowlist({ add: ['git'], rules: [noAmend] })]
    expect(judge('git commit --amend -m x', policies).rule).toBe('own.amend')
    expect(verdictOf('git commit -m x', policies)).toBe('allow')
    expect(verdictOf('git push', policies)).toBe('deny')
  })

  test('refuses names that cannot be judged', () => {
    for (const name of ['eval', 'exec', 'read']) expect(() => commandAllowlist({ add: [name] })).toThrow(/cannot be allowed/)
    for (const name of ['', '/bin/sh', 'a b', '../x', '-x', './../x'])
      expect(() => commandAllowlist({ add: [name] })).toThrow(/not the name of a command/)
  })
})
