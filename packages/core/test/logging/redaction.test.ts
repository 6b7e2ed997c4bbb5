import { mkdir, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ForgeEvent, ProviderError, jsonRenderer, noSandbox, plainRenderer, runSession } from '../../src'
import { createEventBus } from '../../src/event-bus'
import { eventRedactor } from '../../src/logging/event-redactor'
import { jsonLogger } from '../../src/logging/json-logger'
import { environmentSecrets } from '../../src/logging/secrets'
import { journaledTranscript } from '../../src/session/transcript'
import { scriptedProvider } from '../../src/testing'

const KNOWN = 'a-planted-value-41'
const SHAPED = ['sk-ant', 'api03', 'q7Rk2LmX9wTz4VbN8cYd3FgH'].join('-')
const PLANTED = new RegExp(`${KNOWN}|q7Rk2LmX9wTz4VbN8cYd3FgH`)

let projectDir = ''
beforeAll(async () => {
  projectDir = await mkdtemp(join(tmpdir(), 'forge-redaction-'))
})
afterAll(() => rm(projectDir, { recursive: true, force: true }))

test('no sink of a session sees a secret, and the agent does', async () => {
  const events: ForgeEvent[] = []
  const shown: string[] = []
  const stream = { write: (text: string) => void shown.push(text) }
  const views = [jsonRenderer({ stream }), plainRenderer({ stream, level: 'verbose' })]
  const provider = {
    ...scriptedProvider([
      { text: `The key is ${SHAPED}.`, calls: [{ name: 'Write', input: { file_path: 'a.txt', content: `${KNOWN} ${SHAPED}` } }] },
      { calls: [{ name: 'Read', input: { file_path: 'a.txt' } }] },
      { calls: [{ name: 'Bash', input: { command: `curl http://${KNOWN}.example` } }] },
      { error: new ProviderError('auth', `the key ${SHAPED} of ${KNOWN} is refused`) },
    ]),
    secrets: [KNOWN],
  }
  await runSession({
    provider,
    system: 'x',
    prompt: 'y',
    projectDir,
    sandbox: noSandbox(),
    logger: jsonLogger(),
    sinks: [{ name: 'own', handle: (event) => void events.push(event) }, ...views],
  })
  expect(await readFile(join(projectDir, 'a.txt'), 'utf8')).toBe(`${KNOWN} ${SHAPED}`)
  const [run = ''] = await readdir(join(projectDir, 'logs'))
  const files = await readdir(join(projectDir, 'logs', run))
  const logs = await Promise.all(files.map((name) => readFile(join(projectDir, 'logs', run, name), 'utf8')))
  expect(files.length).toBeGreaterThan(1)
  for (const text of [JSON.stringify(events), shown.join(''), ...logs]) expect(text).not.toMatch(PLANTED)
  for (const text of [JSON.stringify(events), shown.join(''), logs.join('')]) expect(text).toContain('[REDACTED]')
})

test('a secret is found across the pieces of a stream, and the pieces are the text', () => {
  const seen: ForgeEvent[] = []
  const bus = createEventBus({ sinks: [{ name: 'view', handle: (event) => void seen.push(event) }], redact: eventRedactor([KNOWN]) })
  const text = `first line\nthen ${KNOWN} and API_KEY=${SHAPED}\nlast`
  for (const character of text) bus.emit({ type: 'message-delta', text: character })
  bus.emit({ type: 'message-end', text })
  const streamed = seen.flatMap((event) => (event.type === 'message-delta' ? [event.text] : [])).join('')
  expect(streamed).toBe('first line\nthen [REDACTED] and API_KEY=[REDACTED]\nlast')
  expect(seen.at(-1)).toMatchObject({ type: 'message-end', text: streamed })
  expect(seen[0]).toMatchObject({ type: 'message-delta', text: 'first line\n' })
})

test('the fields of an event are judged with what they stand under and beside', () => {
  const [shown] = eventRedactor([KNOWN])({
    type: 'tool-start',
    id: 'a',
    name: 'Bash',
    input: {
      password: 'two words 7',
      pin: { password: 48151623, attempts: 3 },
      env: [{ name: 'DB_PASSWORD', value: 'hunter2' }],
      headers: { Authorization: `Digest username="bob", response="${'4f3c2b1a'.repeat(4)}"`, Cookie: 'theme=dark; session=q7Rk2LmX9wTz4VbN8cYd' },
      args: ['--token', 'hunter2', '--name', 'bob'],
      [`https://bob:${KNOWN}@host/`]: 'known',
      command: 'pytest -q',
      max_tokens: 4096,
      token_type: 'bearer',
    },
  })
  expect(shown).toMatchObject({
    type: 'tool-start',
    input: {
      password: '[REDACTED]',
      pin: { password: '[REDACTED]', attempts: 3 },
      env: [{ name: 'DB_PASSWORD', value: '[REDACTED]' }],
      headers: { Authorization: 'Digest username="bob", response="[REDACTED]"', Cookie: 'theme=dark; session=[REDACTED]' },
      args: ['--token', '[REDACTED]', '--name', 'bob'],
      'https://bob:[REDACTED]@host/': 'known',
      command: 'pytest -q',
      max_tokens: 4096,
      token_type: 'bearer',
    },
  })
})

test('the environment gives the values of secret names and the passwords of its URLs', () => {
  const secrets = environmentSecrets({
    ANTHROPIC_API_KEY: 'value-of-a-key',
    DATABASE_URL: 'postgresql://app:s3cret%21word@localhost/db',
    CACHE_URL: 'redis://:postgres@localhost',
    PLAIN: 'nothing-secret',
    SHORT_TOKEN: 'abc',
    PWD: '/home/somebody/project',
    OLDPWD: '/home/somebody/elsewhere',
    DB_PWD: 'value-of-a-password',
  })
  expect(secrets).toEqual(['value-of-a-key', 's3cret%21word', 's3cret!word', 'value-of-a-password'])
})

test('the journal that a resume sends again is whole, private, and gone afterwards', async () => {
  const path = join(projectDir, 'journal', 'session-001.jsonl')
  await mkdir(dirname(path), { mode: 0o700 })
  const transcript = await journaledTranscript(path, { session: 1, provider: 'p', model: 'm' })
  await transcript.append({ role: 'user', content: [{ type: 'text', text: KNOWN }] })
  expect(await readFile(path, 'utf8')).toContain(KNOWN)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  await transcript.close({ discard: true })
  await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' })
})
