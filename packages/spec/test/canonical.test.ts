import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type ApiSpec, canonicalText, readSpec } from '../src/index'
import { randomSpec } from './support/random-spec'

const here = dirname(fileURLToPath(import.meta.url))
const files = ['../../templates/assets/specs', '../../../test/specs', 'fixtures/inputs'].flatMap((folder) =>
  readdirSync(join(here, folder)).map((file) => join(here, folder, file)),
)

/** The specification without lines, origins and remarks, and with its rules in one order. */
function substance(spec: ApiSpec): unknown {
  const rules = spec.rules
    .map((rule) => ({ ...rule, id: 0 }))
    .sort((a, b) => (JSON.stringify([a.text, a.entity]) < JSON.stringify([b.text, b.entity]) ? -1 : 1))
  return JSON.parse(
    JSON.stringify({ ...spec, rules, diagnostics: [] }, (key, value: unknown) => (key === 'source' || key === 'line' ? undefined : value)),
  )
}

describe('the canonical text', () => {
  it.each(files.map((file) => [file.split('/').at(-1)!, file]))('of %s is read into the same specification', (_, file) => {
    const spec = readSpec(readFileSync(file, 'utf8'))
    const text = canonicalText(spec)
    expect(substance(readSpec(text))).toEqual(substance(spec))
    expect(canonicalText(readSpec(text))).toBe(text)
  })

  it('of specifications made up at random is read into the same ones', () => {
    for (let seed = 1; seed <= 120; seed += 1) {
      const spec = readSpec(randomSpec(seed))
      expect(substance(readSpec(canonicalText(spec))), `seed ${seed}`).toEqual(substance(spec))
    }
  })

  it('holds no line that says nothing', () => {
    const quiet = (text: string) => readSpec(text).diagnostics.filter((one) => one.message.includes('nothing that is followed'))
    for (let seed = 1; seed <= 40; seed += 1) expect(quiet(canonicalText(readSpec(randomSpec(seed)))), `seed ${seed}`).toEqual([])
  })

  it('differs where the specification does', () => {
    const text = canonicalText(readSpec(randomSpec(1)))
    const other = text.replace(/^- (\w+): string/m, '- $1: text')
    expect(substance(readSpec(other))).not.toEqual(substance(readSpec(text)))
  })
})
