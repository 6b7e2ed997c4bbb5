import { describe, expect, test } from 'vitest'
import { type CommandRule, type SecurityPolicy, commandAllowlist, declaredPolicies, defaultPolicies, evaluateCommand, optionRule } from '../../src'

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
    for (const policies of [[], [silent]]) expect(judge('ls', policies).hint).toContain('defaultPolicies()')
  })

  test('denies when a policy throws or answers with nothing, whatever the others say', () => {
    const broken: SecurityPolicy = {
      id: 'broken',
      evaluate: () => {
        throw new Error('out of order')
      },
    }
    const bare = { id: 'bare', evaluate: () => ({ verdict: 'allow' }) } as unknown as SecurityPolicy
    const odd = { id: 'odd', evaluate: () => ({ verdict: 'abstain', unknown: 'ls' }) } as unknown as SecurityPolicy
    const later = { id: 'later', evaluate: async () => ({ verdict: 'allow', rule: 'x', reason: 'x' }) } as unknown as SecurityPolicy
    const mute = { id: 'mute', evaluate: () => undefined } as unknown as SecurityPolicy
    const unsure = { id: 'unsure', evaluate: () => ({ verdict: 'ask' }) } as unknown as SecurityPolicy
    for (const policy of [broken, mute, unsure, bare, odd, later]) {
      const { rule, hint } = judge('ls', [...defaultPolicies(), policy])
      expect({ rule, hint }, policy.id).toEqual({ rule: expect.stringMatching(/^internal\./), hint: expect.stringContaining('policy is at fault') })
    }
    expect(judge('ls', [broken]).reason).toContain('out of order')
    expect(judge('ls', [mute])).toMatchObject({ rule: 'internal.verdict', reason: expect.stringContaining('gave no verdict') })
    expect(judge('ls', [null as unknown as SecurityPolicy]).rule).toBe('internal.error')
  })

  test('says of an asynchronous policy that it must answer at once, also when its promise fails', async () => {
    for (const answer of [async () => ({ verdict: 'allow', rule: 'x', reason: 'x' }), async () => Promise.reject(new Error('out of order'))]) {
      const later = { id: 'later', evaluate: answer } as unknown as SecurityPolicy
      expect(judge('ls', [later])).toMatchObject({
        rule: 'internal.verdict',
        reason: expect.stringMatching(/^the policy later .*must answer at once/),
      })
      await new Promise((done) => setImmediate(done))
    }
  })

  test('a project folder that cannot be used is denied with what to do', () => {
    expect(evaluateCommand('ls', { projectDir: '/dev/null/x' })).toMatchObject({
      verdict: 'deny',
      rule: 'cwd.project',
      hint: expect.stringContaining('another folder'),
    })
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

  test('denies with the reason of the list that knows most', () => {
    const policies = [...defaultPolicies(), commandAllowlist({ add: ['make'] })]
    expect(judge('make test && evil', policies).reason).toBe('evil is not on the list of allowed commands.')
  })

  test.each([
    ['make DESTDIR=/usr install', 'path.outside'],
    ['make OUT=../x', 'path.outside'],
    ['make OUT=~/x', 'path.home'],
    ['make -I.:../x', 'path.outside'],
    ['make "X=a /etc/passwd"', 'path.outside'],
    ['make --eval="all: ; evil"', 'make.option'],
    ['make -exec x', 'make.option'],
    ['make --use-compress-program evil', 'make.option'],
    ['make http://example.com/x', 'make.host'],
    ['make URL=https://localhost@example.com', 'make.host'],
    ['make URL=https://localhost:80@example.com', 'make.host'],
    ['make file:///etc/passwd', 'make.host'],
    ['make "$X"', 'path.unknown'],
    ['make $X', 'make.unclear'],
    ['make x > .git/config', 'path.git'],
    ['make DIR=.git', 'path.git'],
  ])('an added program may not: %s', (command, rule) => {
    expect(judge(command, [commandAllowlist({ add: ['make'] })])).toMatchObject({ verdict: 'deny', rule })
  })

  test.each([
    'make',
    'make -j4 -k test lint',
    'make VERSION=1.2.3 OUT=dist/app.tar.gz',
    'make URL=http://localhost:8000/docs DB=postgresql://forge@127.0.0.1/app',
    'make -f ci/Makefile --no-print-directory 2>&1 | tail -5',
    'make --executor-count=2',
    'make --actions',
  ])('an added program may: %s', (command) => {
    expect(judge(command, [commandAllowlist({ add: ['make'] })])).toMatchObject({ verdict: 'allow' })
  })

  test('programs that run others are not added by their name alone, but with a rule', () => {
    for (const name of ['bash', 'env', 'xargs', 'sudo', 'timeout', 'perl', 'perl5.36', 'PYTHON2', 'ruby3.1', 'vim', 'psql', 'ssh', 'busybox']) {
      expect(() => commandAllowlist({ add: [name] }), name).toThrow(/by its name alone/)
    }
    const timeout: CommandRule = {
      names: ['timeout'],
      check({ args: [seconds, program, ...args] }, scope) {
        if (!/^\d+$/.test(seconds?.text ?? '') || program?.text === undefined) return { rule: 'timeout.form', reason: 'timeout SECONDS COMMAND.' }
        return scope.judge({ name: program.text, args })
      },
    }
    const policies = [commandAllowlist({ add: ['timeout'], rules: [timeout] })]
    expect(verdictOf('timeout 60 pytest -q', policies)).toBe('allow')
    expect(judge('timeout 60 rm -rf ..', policies).rule).toBe('path.outside')
    expect(judge('timeout 60 evil', policies).rule).toBe('default.unlisted')
    expect(judge('timeout -k 1 60 ls', policies).rule).toBe('timeout.form')
  })

  test('a rule of a table is as strict as a built-in one', () => {
    const tool = optionRule(['tool'], { flags: '-v', values: { path: '-f --file', number: '-n' }, forbidden: '--exec', operands: 'ref' })
    const policies = [commandAllowlist({ rules: [tool] })]
    for (const command of ['tool -v -f a.txt -n5', 'tool --file=a.txt name', 'x=a.txt; tool -f "$x"'])
      expect(verdictOf(command, policies)).toBe('allow')
    for (const command of ['tool -x', 'tool -vf/etc/passwd', 'tool --exec evil', 'tool --ex=evil', 'tool -n x', 'tool ../x', 'tool -f "$X"']) {
      expect(verdictOf(command, policies), command).toBe('deny')
    }
  })

  test('only a replaced rule relaxes, and only where no other policy holds the built-in one', () => {
    const push = optionRule(['git'], { flags: '-u', operands: 'text' })
    const replaced = commandAllowlist({ replace: [push] })
    expect(verdictOf('git push -u origin main && pytest -q', [replaced])).toBe('allow')
    expect(verdictOf('git push --force', [replaced])).toBe('deny')
    expect(verdictOf('git push -u origin main', [...defaultPolicies(), replaced])).toBe('deny')
  })

  test('refuses names that cannot be judged', () => {
    for (const name of ['eval', 'exec', 'read']) expect(() => commandAllowlist({ add: [name] })).toThrow(/cannot be allowed/)
    for (const name of ['', '/bin/sh', 'a b', '../x', '-x', './../x'])
      expect(() => commandAllowlist({ add: [name] })).toThrow(/not the name of a command/)
  })
})

describe('declaredPolicies', () => {
  const declared = declaredPolicies({
    allow: ['make'],
    remove: ['curl'],
    rules: [{ names: ['terraform'], flags: '-no-color', singleDashWords: true, operands: 'ref' }],
    deny: [
      { command: 'git', words: ['reset', '--hard'], reason: 'It loses work.', hint: 'Use git stash.' },
      { command: 'terraform', words: ['destroy'], reason: 'Never here.' },
      { command: 'kubectl', words: ['delete'], reason: 'Never here.' },
    ],
  })
  const policies = [...defaultPolicies(), ...declared]

  test.each([
    ['make test', 'allow', 'command.allowed'],
    ['curl http://localhost:8000', 'deny', 'curl.removed'],
    ['terraform plan -no-color', 'allow', 'command.allowed'],
    ['terraform plan -out=x', 'deny', 'terraform.option'],
    ['terraform destroy', 'deny', 'terraform.denied'],
    ['git reset --soft HEAD~1', 'allow', 'command.allowed'],
    ['ls; git reset HEAD~1 --hard', 'deny', 'git.denied'],
    ['kubectl delete pod x', 'deny', 'kubectl.denied'],
    ['kubectl get pods', 'deny', 'default.unlisted'],
  ])('%s: %s by %s', (command, verdict, rule) => expect(judge(command, policies)).toMatchObject({ verdict, rule }))

  test.each<[unknown, RegExp]>([
    [{ alow: ['make'] }, /the policy is wrong: there is no field alow \(perhaps allow is meant\)$/],
    [{ remove: ['crul'] }, /crul cannot be removed/],
    [{ rules: [{ names: ['x'], flag: '-q' }] }, /rules\.0: there is no field flag \(perhaps flags is meant\)/],
    [{ rules: [{ names: ['x'], flags: ['-q'] }] }, /rules\.0\.flags: /],
    [{ rules: [{ names: ['x'], flags: 'q' }] }, /"q" among flags in the option table of x/],
    [{ replace: [{ names: ['x'], values: { paht: '-x' } }] }, /replace\.0\.values: there is no field paht \(perhaps path is meant\)/],
    [{ deny: [{ command: 'x', words: ['y'], reason: 'z', hnt: '' }] }, /deny\.0: there is no field hnt \(perhaps hint is meant\)/],
    [{ allow: 'make' }, /allow: /],
    [{ allow: ['bash'] }, /bash cannot be allowed/],
    [{ deny: [{ command: 'git', words: [] }] }, /deny\.0\.words: .*deny\.0\.reason: /],
    [{ rules: [{ names: ['x'], operands: 'any' }] }, /rules\.0\.operands: /],
    [[], /must be an object/],
    [null, /must be an object/],
  ])('%j is refused with the place', (data, message) => {
    expect(() => declaredPolicies(data)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message), remedy: expect.any(String) }),
    )
  })
})
