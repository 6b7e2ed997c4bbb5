import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readSpec } from '../src/index'
import { readingsOf } from './support/readings'

// Specifications that were written before anybody looked at the forms of the catalogue, with what must be understood of them. The figure
// of the last set at its first sight (77 of 100) is what to expect of specifications that nobody has seen.
const SETS = [
  { name: 'first', share: 0.8 },
  { name: 'second', share: 0.85 },
  { name: 'third', share: 0.8 },
  { name: 'fourth', share: 0.85 },
]

describe.each(SETS)('the $name set of sentences', ({ name, share }) => {
  const folder = new URL(`fixtures/rule-corpus/${name}/`, import.meta.url)
  const files = readdirSync(folder).filter((file) => !file.endsWith('.readings'))
  const textOf = (file: string) => readFileSync(new URL(file, folder), 'utf8')

  it.each(files)('is understood as it is meant: %s', (file) => {
    expect(readingsOf(readSpec(textOf(file)))).toBe(textOf(`${file}.readings`))
  })

  it(`is compiled for ${share * 100} of 100 sentences at least`, () => {
    const rules = files.flatMap((file) => readSpec(textOf(file)).rules)
    expect(rules.filter((rule) => rule.status === 'compiled').length / rules.length).toBeGreaterThanOrEqual(share)
  })
})

describe('sentences that say more than any form does', () => {
  it('are not compiled to less than they say', () => {
    const text = readFileSync(new URL('fixtures/rule-corpus/beyond.md', import.meta.url), 'utf8')
    const taken = readSpec(text).rules.filter((rule) => rule.status !== 'unparsed')
    expect(taken.map((rule) => rule.text)).toEqual([])
  })
})
