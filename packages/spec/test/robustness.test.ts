import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type ApiSpec, formatSpec, invalidSamples, readSpec, SpecError, sampleValue } from '../src/index'

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../templates/assets/specs')
const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))

/** Numbers in [0, 1), the same ones every time. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

const damages: [name: string, damage: (text: string, next: () => number) => string][] = [
  ['cut off', (text, next) => text.slice(0, Math.floor(next() * text.length))],
  [
    'shuffled',
    (text, next) =>
      text
        .split('\n')
        .map((line) => ({ line, at: next() }))
        .sort((a, b) => a.at - b.at)
        .map(({ line }) => line)
        .join('\n'),
  ],
  [
    'with lines lost',
    (text, next) =>
      text
        .split('\n')
        .filter(() => next() > 0.3)
        .join('\n'),
  ],
  ['with letters lost', (text, next) => [...text].filter(() => next() > 0.02).join('')],
  ['with stray signs', (text, next) => [...text].map((char) => (next() < 0.01 ? '(){}[]:-*`"|,#/<>=\n'[Math.floor(next() * 19)] : char)).join('')],
]

describe('a damaged text', () => {
  it.each(damages)('%s: is read into something sound or refused', (_, damage) => {
    const next = numbers(20_260_101)
    let read = 0
    for (let round = 0; round < 25; round += 1) {
      for (const text of texts) {
        const spec = readOrRefuse(damage(text, next))
        if (spec === null) continue
        read += 1
        expectSound(spec)
        expect(formatSpec(spec)).toContain(`${spec.endpoints.length} endpoint`)
      }
    }
    expect(read).toBeGreaterThan(10)
  })
})

function readOrRefuse(text: string): ApiSpec | null {
  try {
    return readSpec(text)
  } catch (error) {
    if (error instanceof SpecError) return null
    throw error
  }
}

/** Everything that one part names is there in another. */
function expectSound(spec: ApiSpec): void {
  const entities = new Map(spec.entities.map((entity) => [entity.name, entity]))
  const names = (entity: string | null) => entities.get(entity ?? '')?.fields.map((field) => field.name) ?? []
  expect(new Set(spec.entities.map((entity) => entity.table)).size).toBe(spec.entities.length)
  for (const entity of spec.entities) {
    expect(new Set(names(entity.name)).size).toBe(entity.fields.length)
    expect(names(entity.name)).toEqual(expect.arrayContaining(entity.key))
    for (const field of entity.fields) {
      if (field.reference !== undefined) expect(entities.has(field.reference.entity)).toBe(true)
      else expect(() => [sampleValue(field), invalidSamples(field)]).not.toThrow()
    }
  }
  for (const endpoint of spec.endpoints) {
    if (endpoint.operation === 'link-add') continue
    const used = [
      ...(endpoint.body ?? []),
      ...Object.keys(endpoint.sets ?? {}),
      ...(endpoint.filters ?? []).map((filter) => filter.field),
      ...(endpoint.search ?? []),
      ...(endpoint.sort?.fields ?? []),
    ]
    expect(names(endpoint.entity)).toEqual(expect.arrayContaining(used))
  }
  for (const rule of spec.rules) {
    expect(rule.effects.length === 0).toBe(rule.status === 'unparsed')
    expect(rule.missing === undefined).toBe(rule.status === 'compiled')
    for (const effect of rule.effects) if (effect.entity !== null) expect(entities.has(effect.entity)).toBe(true)
  }
}
