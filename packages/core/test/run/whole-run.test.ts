import { execFileSync } from 'node:child_process'
import { readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { exitCodeFor, readFrozenList, readTimeline } from '../../src/index'
import { type ScriptedTurn, scriptedProvider } from '../../src/testing/index'
import { builds, done, git, listOf, rig, runs, writes, writesList } from '../support/project'
import { scriptVerifier, TINY_LIST, TINY_SPEC, tinyTemplate } from '../support/tiny-template'

test('a new project is built session by session until every feature is proven', async () => {
  const verifier = scriptVerifier()
  const provider = scriptedProvider([...writesList(), ...builds(1), ...builds(2)])
  const { harness, projectDir, of } = rig(provider, { template: tinyTemplate(verifier) })

  const result = await harness.run()

  provider.assertDone()
  expect(result.status).toBe('proven')
  expect(exitCodeFor(result)).toBe(0)
  expect(result.features.map(({ id, proven, reason }) => ({ id, proven, reason }))).toEqual([
    { id: 1, proven: true, reason: null },
    { id: 2, proven: true, reason: null },
  ])
  expect(result.usage.inputTokens).toBe(60)
  expect(verifier.runs).toBe(2)
  expect(of('session-start').map(({ session, phase }) => `${session} ${phase}`)).toEqual(['1 initializer', '2 coding', '3 coding'])
  expect(of('feature-verified').map(({ feature }) => feature.id)).toEqual([1, 2])

  const list = await listOf(projectDir)
  expect(list.map(({ passes }) => passes)).toEqual([true, true])
  expect(list[0]?.evidence).toMatchObject({ tree: 'tree', cases: [{ name: 'works', tests: ['checks/1.sh'] }] })
  expect(await readFile(join(projectDir, 'app_spec.txt'), 'utf8')).toBe(TINY_SPEC)
  expect((await readFrozenList(projectDir))?.definitions.map(({ id }) => id)).toEqual([1, 2])
})

test('every session is committed, without state, logs, secrets and environments', async () => {
  const provider = scriptedProvider([
    ...writesList(),
    runs(
      'mkdir -p .venv/bin sub && echo x > .venv/bin/python && echo KEY=1 > .env && echo KEY=1 > sub/.env && echo k > server.pem && echo "!.env" > sub/.gitignore',
    ),
    runs('git add sub/.gitignore && git commit -q -m "by the agent"'),
    ...builds(1, 2),
  ])
  const { harness, projectDir, of } = rig(provider)

  await harness.run()

  expect(git(projectDir, 'log', '--format=%s').trim().split('\n')).toEqual([
    'Iteration 2: 2 of 2 features proven',
    'by the agent',
    'Iteration 1: 0 of 2 features proven',
    'Initial commit: project setup',
  ])
  expect(git(projectDir, 'ls-files').trim().split('\n')).toEqual([
    '.forge/features.json',
    '.gitignore',
    'app_spec.txt',
    'checks/1.sh',
    'checks/2.sh',
    'feature_list.json',
    'sub/.gitignore',
  ])
  expect(git(projectDir, 'status', '--porcelain')).not.toMatch(/feature_list|checks/)
  expect(of('commit-created')).toHaveLength(3)
})

test('without git nothing is committed', async () => {
  const { harness, projectDir } = rig(scriptedProvider([...writesList(), ...builds(1, 2)]), { git: false })
  await harness.run()
  await expect(stat(join(projectDir, '.git'))).rejects.toThrow()
})

test('a repository above the project is left alone, and hooks and filters of the project do not run', async () => {
  const outer = rig(scriptedProvider([]))
  execFileSync('git', ['init', '--quiet', outer.projectDir])
  const projectDir = join(outer.projectDir, 'inner')
  const plant = [
    'printf "#!/bin/sh\\ntouch %s/hooked\\n" "$PWD" > .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit',
    'git config filter.evil.clean "touch $PWD/filtered; cat"',
    'echo "* filter=evil" > .gitattributes',
    'touch .git/index.lock',
  ].join(' && ')
  const { harness, of } = rig(scriptedProvider([...writesList(), runs(`mkdir -p .git/hooks && ${plant}`), ...builds(1, 2)]), { projectDir })

  await harness.run()

  expect(of('tool-end').filter(({ isError }) => isError)).toEqual([])
  expect(git(projectDir, 'log', '--format=%s')).toContain('Iteration 2: 2 of 2')
  expect(await readdir(projectDir)).not.toContain('hooked')
  expect(await readdir(projectDir)).not.toContain('filtered')
  expect(git(outer.projectDir, 'status', '--porcelain')).toBe('?? inner/\n')
})

test('logs follow the seed: sessions, timeline and summary, in UTC and with session numbers', async () => {
  const { harness, projectDir } = rig(scriptedProvider([...writesList(), runs('echo hello; exit 3'), ...builds(1, 2)]))

  const { runDir } = await harness.run()

  expect(runDir.startsWith(join(projectDir, 'logs', 'run_'))).toBe(true)
  expect((await readdir(runDir)).sort()).toEqual(['run_summary.json', 'session_001.json', 'session_002.json', 'timeline.jsonl'])
  const session = JSON.parse(await readFile(join(runDir, 'session_002.json'), 'utf8'))
  expect(session).toMatchObject({
    session_number: 2,
    status: 'done',
    summary: { total_tool_calls: 3, total_errors: 1, tools_used: ['Bash', 'Write'] },
  })
  expect(session.tool_calls[0]).toMatchObject({ tool_name: 'Bash', is_error: true, result: { truncated: false } })
  expect(session.progress).toMatchObject({ passing_tests: 2, total_tests: 2, percentage: 100 })
  expect(session.end_time).toMatch(/Z$/)
  const summary = JSON.parse(await readFile(join(runDir, 'run_summary.json'), 'utf8'))
  expect(summary).toMatchObject({ status: 'proven', config: 'test', summary: { total_sessions: 2, total_tool_calls: 4, total_errors: 1 } })

  const entries = []
  for await (const entry of readTimeline(runDir)) entries.push(entry)
  expect(entries.every(({ timestamp, session_number }) => timestamp.endsWith('Z') && Number.isInteger(session_number))).toBe(true)
  const types = new Set(entries.map(({ event_type }) => event_type))
  for (const type of ['tool_start', 'tool_end', 'agent_message', 'token_usage', 'progress', 'session_start', 'session_end', 'run_end'])
    expect(types).toContain(type)
  expect(entries.find(({ event_type }) => event_type === 'tool_end')).toMatchObject({ session_number: 1, data: { tool_name: 'Write' } })
})

test('a finished project is proven again without any session, and a broken one is repaired', async () => {
  const first = rig(scriptedProvider([...writesList(), ...builds(1, 2)]))
  await first.harness.run()
  const { projectDir } = first

  const verifier = scriptVerifier()
  const again = rig(scriptedProvider([]), { projectDir, template: tinyTemplate(verifier) })
  expect((await again.harness.run()).status).toBe('proven')
  expect(verifier.runs).toBe(1)

  await writeFile(join(projectDir, 'checks/2.sh'), 'exit 1\n')
  const repair = rig(scriptedProvider(builds(2)), { projectDir })
  const result = await repair.harness.run()
  expect(result.status).toBe('proven')
  expect(repair.of('feature-rejected').map(({ feature, claimed }) => ({ id: feature.id, claimed }))).toEqual([{ id: 2, claimed: true }])
  expect(repair.of('session-start').map(({ session }) => session)).toEqual([3])
})

test('the pause comes between sessions and never after the last one', async () => {
  const { harness } = rig(scriptedProvider([...writesList(), ...builds(1, 2)]), { autoContinueDelayMs: 700 })
  const startedAt = Date.now()
  await harness.run()
  const ms = Date.now() - startedAt
  expect(ms).toBeGreaterThan(700)
  expect(ms).toBeLessThan(700 * 2 + 600)
})

test('a claim is not a proof', async () => {
  const claims = TINY_LIST.map((feature) => ({ ...feature, passes: true, evidence: { verified_at: 'now', tree: 'mine', cases: [] } }))
  const provider = scriptedProvider([...writesList(claims), writes('feature_list.json', JSON.stringify(claims)), done])
  const { harness, projectDir, of } = rig(provider, { maxIterations: 2 })

  const result = await harness.run()

  expect(result).toMatchObject({ status: 'limit', which: 'iterations' })
  expect(result.features.every(({ proven }) => !proven)).toBe(true)
  expect((await listOf(projectDir)).map(({ passes, evidence }) => ({ passes, evidence }))).toEqual([{ passes: false }, { passes: false }])
  expect(of('feature-rejected').filter(({ claimed }) => claimed)).toHaveLength(4)
})

test('the conversation is kept outside the project, for its owner only, and not longer than its session', async () => {
  const state = `${process.env['XDG_STATE_HOME']}/forge`
  const journals: { mode: number; lines: number }[] = []
  const look: ScriptedTurn = async () => {
    const folders = await readdir(state)
    const paths = (await Promise.all(folders.map(async (name) => (await readdir(join(state, name))).map((file) => join(state, name, file))))).flat()
    for (const path of paths.filter((one) => one.endsWith('.jsonl'))) {
      journals.push({ mode: (await stat(path)).mode & 0o777, lines: (await readFile(path, 'utf8')).trim().split('\n').length })
    }
    return { text: 'Done.' }
  }
  const { harness } = rig(scriptedProvider([writesList()[0]!, look, ...builds(1, 2)]))
  await harness.run()
  expect(journals).toEqual([{ mode: 0o600, lines: 6 }])
  const left = await Promise.all((await readdir(state)).map((name) => readdir(join(state, name))))
  expect(left.flat().filter((name) => name.endsWith('.jsonl'))).toEqual([])
})

test('a state folder that cannot be made is named with its remedy', async () => {
  const before = process.env['XDG_STATE_HOME']
  process.env['XDG_STATE_HOME'] = '/dev/null/state'
  await expect(rig(scriptedProvider([])).harness.run()).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    remedy: expect.stringContaining('XDG_STATE_HOME'),
  })
  process.env['XDG_STATE_HOME'] = before
})
