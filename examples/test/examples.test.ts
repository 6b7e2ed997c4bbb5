import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const FOLDER = dirname(dirname(fileURLToPath(import.meta.url)))
const EXAMPLES = readdirSync(FOLDER).filter((name) => name.endsWith('.mjs'))

it('has examples', () => expect(EXAMPLES.length).toBeGreaterThan(0))

it.each(EXAMPLES)('%s asserts its own result', async (name) => {
  await import(`../${name.replace(/\.mjs$/, '')}.mjs`)
})

it('docs/security.md shows the example of a policy as it is', () => {
  const shown = /<!-- example: own-policy\.mjs -->\n```js\n([\s\S]*?)```/.exec(readFileSync(join(FOLDER, '../docs/security.md'), 'utf8'))?.[1]
  expect(shown).toContain('optionRule')
  expect(readFileSync(join(FOLDER, 'own-policy.mjs'), 'utf8')).toContain(shown)
})
