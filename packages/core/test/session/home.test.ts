import { existsSync, mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bubblewrap, ForgeError, noSandbox, runSession, type Sandbox } from '../../src/index'
import { scriptedProvider, type ScriptedTurn } from '../../src/testing/index'
import { allowAll, done, freshPath, runs } from '../support/project'

const probe = await bubblewrap().probe()

async function session(turns: readonly ScriptedTurn[], sandbox: Sandbox): Promise<string> {
  const projectDir = freshPath()
  mkdirSync(projectDir)
  const result = await runSession({ provider: scriptedProvider(turns), prompt: 'Begin.', system: '', projectDir, policies: [allowAll], sandbox })
  expect(result.status).toBe('done')
  return projectDir
}

const SHOW = 'printf "%s\\n" "$HOME" "$TMPDIR" "$LANG" "$LC_ALL" > seen; touch "$HOME/mine" && echo yes >> seen'

const seenIn = async (projectDir: string) => (await readFile(join(projectDir, 'seen'), 'utf8')).trimEnd().split('\n')

test('without confinement commands get a home of their own, which is gone afterwards', async () => {
  const projectDir = await session([runs(SHOW), done], noSandbox())
  const [home = '', temporary, ...rest] = await seenIn(projectDir)
  expect(home).toMatch(/forge-home-/)
  expect(temporary).toBe(home)
  expect(rest).toEqual(['C.UTF-8', 'C.UTF-8', 'yes'])
  expect(existsSync(home)).toBe(false)
})

test.skipIf(!probe.works)('in bubblewrap the home is a /tmp that the machine does not see (not run where bubblewrap does not work)', async () => {
  const projectDir = await session([runs(SHOW), done], bubblewrap())
  expect(await seenIn(projectDir)).toEqual(['/tmp', '/tmp', 'C.UTF-8', 'C.UTF-8', 'yes'])
  expect(existsSync('/tmp/mine')).toBe(false)
})

test('a start that fails leaves no home', async () => {
  const homes: (string | undefined)[] = []
  const failing: Sandbox = {
    ...noSandbox(),
    start: async ({ env }) => {
      homes.push(env?.['HOME'])
      throw new ForgeError('SANDBOX_UNAVAILABLE', 'out of processes', { remedy: 'Free some.' })
    },
  }
  await expect(session([runs('true'), done], failing)).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE', remedy: 'Free some.' })
  expect(homes).toHaveLength(1)
  expect(existsSync(homes[0] ?? '')).toBe(false)
})
