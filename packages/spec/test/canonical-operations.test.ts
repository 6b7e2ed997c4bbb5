import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { canonicalText, readSpec } from '../src/index'

const folder = new URL('fixtures/operations/', import.meta.url)

describe('the canonical text', () => {
  it.each(readdirSync(folder))('of %s says the same of every endpoint', (file) => {
    const spec = readSpec(readFileSync(new URL(file, folder), 'utf8'))
    const again = readSpec(canonicalText(spec))
    for (const [index, { source: _, ...endpoint }] of spec.endpoints.entries()) {
      const { source: _source, ...same } = again.endpoints[index]!
      expect(JSON.parse(JSON.stringify(same, withoutSources))).toEqual(JSON.parse(JSON.stringify(endpoint, withoutSources)))
    }
  })
})

const withoutSources = (key: string, value: unknown): unknown => (key === 'source' ? undefined : value)
