import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scriptedProvider, type ScriptedTurn } from '../../src/testing/index'
import { builds, done, freshPath, git, listOf, rig, runs, writesList } from '../support/project'
import { TINY_LIST, TINY_SPEC } from '../support/tiny-template'

/** A session without any sandbox in which the agent does this, then two that do the work. */
async function attacked(command: string, before: ScriptedTurn[] = writesList()) {
  const it = rig(scriptedProvider([...before, runs(command), done, ...builds(1, 2)]))
  const result = await it.harness.run()
  expect(it.of('tool-end').filter(({ isError }) => isError)).toEqual([])
  return { ...it, result }
}

const places: [string, string][] = [
  ['a pipe', 'rm feature_list.json && mkfifo feature_list.json'],
  ['a folder', 'rm feature_list.json && mkdir feature_list.json && touch feature_list.json/x'],
  ['a link to a device', 'ln -sf /dev/zero feature_list.json'],
  ['a link to itself', 'rm feature_list.json && ln -s feature_list.json feature_list.json'],
  ['a bottomless file', `python3 -c 'n = 2000000; print("[" * n + "]" * n)' > feature_list.json`],
  ['a huge file', 'truncate -s 3G feature_list.json'],
]

test.each(places)('%s in place of the list is restored and reported', async (_what, command) => {
  const { result, of, projectDir } = await attacked(command)
  expect(result.status).toBe('proven')
  expect(of('features-drifted')[0]?.drift[0]?.message).toContain('feature_list.json')
  expect((await stat(join(projectDir, 'feature_list.json'))).isFile()).toBe(true)
  expect((await listOf(projectDir)).map(({ id }) => id)).toEqual([1, 2])
})

test('pipes, folders, links and huge files elsewhere stop nothing and leak nothing', async () => {
  const secret = `${freshPath()}-secret`
  await writeFile(secret, 'top secret')
  const { result, projectDir } = await attacked(
    [
      'rm app_spec.txt && mkfifo app_spec.txt',
      `ln -sf ${secret} .gitignore`,
      'mkfifo pipe checks.fifo && truncate -s 5G huge && ln -s / everything',
      'mkdir -p deep && (cd deep && for i in $(seq 60); do mkdir -p aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa && cd a*; done)',
      'rm -rf .forge/state.json && mkfifo .forge/state.json',
      'echo huge >> .git/info/exclude 2>/dev/null || { mkdir -p .git/info && echo huge > .git/info/exclude; }',
    ].join(' && '),
  )
  expect(result.status).toBe('proven')
  expect(await readFile(join(projectDir, 'app_spec.txt'), 'utf8')).toBe(TINY_SPEC)
  const again = rig(scriptedProvider([]), { projectDir })
  expect((await again.harness.run()).status).toBe('proven')
  expect(await readFile(join(projectDir, '.gitignore'), 'utf8')).not.toContain('secret')
  expect(await readFile(secret, 'utf8')).toBe('top secret')
  execFileSync('rm', ['-rf', join(projectDir, 'deep')])
})

test('a repository that was replaced, in whole or in part, leads git nowhere', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'forge-outside-'))
  const attacks = [
    `rm -rf .git && ln -s ${outside} .git`,
    `rm .git/index && ln -s ${outside}/index .git/index`,
    `rm -rf .git/objects && ln -s ${outside} .git/objects`,
    `mv .git/refs ${outside}/refs && ln -s ${outside}/refs .git/refs && touch ${outside}/refs/x.lock`,
    'rm -f .git/logs/HEAD && mkfifo .git/logs/HEAD',
    `rm .git/HEAD && mkfifo .git/HEAD`,
    `echo ${outside} > .git/commondir`,
    `echo ${outside} > .git/objects/info/alternates`,
    `mv .git real && echo "gitdir: ${outside}" > .git`,
  ]
  for (const attack of attacks) {
    await rm(outside, { recursive: true })
    await mkdir(outside)
    const { result, of } = await attacked(attack)
    expect(result.status).toBe('proven')
    expect(of('notice').filter(({ code }) => code === 'GIT_FAILED')[0]?.message).toContain('.git')
    expect((await readdir(outside)).filter((name) => name !== 'refs')).toEqual([])
    if (attack.includes('x.lock')) expect(await readdir(join(outside, 'refs'))).toContain('x.lock')
  }
  await rm(outside, { recursive: true })
})

test('git settings that would run a program, or lead elsewhere, do nothing', async () => {
  const outside = `${freshPath()}-outside`
  await mkdir(outside)
  const touch = `touch ${outside}/ran`
  const settings = [
    ['filter.a=b.clean', `${touch}; cat`],
    ['filter.x.process', touch],
    ['core.fsmonitor', touch],
    ['core.hooksPath', 'hooks'],
    ['core.sshCommand', touch],
    ['core.pager', touch],
    ['core.editor', touch],
    ['diff.external', touch],
    ['diff.x.textconv', touch],
    ['gpg.program', touch],
    ['commit.gpgSign', 'true'],
    ['core.worktree', outside],
    ['include.path', '../evil'],
  ]
  const plant = [
    ...settings.map(([name, value]) => `git config '${name}' '${value}'`),
    `printf '[filter "y"]\\n\\tclean = "${touch}; cat"\\n\\trequired = true\\n' > evil`,
    `printf '*.one filter=a=b diff=x\\n*.two filter=x\\n*.three filter=y\\n' > .gitattributes`,
    'touch a.one b.two c.three',
    `mkdir hooks && for hook in pre-commit post-commit post-index-change reference-transaction commit-msg; do printf '#!/bin/sh\\n${touch}\\n' > hooks/$hook && chmod +x hooks/$hook; done`,
  ]
  const { result, projectDir, of } = await attacked(plant.join(' && '))
  expect(result.status).toBe('proven')
  expect(await readdir(outside)).toEqual([])
  expect(of('notice').filter(({ code }) => code === 'GIT_FAILED')).toEqual([])
  expect(git(projectDir, '-c', 'core.fsmonitor=', 'ls-files')).toContain('c.three')
})

test('what an agent staged is not committed when it is a secret, a log or an environment', async () => {
  const { result, projectDir } = await attacked(
    'mkdir -p logs sub/.venv && echo KEY=1 | tee .env sub/.env.local sub/server.pem sub/.venv/x logs/own.log > /dev/null && git add -f .env sub logs && echo fine > fine && git add fine',
  )
  expect(result.status).toBe('proven')
  expect(git(projectDir, 'log', '--all', '--name-only', '--format=')).not.toMatch(/\.env|pem|venv|\blogs/)
  expect(git(projectDir, 'ls-files')).toContain('fine')
  expect(await readFile(join(projectDir, '.env'), 'utf8')).toBe('KEY=1\n')
})

test('a log folder that becomes a link is not followed, and the run goes on', async () => {
  const outside = `${freshPath()}-outside`
  await mkdir(outside)
  const { result, of } = await attacked(`mv logs old && mkdir -p ${outside}/$(ls old) && ln -s ${outside} logs`)
  expect(result.status).toBe('proven')
  expect(of('notice').find(({ code }) => code === 'SINK_FAILED')?.message).toContain('was replaced by a link')
  expect((await readdir(outside, { recursive: true })).filter((name) => name.endsWith('.json'))).toEqual([])
})

test('a state folder that becomes a link, or vanishes during or between runs, costs nothing', async () => {
  const outside = `${freshPath()}-outside`
  await mkdir(outside)
  const first = rig(scriptedProvider([...writesList(), runs(`rm -rf .forge && ln -s ${outside} .forge`), ...builds(1)]), { maxIterations: 2 })
  expect((await first.harness.run()).status).toBe('limit')
  expect(await readdir(outside)).toEqual([])
  const { projectDir } = first
  await rm(join(projectDir, '.forge'), { recursive: true })
  await symlink(outside, join(projectDir, '.forge'))
  const second = rig(scriptedProvider([runs('rm -rf .forge'), ...builds(2)]), { projectDir })
  expect((await second.harness.run()).status).toBe('proven')
  expect(second.of('session-start').map(({ session }) => session)).toEqual([3])
  expect(await readdir(outside)).toEqual([])
  await rm(join(projectDir, '.forge'), { recursive: true })
  const third = rig(scriptedProvider([]), { projectDir })
  expect((await third.harness.run()).status).toBe('proven')
})

test('a run lock that names nobody is held by its heartbeat alone, whatever the clock did', async () => {
  const { harness, projectDir } = rig(scriptedProvider(writesList()), { maxIterations: 1 })
  await harness.run()
  const lock = join(projectDir, '.forge/run.lock')
  await writeFile(lock, JSON.stringify({ pid: 1, started: '1', scope: 'another machine' }))
  await expect(rig(scriptedProvider([]), { projectDir }).harness.run()).rejects.toMatchObject({ code: 'PROJECT_LOCKED' })
  const longAgo = new Date(Date.now() - 3_600_000)
  await utimes(lock, longAgo, longAgo)
  const healed = rig(scriptedProvider(builds(1, 2)), { projectDir })
  expect((await healed.harness.run()).status).toBe('proven')
  expect(healed.of('notice').map(({ code }) => code)).toContain('LOCK_HEALED')
  await writeFile(lock, 'nonsense')
  await utimes(lock, longAgo, longAgo)
  expect((await rig(scriptedProvider([]), { projectDir }).harness.run()).status).toBe('proven')
})

test('a folder that cannot be written is named with its remedy', async () => {
  const projectDir = freshPath()
  await writeFile(projectDir, 'a file')
  await expect(rig(scriptedProvider([]), { projectDir }).harness.run()).rejects.toMatchObject({ code: 'PROJECT_FOREIGN' })
  await rm(projectDir)
  await mkdir(projectDir)
  await writeFile(join(projectDir, '.forge'), 'a file')
  await expect(rig(scriptedProvider([]), { projectDir }).harness.run()).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    remedy: expect.stringContaining('writable'),
  })
})

test('an untrusted list covers nothing by leaving it to others', async () => {
  const elsewhere = TINY_LIST.map((feature) => ({
    ...feature,
    left_for_model: 'too hard',
    test_cases: feature.test_cases.map((one) => ({ ...one, method: 'GET' as const, path: '/health', expected_status: 200 })),
  }))
  const { harness, of } = rig(scriptedProvider([...writesList(elsewhere), ...writesList(elsewhere)]), { maxIterations: 2 })
  await harness.run()
  expect(of('features-frozen')[0]?.added.map(({ text }) => text)).toEqual(['GET /notes - List notes', 'POST /notes - Create a note'])
})

test('a sparse file of any size does not slow a run down', async () => {
  const projectDir = freshPath()
  const first = rig(scriptedProvider([...writesList(), ...builds(1, 2)]), { projectDir, git: false })
  await first.harness.run()
  await writeFile(join(projectDir, 'sparse'), '')
  await truncate(join(projectDir, 'sparse'), 2 ** 40)
  const startedAt = Date.now()
  expect((await rig(scriptedProvider([]), { projectDir, git: false }).harness.run()).status).toBe('proven')
  expect(Date.now() - startedAt).toBeLessThan(5000)
})
