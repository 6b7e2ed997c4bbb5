import { describe, expect, test } from 'vitest'
import { createRedactor, redact } from '../../src'

const KEY_BODY = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\nMzEfYyjiWA4R4ypbHqGC0H0+tG3hGbN1PyD1nQ9dZl2yyzGZkS0iZwq2rVHqYQ5W'
const PEM = `-----BEGIN PRIVATE KEY-----\n${KEY_BODY}\n-----END PRIVATE KEY-----`
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'

/** What must be gone, and the text it stands in. Assembled, so that no scanner takes this file for a leak. */
const SECRETS: readonly (readonly [secret: string, text: string])[] = [
  [`sk-${'ant'}-api03-AbCdEf0123456789_-xyz`, 'using sk-ant-api03-AbCdEf0123456789_-xyz for this'],
  [`sk-${'proj'}-abc123DEF456ghi789JKL`, 'key: sk-proj-abc123DEF456ghi789JKL.'],
  [`AKIA${'IOSFODNN7EXAMPLE'}`, 'aws says AKIAIOSFODNN7EXAMPLE is invalid'],
  ['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
  [`ghp_${'16C7e42F292c6912E7710c838347Ae178B4a'}`, 'remote: https://ghp_16C7e42F292c6912E7710c838347Ae178B4a@github.com/x/y'],
  [`github_pat_${'11ABCDEFG0abcdefghij_klmnopqrstuvwx'}`, 'token github_pat_11ABCDEFG0abcdefghij_klmnopqrstuvwx expired'],
  [`glpat-${'abcdefghij0123456789'}`, 'glpat-abcdefghij0123456789'],
  [`xoxb-${'123456789012-abcdefABCDEF'}`, 'posting with xoxb-123456789012-abcdefABCDEF now'],
  ['T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX', `https://hooks.slack.com/services/${'T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX'}`],
  [`AIza${'SyA1234567890abcdefghijklmnopqrstuv'}`, 'maps?key=AIzaSyA1234567890abcdefghijklmnopqrstuv&x=1'],
  [`sk_live_${'4eC39HqLyjWDarjtT1zdp7dc'}`, `stripe ${'sk_live'}_4eC39HqLyjWDarjtT1zdp7dc`],
  [`npm_${'abcdefghijklmnopqrstuvwxyz0123456789'}`, '//registry/:_authToken=npm_abcdefghijklmnopqrstuvwxyz0123456789'],
  [JWT, `cookie session=${JWT}; path=/`],
  [JWT, `Authorization: Bearer ${JWT}`],
  ['abc123def456ghi', 'curl -H "Authorization: Bearer abc123def456ghi" http://localhost'],
  ['dXNlcjpwYXNzd29yZA==', 'Authorization: Basic dXNlcjpwYXNzd29yZA=='],
  ['tok3nvalue', '{"Authorization": "Bearer tok3nvalue"}'],
  [KEY_BODY, `before\n${PEM}\nafter`],
  [KEY_BODY.replace('\n', '\\n'), `{"private_key": ${JSON.stringify(PEM)}}`],
  ['MIIEvQIBADANBgkqhkiG9w0BAQEFAASC', '-----BEGIN RSA PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n'],
  ['s3cr3t', 'postgresql+asyncpg://app:s3cr3t@localhost:5432/app'],
  ['pa:ss', 'redis://:pa:ss@cache:6379/0'],
  ['change-me', 'DATABASE_URL=postgresql://user:change-me@db/app'],
  ['hunter2', 'DB_PASSWORD=hunter2 alembic upgrade head'],
  ['hunter2', 'password: hunter2'],
  ['hunter2', '"password": "hunter2"'],
  ['hunter2', "{'password': 'hunter2'}"],
  ['hunter2', '{\\"password\\": \\"hunter2\\"}'],
  ['correct horse battery', '{"password": "correct horse battery", "name": "x"}'],
  ['correct horse battery', 'PASSWORD="correct horse battery"'],
  ['it\\"s secret', '{"secret": "it\\"s secret"}'],
  ['abcdef', 'export ANTHROPIC_API_KEY=abcdef'],
  ['abcdef', 'api_key = "abcdef"'],
  ['abcdef', 'apiKey: abcdef'],
  ['abcdef99', 'X-API-Key: abcdef99'],
  ['q1w2e3r4', '?api_key=q1w2e3r4&page=2'],
  ['q1w2e3r4', 'SECRET_KEY=q1w2e3r4'],
  ['q1w2e3r4', 'JWT_SIGNING_KEY: q1w2e3r4'],
  ['q1w2e3r4', 'client_secret=q1w2e3r4'],
  ['q1w2e3r4', 'mysql --password=q1w2e3r4 db'],
  ['q1w2e3r4', 'tool --token q1w2e3r4 --verbose'],
  ['q1w2e3r4', 'os.environ["API_KEY"] = "q1w2e3r4"'],
  ['12345678', '"password": 12345678'],
  ['ab12cd34', 'refresh_token=ab12cd34; expires=1'],
]

const LOOK_ALIKES = [
  'commit 3f786850e387550fdab836ed7e6dc881de23001b',
  '550e8400-e29b-41d4-a716-446655440000',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'sqlalchemy==2.0.30 --hash=sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  '"integrity": "sha512-qXg9wJj3ny6lpPNl9C8kJ0hZ2m0Tb3Zx1Yq0y1a2b3c4d5e6f7g8h9i0=="',
  '{"max_tokens": 4096, "input_tokens": 120, "output_tokens": 7}',
  'tokens=1200 token_count=3 total_tokens: 99',
  '"token_type": "bearer"',
  'the token is sent in the header; a secret is never logged',
  'password: must be at least 8 characters',
  'Passwords: see the manual. Token: a string that names the user.',
  'password: str = Field(min_length=8)',
  'token: str | None = None',
  'hashed_password = hash_password(password)',
  'api_key = os.environ["API_KEY"]',
  'api_key=settings.api_key',
  'password=password, token=token',
  'TOKEN=$TOKEN',
  'curl -H "Authorization: Bearer $TOKEN"',
  'PASSWORD=${DB_PASSWORD}',
  'API_KEY=<your key>',
  'API_KEY=',
  '{"password": null, "token": ""}',
  '{"password": {"type": "string"}}',
  '{"token": "string"}',
  '"required": ["email", "password"]',
  'Authorization: Bearer mock:1:admin',
  'securitySchemes: bearer authentication is supported',
  'primary_key=True, foreign_key="users.id", sort_key=name',
  'id: int = Column(primary_key=True)',
  'postgresql://app@localhost:5432/app',
  'http://localhost:8000/users/a@b.example',
  'git@github.com:owner/name.git',
  'PWD=/work/project OLDPWD=/',
  'grep -n "BEGIN PRIVATE KEY" file',
  'task-scheduler-is-a-long-word sk-folding-cube',
  'tests/test_token.py::test_password_reset PASSED',
  'def test_api_key(): ...',
  'password[0]',
  'the keyboard: qwertz1234567890',
  'secret: true',
  'eyJ is how a JWT begins',
]

describe('secrets go', () => {
  test.each(SECRETS)('%s', (secret, text) => {
    const redacted = redact(text)
    expect(redacted).not.toContain(secret)
    expect(redacted).toContain('[REDACTED]')
  })

  test('the rest of the text stays', () => {
    expect(redact('a=1 DB_PASSWORD=hunter2 b=2')).toBe('a=1 DB_PASSWORD=[REDACTED] b=2')
    expect(redact('{"password": "correct horse", "name": "x"}')).toBe('{"password": "[REDACTED]", "name": "x"}')
    expect(redact('postgresql://app:s3cr3t@localhost:5432/app')).toBe('postgresql://app:[REDACTED]@localhost:5432/app')
    expect(redact(`before\n${PEM}\nafter`)).toBe('before\n[REDACTED]\nafter')
    expect(redact('Authorization: Bearer abc123def456')).toBe('Authorization: Bearer [REDACTED]')
  })

  test('once is enough', () => {
    for (const [, text] of SECRETS) expect(redact(redact(text))).toBe(redact(text))
  })
})

describe('look-alikes stay', () => {
  test.each(LOOK_ALIKES)('%s', (text) => {
    expect(redact(text)).toBe(text)
  })
})

describe('known values', () => {
  test('go wherever and however they are written', () => {
    const secrets = ['p@ss "word"/ü']
    for (const text of [
      'x p@ss "word"/ü y',
      JSON.stringify({ a: secrets[0] }),
      encodeURIComponent('p@ss "word"/ü'),
      Buffer.from('p@ss "word"/ü').toString('base64'),
    ]) {
      expect(redact(text, { secrets })).toContain('[REDACTED]')
    }
    expect(redact('x p@ss "word"/ü y', { secrets })).toBe('x [REDACTED] y')
  })

  test('too short ones are no secrets', () => {
    expect(redact('abc a b c', { secrets: ['', 'a', 'abc'] })).toBe('abc a b c')
  })
})

describe('a stream', () => {
  const secrets = ['known-value', 'two\nlines']
  const text = [...SECRETS.map(([, each]) => each), ...LOOK_ALIKES, 'a known-value b', 'two\nlines', PEM, 'two', 'end'].join('\n')
  const whole = redact(text, { secrets })

  test.each([1, 2, 3, 7, 64, 1000, 100_000])('in pieces of %i characters gives the same as the whole', (size) => {
    const redactor = createRedactor({ secrets })
    let shown = ''
    for (let at = 0; at < text.length; at += size) shown += redactor.write(text.slice(at, at + size))
    expect(shown + redactor.end()).toBe(whole)
  })

  test('shows whole lines at once', () => {
    const redactor = createRedactor()
    expect(redactor.write('one\ntwo')).toBe('one\n')
    expect(redactor.write('\n')).toBe('two\n')
    expect(redactor.end()).toBe('')
  })

  test('holds back a bounded part of a line without end', () => {
    const redactor = createRedactor()
    let shown = 0
    for (let count = 0; count < 200; count += 1) shown += redactor.write('a'.repeat(10_000)).length
    expect(shown).toBeGreaterThan(1_800_000)
    expect(shown + redactor.end().length).toBe(2_000_000)
  })

  test('keeps a secret together that lies across the border of such a line', () => {
    const redactor = createRedactor()
    const line = `${'word '.repeat(50_000)}sk-ant-api03-AbCdEf0123456789_-xyz ${'word '.repeat(50_000)}`
    let shown = ''
    for (let at = 0; at < line.length; at += 4096) shown += redactor.write(line.slice(at, at + 4096))
    shown += redactor.end()
    expect(shown).toBe(line.replace(/sk-ant-\S+/, '[REDACTED]'))
  })
})

test('long texts take a short time, also awkward ones', () => {
  const texts = ['password', 'a=', '"', 'eyJ', '-----BEGIN ', 'sk-', '://:', 'token: ', 'key key key ', '\\"', 'Bearer ', '_KEY'].map((part) =>
    part.repeat(Math.ceil(100_000 / part.length)),
  )
  const startedAt = performance.now()
  for (const text of texts) redact(text)
  expect(performance.now() - startedAt).toBeLessThan(3000)
})
