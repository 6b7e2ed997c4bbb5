import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { bubblewrap, ForgeError, noSandbox, type Sandbox, type Template, type Workplace } from '../../src/index'
import { scriptedProvider } from '../../src/testing/index'
import { builds, rig, runs, writesList } from '../support/project'
import { tinyTemplate } from '../support/tiny-template'

const probe = await bubblewrap().probe()
const sandboxes: [string, () => Sandbox, boolean][] = [
  ['none', noSandbox, true],
  ['bubblewrap', bubblewrap, probe.works],
]

const lent = realpathSync(mkdtempSync(join(tmpdir(), 'forge-lent-')))
afterAll(() => rmSync(lent, { recursive: true, force: true }))

/** A template that lends a folder and a variable, and counts. */
function lending(workplace: () => Promise<Pick<Workplace, 'env' | 'writable'>>) {
  const counts = { opened: 0, closed: 0 }
  const template: Template = {
    ...tinyTemplate(),
    async workplace() {
      counts.opened += 1
      const close = async () => {
        counts.closed += 1
      }
      return { ...(await workplace()), close }
    },
  }
  return { template, counts }
}

for (const [name, sandbox, works] of sandboxes) {
  test.skipIf(!works)(
    `the commands of all sessions have what the template lends, once per run (${name}; not run where it does not work)`,
    async () => {
      const { template, counts } = lending(async () => ({ env: { LENT: 'a word', LANG: 'C' }, writable: [lent] }))
      const notes = runs(`printf '%s ' "$LENT" "$LANG" >> ${join(lent, `note-${name}`)}`)
      const { harness } = rig(scriptedProvider([notes, ...writesList(), notes, ...builds(1, 2)]), { template, sandbox: sandbox() })
      expect((await harness.run()).status).toBe('proven')
      expect(counts).toEqual({ opened: 1, closed: 1 })
      expect(await readFile(join(lent, `note-${name}`), 'utf8')).toBe('a word C a word C ')
    },
  )
}

const missing = () => Promise.reject(new ForgeError('DATABASE_MISSING', 'There is no database.', { remedy: 'Install one.' }))

test('a model is not asked for anything where the workplace cannot open', async () => {
  const { template } = lending(missing)
  const provider = scriptedProvider([])
  const { harness, of } = rig(provider, { template })
  expect(await harness.run()).toMatchObject({
    status: 'not-verified',
    code: 'DATABASE_MISSING',
    reason: 'There is no database.',
    remedy: 'Install one.',
  })
  expect(provider.requests).toEqual([])
  expect(of('session-start')).toEqual([])
})

test('our own code works without one, and says so', async () => {
  const { template } = lending(missing)
  const { harness, of } = rig(scriptedProvider([...writesList(), ...builds(1, 2)], { trusted: true }), { template })
  expect((await harness.run()).status).toBe('proven')
  expect(of('notice')).toContainEqual(
    expect.objectContaining({ code: 'WORKPLACE_MISSING', message: 'There is no database.', remedy: 'Install one.' }),
  )
})

test('any other error of a template is one of the run, and nothing stays open', async () => {
  const { template, counts } = lending(() => Promise.reject(new TypeError('a mistake')))
  await expect(rig(scriptedProvider([]), { template }).harness.run()).rejects.toThrow('a mistake')
  const { template: second, counts: lentOnce } = lending(async () => ({}))
  await expect(rig(scriptedProvider([]), { template: second }).harness.run()).resolves.toMatchObject({ status: 'provider-unavailable' })
  expect([counts.closed, lentOnce]).toEqual([0, { opened: 1, closed: 1 }])
})
