import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { evaluateCommand } from '../../src'
import { allowedCommands, deniedCommands } from './support/corpus'

let projectDir = ''
beforeAll(() => {
  projectDir = realpathSync(mkdtempSync(join(tmpdir(), 'forge-policy-')))
})
afterAll(() => rmSync(projectDir, { recursive: true, force: true }))

const judge = (command: string, cwd = projectDir) => evaluateCommand(command, { projectDir, cwd })
const rulesOf = (commands: readonly string[]) => commands.map((command) => judge(command).rule)

describe('the corpus', () => {
  test.each(allowedCommands())('allows %j', (command) => {
    expect(judge(command)).toMatchObject({ verdict: 'allow' })
  })

  test.each(deniedCommands())('denies $command by $rule', ({ command, rule }) => {
    expect(judge(command)).toMatchObject({ verdict: 'deny', rule })
  })

  test('has enough of both', () => {
    expect(allowedCommands().length).toBeGreaterThanOrEqual(1000)
    expect(deniedCommands().length).toBeGreaterThanOrEqual(1000)
  })

  test('holds whether the project exists or not', () => {
    const nowhere = (command: string) => evaluateCommand(command, { projectDir: '/nowhere/at/all' }).verdict
    expect(allowedCommands().filter((command) => nowhere(command) !== 'allow')).toEqual([])
    expect(deniedCommands().filter(({ command }) => nowhere(command) !== 'deny')).toEqual([])
  })

  test('is judged in time', () => {
    const times = [...allowedCommands(), ...deniedCommands().map(({ command }) => command)].map((command) => {
      judge(command)
      const startedAt = performance.now()
      judge(command)
      return performance.now() - startedAt
    })
    expect(times.sort((one, other) => one - other)[Math.floor(times.length / 2)]).toBeLessThan(5)
  })
})

describe('every denial', () => {
  test('says why and has a stable rule', () => {
    for (const { command } of deniedCommands()) {
      const { rule, reason } = judge(command)
      expect(rule).toMatch(/^[\w./-]+\.[\w-]+$/)
      expect(reason.length, command).toBeGreaterThan(10)
    }
  })
})

describe('characters and size', () => {
  test('controls and invisible characters outside of quotes are denied', () => {
    for (const character of ['\0', '\r', '\u001b', '\u200b', '\u202e', '\ufeff']) expect(judge(`ls ${character}`).rule).toBe('raw.character')
    expect(judge('git commit -m "done 👩‍💻"').verdict).toBe('allow')
  })

  test('empty, long and deep scripts are denied at once', () => {
    expect(rulesOf(['', ' \n'])).toEqual(['raw.empty', 'raw.empty'])
    expect(judge(`echo ${'a'.repeat(70_000)}`).rule).toBe('raw.length')
    expect(judge(`${'$('.repeat(100)}ls${')'.repeat(100)}`).rule).toBe('raw.nesting')
  })

  const many = (part: (index: number) => string, count: number) => Array.from({ length: count }, (_, index) => part(index))
  /** As many folders as a project may have. */
  beforeAll(() => {
    for (let index = 0; index < 300; index++) mkdirSync(join(projectDir, 'many', `d${index}`, 'e'), { recursive: true })
  })
  afterAll(() => rmSync(join(projectDir, 'many'), { recursive: true }))

  test.each([
    ['loops in loops', `${'for i in 1 2; do '.repeat(30)}x=$i${'; done'.repeat(30)}`],
    ['a long chain', `${'true || '.repeat(8000)}ls`],
    ['many folders', `${'cd a && '.repeat(5000)}ls`],
    ['many words', `cat ${'x '.repeat(30_000)}`],
    ['many patterns', `ls ${'* '.repeat(20_000)}`],
    ['many deep patterns', `ls ${'many/?*/?*/*?*/ '.repeat(3000)}`],
    ['many changing variables', `${many((index) => `v${index}=a`, 99).join(';')};${'for i in a b c; do v1=$v2; v2=$v3; v3=x$v1; done;'.repeat(60)}`],
    ['many braces', `echo ${`${'{a,b}'.repeat(7)} `.repeat(1500)}`],
    ['many functions', many((index) => `f${index}() { ls; }`, 3000).join('; ')],
    ['functions in functions', `f0() { ls; }; ${many((index) => `f${index + 1}() { f${index}; f${index}; }`, 30).join('; ')}; f30`],
    ['many branches', `case x in ${'a) x=1;; '.repeat(5000)}esac`],
    ['many variables', many((index) => `a${index}=1`, 6000).join('; ')],
    ['a long package name', `pip install a${'1'.repeat(60_000)}{`],
  ])('%s cannot keep the policy busy', (_name, command) => {
    judge('ls')
    const startedAt = process.cpuUsage()
    expect(judge(command).rule).not.toMatch(/^internal/)
    const { user, system } = process.cpuUsage(startedAt)
    expect((user + system) / 1000).toBeLessThan(1000)
  })

  test('a long chain hides nothing', () => {
    expect(judge(`${'true && '.repeat(500)}evil`).verdict).toBe('deny')
  })
})

describe('folders and links', () => {
  test('a relative path counts from where the shell is', () => {
    mkdirSync(join(projectDir, 'app', 'models'), { recursive: true })
    expect(judge('cat ../../README.md', join(projectDir, 'app', 'models')).verdict).toBe('allow')
    expect(judge('cat ../../../README.md', join(projectDir, 'app', 'models')).verdict).toBe('deny')
    expect(judge('cd app && cat ../README.md && cd models && cat ../../README.md').verdict).toBe('allow')
    expect(judge('cd app && ls; cat ../README.md').verdict).toBe('allow')
    expect(judge('(cd app); cat ../README.md').verdict).toBe('deny')
    expect(judge('cd missing; cat ../README.md').verdict).toBe('deny')
  })

  test('a start outside of the project is denied', () => {
    expect(judge('ls', '/').rule).toBe('cwd.outside')
    expect(judge('ls', `${projectDir}-other`).rule).toBe('cwd.outside')
  })

  test('a link out of the project is not followed, whoever matches it', () => {
    mkdirSync(join(projectDir, 'links'), { recursive: true })
    symlinkSync('/etc', join(projectDir, 'links', 'etc'))
    expect(judge('cat links/etc/passwd').verdict).toBe('deny')
    expect(judge('cat links/*/passwd').verdict).toBe('deny')
    expect(judge('cat links/e*').verdict).toBe('deny')
    expect(judge('cd links/etc && ls').verdict).toBe('deny')
    expect(judge('echo x > links/etc/x').verdict).toBe('deny')
    rmSync(join(projectDir, 'links'), { recursive: true })
  })

  test('a way back through a link counts from where the link leads', () => {
    mkdirSync(join(projectDir, 'links', 'deep', 'deeper'), { recursive: true })
    symlinkSync('/etc/ssl', join(projectDir, 'links', 'out'))
    symlinkSync('deep/deeper', join(projectDir, 'links', 'in'))
    for (const way of ['links/out/../passwd', './links/out/./../passwd', 'links/in/../../../README.md', 'links/out/../*']) {
      expect(judge(`cat ${way}`).verdict, way).toBe('deny')
      expect(judge(`cat x > ${way}`).verdict, way).toBe('deny')
    }
    expect(judge('cd links/out/.. && cat passwd').verdict).toBe('deny')
    expect(judge('cat links/deep/../../README.md links/deep/deeper/../x missing/../x').verdict).toBe('allow')
    rmSync(join(projectDir, 'links'), { recursive: true })
  })

  test('a pattern reaches neither the repository nor a name that would be an option', () => {
    mkdirSync(join(projectDir, 'sub', '.git'), { recursive: true })
    expect(judge('rm -rf sub/.g*').rule).toBe('path.git')
    expect(judge('cp x s*/.git/hooks').rule).toBe('path.git')
    expect(judge('cat sub/.git/*').verdict).toBe('allow')
    writeFileSync(join(projectDir, 'sub', '--pre=x'), '')
    expect(judge('rg word *', join(projectDir, 'sub')).rule).toBe('glob.option')
    expect(judge('rg word ./*', join(projectDir, 'sub')).verdict).toBe('allow')
    rmSync(join(projectDir, 'sub'), { recursive: true })
  })
})
