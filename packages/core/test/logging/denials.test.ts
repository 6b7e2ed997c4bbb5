import { mkdirSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type ForgeEvent, type TimelineEntry, jsonLogger, noSandbox, readTimeline, runSession } from '../../src/index'
import { scriptedProvider } from '../../src/testing/index'
import { done, freshPath } from '../support/project'

const SECRET = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'
const bash = (command: string) => ({ name: 'Bash', input: { command } })

test('a denial is an event and a log entry with its real rule, reason and redacted command; a text about blocking is not', async () => {
  const projectDir = freshPath()
  mkdirSync(projectDir)
  const events: ForgeEvent[] = []
  const calls = [
    bash('echo "blocked: the request was blocked by a security block"'),
    bash('ls blocked-security-hook'),
    bash(`git push https://bot:${SECRET}@example.com/x.git`),
    { name: 'Write', input: { file_path: '../outside.txt', content: `token = ${SECRET}` } },
    bash('echo done'),
  ]
  await runSession({
    provider: scriptedProvider([{ calls }, done]),
    prompt: 'x',
    system: '',
    projectDir,
    sandbox: noSandbox(),
    logger: jsonLogger(),
    sinks: [{ name: 'collector', handle: (event) => void events.push(event) }],
  })

  const denials = events.flatMap((event) => (event.type === 'tool-denied' ? [event] : []))
  expect(denials.map(({ name, decision }) => [name, decision.rule])).toEqual([
    ['Bash', 'git.subcommand'],
    ['Write', expect.stringMatching(/^fs\./)],
  ])

  const [run = ''] = await readdir(join(projectDir, 'logs'))
  const folder = join(projectDir, 'logs', run)
  const log = JSON.parse(await readFile(join(folder, 'session_001.json'), 'utf8')) as Record<string, unknown>
  const expected = [
    { tool_name: 'Bash', rule: 'git.subcommand', command: 'git push https://bot:[REDACTED]@example.com/x.git', reason: 'git push is not allowed.' },
    { tool_name: 'Write', rule: denials[1]?.decision.rule, command: '../outside.txt', reason: denials[1]?.decision.reason },
  ]
  expect(log['security_blocks']).toEqual(
    expected.map((block) => ({ timestamp: expect.any(String), ...block, reason: `${block.rule}: ${block.reason}` })),
  )
  expect(log['summary']).toMatchObject({ total_security_blocks: 2, total_tool_calls: 5, total_errors: 3 })

  const entries: TimelineEntry[] = []
  for await (const entry of readTimeline(folder)) entries.push(entry)
  expect(entries.filter(({ event_type }) => event_type === 'security_block').map(({ data }) => data)).toMatchObject(expected)
  for (const name of await readdir(folder)) expect(await readFile(join(folder, name), 'utf8'), name).not.toContain(SECRET)
})
