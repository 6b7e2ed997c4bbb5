import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { canonicalText, readSpec } from '../src/index'
import { expectedFacts, factDifferences, readFacts } from './support/form-facts'

// One specification for each form in which people write them. What a reader of it would say it holds stands beside it, in `.facts`.
const folder = join(dirname(fileURLToPath(import.meta.url)), 'fixtures/forms')
const files = readdirSync(folder).filter((file) => !file.endsWith('.facts'))
const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8')
const factsOf = (file: string): string[] => expectedFacts(textOf(file.replace(/\.\w+$/, '.facts')))

describe('a specification as people write it', () => {
  it.each(files)('%s: gives the entities, fields, references and endpoints it holds, and no other', (file) => {
    expect(factDifferences(factsOf(file), readFacts(readSpec(textOf(file))))).toEqual([])
  })

  it.each(files)('%s: is read into the same things from its canonical text', (file) => {
    const spec = readSpec(textOf(file))
    const again = readSpec(canonicalText(spec))
    expect(again.entities.map(({ name, key, fields }) => [name, key, fields.map((field) => ({ ...field, source: null }))])).toEqual(
      spec.entities.map(({ name, key, fields }) => [name, key, fields.map((field) => ({ ...field, source: null }))]),
    )
    expect(again.endpoints.map((one) => `${one.method} ${one.path} ${one.operation}`)).toEqual(
      spec.endpoints.map((one) => `${one.method} ${one.path} ${one.operation}`),
    )
  })

  it('differs when a line of it does', () => {
    const file = 'plain-social.txt'
    const changed = textOf(file).replace('bio, avatar_url', 'avatar_url')
    expect(factDifferences(factsOf(file), readFacts(readSpec(changed)))).toEqual(['- User.bio:text'])
  })
})
