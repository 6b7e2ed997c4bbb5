import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { readSpec } from '@forge/spec'
import { describe, expect, it } from 'vitest'
import { exampleSpecs, fastapi, sizes } from '../src/index'

const examples = exampleSpecs()
/** What shows the smallest size: less of everything. */
const SMALLEST = 'reading-list'
/** Signing in is no matter of the reader: the tests of the builder see to it. */
const CREDENTIALS = /handles credentials/

describe('the example specifications', () => {
  it('are all files of their folder, one of them that of the template', () => {
    expect(examples.map(({ path }) => basename(path)).sort()).toEqual(readdirSync(dirname(examples[0]!.path)).sort())
    expect(new Set(examples.map(({ form }) => form)).size).toBe(examples.length)
    const texts = examples.map(({ path }) => readFileSync(path, 'utf8'))
    expect(texts).toContain(fastapi().exampleSpec)
    expect(texts).toContain(fastapi({ size: sizes.test }).exampleSpec)
  })

  it.each(examples.map((example) => [example.name, example] as const))('%s is understood as a whole', (name, { title, path }) => {
    const spec = readSpec(readFileSync(path, 'utf8'))
    expect(spec.title).toBe(title)
    const open = [
      ...spec.endpoints
        .filter(({ unsupported }) => unsupported !== null && !CREDENTIALS.test(unsupported))
        .map(({ method, path: route }) => `${method} ${route}`),
      ...spec.rules.filter(({ status }) => status !== 'compiled').map(({ text }) => text),
    ]
    expect(open).toEqual([])
    expect(spec.diagnostics.filter(({ level }) => level === 'warning').map(({ message }) => message)).toEqual([])
    if (name === SMALLEST) return
    expect(spec.entities.length).toBeGreaterThanOrEqual(5)
    expect(spec.endpoints.length).toBeGreaterThanOrEqual(18)
    expect(spec.rules.length).toBeGreaterThanOrEqual(8)
    expect(spec.roles.length).toBeGreaterThanOrEqual(name === 'blog' ? 0 : 2)
  })
})
