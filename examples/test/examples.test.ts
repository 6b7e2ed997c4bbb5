import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const FOLDER = dirname(dirname(fileURLToPath(import.meta.url)))
const EXAMPLES = readdirSync(FOLDER).filter((name) => name.endsWith('.mjs'))

it('has examples', () => expect(EXAMPLES.length).toBeGreaterThan(0))

it.each(EXAMPLES)('%s asserts its own result', async (name) => {
  await import(`../${name.replace(/\.mjs$/, '')}.mjs`)
})
