import { describe, expect, test } from 'vitest'
import { createRedactor, redact } from '../../src'
import { redactValue } from '../../src/logging/redact-value'
import { prepareRedactor } from '../../src/security/redact'
import { KNOWN, lookAlikes, pieces, secretRows } from './support/redaction-corpus'

const options = { secrets: KNOWN }
const redactor = prepareRedactor(options)
const secrets = secretRows()
const others = lookAlikes()

function streamed(text: string, longest: number, seed: number): string {
  const stream = createRedactor(options)
  return (
    pieces(text, longest, seed)
      .map((piece) => stream.write(piece))
      .join('') + stream.end()
  )
}

test('the corpus is there', () => {
  expect(secrets.length).toBeGreaterThan(600)
  expect(others.length).toBeGreaterThan(700)
  for (const { title, secrets: marked } of secrets) expect(marked, title).not.toEqual([])
})

describe('each text with secrets', () => {
  test.each(secrets)('$title', ({ text, redacted }) => {
    expect(redactor.text(text)).toBe(redacted)
    expect(redactor.text(redacted), 'once is enough').toBe(redacted)
    expect(redactValue({ result: { content: [text] } }, redactor), 'in an event').toEqual({ result: { content: [redacted] } })
    for (const [index, longest] of [1, 2, 3, 7, 20, 60, 200].entries())
      expect(streamed(text, longest, index), `in pieces up to ${longest}`).toBe(redacted)
  })

  test.each(secrets)('loses them as JSON, and as JSON within JSON: $title', ({ text, secrets: marked }) => {
    for (const wrap of [inJson, (each: string) => inJson(inJson(each))]) {
      const shown = redactor.text(`{"a":1,"text":"${wrap(text)}","b":2}`)
      for (const line of marked.flatMap((secret) => secret.split('\n')).filter(({ length }) => length > 5)) expect(shown).not.toContain(wrap(line))
    }
  })
})

describe('each look-alike stays', () => {
  test.each(others)('$title', ({ text }) => {
    expect(redactor.text(text)).toBe(text)
    expect(redactValue({ result: { content: [text] } }, redactor), 'in an event').toEqual({ result: { content: [text] } })
    for (const json of [JSON.stringify(text), JSON.stringify(JSON.stringify(text))]) expect(redactor.text(json)).toBe(json)
    for (const [index, longest] of [1, 3, 20, 200].entries()) expect(streamed(text, longest, index), `in pieces up to ${longest}`).toBe(text)
  })
})

test('a whole log in pieces is what it is as a whole', () => {
  const text = [...secrets, ...others].map((row) => row.text).join('\n\n\n')
  const whole = redact(text, options)
  for (const [seed, longest] of [10, 100, 1000, 10_000, 100_000].entries()) expect(streamed(text, longest, seed)).toBe(whole)
})

describe('a value under a name', () => {
  const assignments = secrets.flatMap(({ text, secrets: [secret = ''] }) => {
    const name = /^(?:export |set )?([A-Za-z_][\w-]*)[=:] ?["']?$/.exec(text.slice(0, text.indexOf(secret)))?.[1]
    return name !== undefined && /^["']?$/.test(text.slice(text.indexOf(secret) + secret.length)) ? [{ name, secret }] : []
  })

  test('is there to be tested', () => expect(assignments.length).toBeGreaterThan(70))

  test.each(assignments)('$name', ({ name, secret }) => {
    expect(redactValue({ env: { [name]: secret } }, redactor)).toEqual({ env: { [name]: '[REDACTED]' } })
    expect(redactValue([{ name, value: secret }], redactor)).toEqual([{ name, value: '[REDACTED]' }])
  })
})

describe('known values', () => {
  test.each(KNOWN)('%j in every spelling', (value) => {
    const spellings = [
      value,
      inJson(value),
      inJson(inJson(value)),
      encodeURIComponent(value),
      new URLSearchParams({ a: value }).toString().slice(2),
      encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase()),
      Buffer.from(value).toString('base64'),
      Buffer.from(value).toString('base64url'),
    ]
    for (const spelling of spellings) expect(redactor.text(`x ${spelling} y`)).toBe('x [REDACTED] y')
  })

  test.each(KNOWN)('%j inside of longer base64', (value) => {
    for (const before of ['', 'u', 'us', 'usr', 'user:']) {
      const whole = Buffer.from(`${before}${value} and more`).toString('base64')
      expect(redactor.text(whole)).toContain('[REDACTED]')
      expect(Buffer.from(redactor.text(whole).replaceAll('[REDACTED]', '====')).toString()).not.toContain(value)
    }
  })

  test('as Python and HTML write them', () => {
    const quoted = prepareRedactor({ secrets: ['it\'s <my> "own" secret & more'] })
    expect(quoted.text(`{'a': 'it\\'s <my> "own" secret & more'}`)).toBe("{'a': '[REDACTED]'}")
    expect(quoted.text("<b>it's &lt;my&gt; &quot;own&quot; secret &amp; more</b>")).toBe('<b>[REDACTED]</b>')
  })

  test('that begin alike go as a whole', () => {
    expect(redact('a secret-value-long b secret-value c', { secrets: ['secret-value', 'secret-value-long'] })).toBe('a [REDACTED] b [REDACTED] c')
  })
})

/** As a JSON string, without its quotes. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
