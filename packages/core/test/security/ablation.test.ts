import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { type Sandbox, bubblewrap, commandAllowlist, createWorkspace, evaluateCommand, noSandbox, redact } from '../../src/index'
import { allowAll } from '../support/project'

/** The rows of the table in docs/security.md where layers answer differently: each layer alone, the others off. layers.test.ts has the rest. */
const base = realpathSync(mkdtempSync(join(tmpdir(), 'forge-ablation-')))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const probe = await bubblewrap().probe()
const skipped = probe.works ? '' : ` (not run: ${probe.reason})`
/** The system's own: programs of home folders are hidden in the sandbox. */
const PATH = '/usr/bin:/bin'
const hasPip = spawnSync('python3', ['-c', 'import setuptools, pip'], { env: { PATH } }).status === 0

let project = ''
let outside = ''
beforeEach(() => {
  const place = mkdtempSync(join(base, 'place-'))
  project = join(place, 'project')
  outside = join(place, 'outside')
  for (const folder of [project, outside]) mkdirSync(folder)
  writeFileSync(join(outside, 'secret'), 'planted')
  git('init', '-q')
})

function git(...args: string[]): string {
  return execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: project, encoding: 'utf8', stdio: 'pipe' })
}

const policySays = (command: string) => evaluateCommand(command, { projectDir: project, policies: [commandAllowlist()] }).verdict

/** Runs commands with no policy. */
async function runIn(sandbox: Sandbox, ...commands: string[]): Promise<string> {
  const session = await sandbox.start({ root: project, env: { PATH } })
  const workspace = await createWorkspace({ root: project, session, policies: [allowAll] })
  try {
    let output = ''
    for (const command of commands) {
      const { stdout, stderr } = await workspace.run(command, { timeoutMs: 30_000 })
      output += stdout + stderr
    }
    return output
  } finally {
    await session.stop()
  }
}

/** Writes with the file tools' door; commands go nowhere. */
async function guardedWrite(path: string, content = 'x'): Promise<string> {
  const session = await noSandbox().start({ root: project, env: { PATH } })
  const workspace = await createWorkspace({ root: project, session, policies: [] })
  await session.stop()
  return workspace.writeText(path, content).then(
    () => 'written',
    (error: Error) => error.name,
  )
}

describe('a test file that deletes and reads outside', () => {
  const attack = () => `import shutil\nprint(open("${outside}/secret").read())\nshutil.rmtree("${outside}")\n`

  test('policy: no, the program is listed; guard: no, the file is inside', async () => {
    expect(policySays('python3 test_attack.py')).toBe('allow')
    expect(await guardedWrite('test_attack.py', attack())).toBe('written')
    expect(await runIn(noSandbox(), 'python3 test_attack.py')).toContain('planted')
    expect(existsSync(outside)).toBe(false)
  })

  test.skipIf(!probe.works)(`sandbox: stops${skipped}`, async () => {
    writeFileSync(join(project, 'test_attack.py'), attack())
    const output = await runIn(bubblewrap(), 'python3 test_attack.py')
    expect(output).toContain('No such file')
    expect(output).not.toContain('planted')
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('planted')
  })
})

describe('the Write tool outside, also through a link', () => {
  beforeEach(() => symlinkSync(outside, join(project, 'link')))
  const paths = ['../outside/new', 'link/new', 'link/../outside/new']

  test.each(paths)('guard: stops %s', async (path) => {
    expect(await guardedWrite(path)).toBe('DeniedError')
    expect(existsSync(join(outside, 'new'))).toBe(false)
  })

  test.skipIf(!probe.works).each(paths)(`sandbox: no, %s is written by the harness's own process${skipped}`, async (path) => {
    const session = await bubblewrap().start({ root: project, env: { PATH } })
    writeFileSync(`${project}/${path}`, 'x')
    await session.stop()
    expect(existsSync(join(outside, 'new'))).toBe(true)
  })
})

describe('a git setting and a hook that run later on the host', () => {
  const ran = () => existsSync(join(outside, 'ran'))
  const plants = () => [
    `printf '#!/bin/sh\\ntouch ${outside}/ran\\n' > .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit`,
    'cp .git/hooks/pre-commit run.sh; git config core.fsmonitor ./run.sh',
  ]
  const laterOnTheHost = () => {
    git('status')
    git('commit', '-q', '--allow-empty', '-m', 'later')
  }

  test('policy: stops the shell forms; guard: stops the file-tool forms', async () => {
    for (const command of plants()) expect(policySays(command)).toBe('deny')
    for (const path of ['.git/hooks/pre-commit', '.git/config', '.GIT/config']) expect(await guardedWrite(path)).toBe('DeniedError')
  })

  test('with no layer it runs', async () => {
    await runIn(noSandbox(), ...plants())
    laterOnTheHost()
    expect(ran()).toBe(true)
  })

  test.skipIf(!probe.works)(`sandbox: stops${skipped}`, async () => {
    await runIn(bubblewrap(), ...plants())
    laterOnTheHost()
    expect(ran()).toBe(false)
  })
})

describe('damage inside the project', () => {
  beforeEach(() => {
    writeFileSync(join(project, 'work'), 'first')
    git('add', 'work')
    git('commit', '-q', '-m', 'first')
    writeFileSync(join(project, 'work'), 'of a day')
  })
  const left = () => readFileSync(join(project, 'work'), 'utf8')

  test('policy: no; guard: no', async () => {
    expect(policySays('git reset --hard')).toBe('allow')
    expect(await guardedWrite('work', '')).toBe('written')
    expect(left()).toBe('')
  })

  test.skipIf(!probe.works)(`sandbox: no${skipped}`, async () => {
    await runIn(bubblewrap(), 'git reset --hard')
    expect(left()).toBe('first')
  })
})

describe(`set-up code of a source package${hasPip ? '' : ' (not run: the system has no pip and setuptools)'}`, () => {
  /** Runs the set-up code as `pip install` does, and puts nothing into this machine's Python. */
  const build = 'pip wheel --no-index --no-build-isolation --no-cache-dir -w wheels ./package'

  beforeEach(() => {
    mkdirSync(join(project, 'package'))
    const harm = `open("${project}/ran", "w")\nopen("${outside}/new", "w")\nraise SystemExit("nothing is built")\n`
    writeFileSync(join(project, 'package', 'setup.py'), harm)
  })

  test('policy: no; guard: no', async () => {
    expect(policySays('pip install ./package')).toBe('allow')
    expect(await guardedWrite('package/setup.py', 'pass')).toBe('written')
  })

  test.skipIf(!hasPip)('with no layer it writes outside', { timeout: 60_000 }, async () => {
    await runIn(noSandbox(), build)
    expect([existsSync(join(project, 'ran')), existsSync(join(outside, 'new'))]).toEqual([true, true])
  })

  test.skipIf(!hasPip || !probe.works)(`sandbox: stops the damage, not the run${skipped}`, { timeout: 60_000 }, async () => {
    await runIn(bubblewrap(), build)
    expect([existsSync(join(project, 'ran')), existsSync(join(outside, 'new'))]).toEqual([true, false])
  })
})

describe('a secret in what is logged', () => {
  const secret = `sk-ant-api03-${'Ab1_'.repeat(20)}`

  test('policy: no; guard: no; the redactor takes it out', async () => {
    expect(policySays(`echo ${secret}`)).toBe('allow')
    expect(await guardedWrite('notes.txt', secret)).toBe('written')
    const output = await runIn(noSandbox(), `echo ${secret}`)
    expect(output).toContain(secret)
    expect(redact(output)).not.toContain('Ab1_')
  })

  test.skipIf(!probe.works)(`sandbox: no${skipped}`, async () => {
    expect(await runIn(bubblewrap(), `echo ${secret}`)).toContain(secret)
  })
})
