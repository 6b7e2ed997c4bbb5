import { execFileSync } from 'node:child_process'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bubblewrap, ForgeError, type Sandbox } from '../../src/index'
import { scriptedProvider } from '../../src/testing/index'
import { builds, freshPath, listOf, rig, runs, writesList } from '../support/project'
import { TINY_LIST } from '../support/tiny-template'

const probe = await bubblewrap().probe()
const confined = test.skipIf(!probe.works)

confined('a whole run in bubblewrap: the agent works, commits, and reaches nothing of the harness', async () => {
  const outside = `${freshPath()}-outside`
  await mkdir(outside)
  await writeFile(join(outside, 'secret'), 'top secret')
  const attacks = [
    'rm -rf .forge logs',
    'echo "{}" > .forge/features.json',
    'mv logs gone && ln -s /tmp logs',
    'rm -rf .git/hooks && mkdir .git/hooks',
    'git config core.fsmonitor "touch ran"',
    `cat ${outside}/secret`,
    `touch ${outside}/reached`,
    `kill -9 ${process.pid}`,
  ]
  const provider = scriptedProvider([
    ...writesList(),
    ...attacks.map(runs),
    runs('echo hi > note && git add note && git commit -qm "by the agent"'),
    ...builds(1, 2),
  ])
  const { harness, projectDir, of } = rig(provider, { sandbox: bubblewrap() })

  const result = await harness.run()

  expect(result.status).toBe('proven')
  const commands = of('tool-end').filter(({ name }) => name === 'Bash')
  expect(commands.map(({ isError }) => isError)).toEqual([...attacks.map(() => true), false])
  expect(JSON.stringify(provider.requests)).not.toContain('top secret')
  expect(await readdir(outside)).toEqual(['secret'])
  expect(execFileSync('git', ['log', '--format=%s'], { cwd: projectDir, encoding: 'utf8' })).toContain('by the agent')
  expect((await readdir(result.runDir)).sort()).toEqual(['run_summary.json', 'session_001.json', 'session_002.json', 'timeline.jsonl'])
  expect(of('notice').filter(({ level }) => level !== 'info')).toEqual([])
})

confined('links and pipes that a confined agent leaves in its repository stop no later session', async () => {
  const attack = `rm -f .git/index && ln -s /etc/forge-was-here .git/index && mkfifo .git/HEAD.lock pipe`
  const { harness, of } = rig(scriptedProvider([...writesList(), runs(attack), ...builds(1), ...builds(2)]), { sandbox: bubblewrap() })
  expect((await harness.run()).status).toBe('proven')
  expect(of('notice').some(({ code }) => code === 'GIT_FAILED')).toBe(true)
  await expect(readFile('/etc/forge-was-here')).rejects.toThrow()
})

const broken: Sandbox = {
  kind: 'broken',
  confines: true,
  probe: async () => ({ works: false, reason: 'user namespaces are off', remedy: 'Switch them on.' }),
  start: () => Promise.reject(new Error('unused')),
}

test('a sandbox that does not work stops a run before its first write, with the remedy', async () => {
  const { harness, projectDir } = rig(scriptedProvider([]), { sandbox: broken })
  await expect(harness.run()).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE', remedy: 'Switch them on.' })
  await expect(readdir(projectDir)).rejects.toThrow()
})

test('without bubblewrap a model stops with the remedy, and a trusted provider goes on and says so', async () => {
  const path = process.env['PATH']
  const folder = freshPath()
  await mkdir(folder, { recursive: true })
  execFileSync('ln', ['-s', execFileSync('which', ['git'], { encoding: 'utf8' }).trim(), join(folder, 'git')])
  process.env['PATH'] = folder
  try {
    const model = rig(scriptedProvider([]), { sandbox: undefined })
    await expect(model.harness.run()).rejects.toSatisfy(
      (error) => error instanceof ForgeError && error.code === 'SANDBOX_UNAVAILABLE' && /Install bubblewrap/.test(error.remedy ?? ''),
    )
    const trusted = rig(scriptedProvider([...writesList(), ...builds(1, 2)], { trusted: true }), { sandbox: undefined })
    expect((await trusted.harness.run()).status).toBe('proven')
    expect(trusted.of('run-start')[0]?.sandbox).toBe('none')
    expect(trusted.of('notice').find(({ code }) => code === 'SANDBOX_NONE')?.level).toBe('warning')
  } finally {
    process.env['PATH'] = path
  }
})

test('a sandbox that cannot start a session ends the run with its error, and the next run goes on', async () => {
  const failing: Sandbox = {
    ...broken,
    probe: async () => ({ works: true }),
    start: () => Promise.reject(new ForgeError('SANDBOX_UNAVAILABLE', 'out of processes')),
  }
  const { harness, projectDir, of } = rig(scriptedProvider([]), { sandbox: failing })
  await expect(harness.run()).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE' })
  expect(of('notice').at(-1)).toMatchObject({ level: 'error', code: 'RUN_FAILED', message: 'out of processes' })
  expect(of('run-end')).toMatchObject([{ status: 'error', sessionNumber: 0 }])
  expect((await rig(scriptedProvider([...writesList(), ...builds(1, 2)]), { projectDir }).harness.run()).status).toBe('proven')
  expect((await listOf(projectDir)).map(({ id }) => id)).toEqual(TINY_LIST.map(({ id }) => id))
})
