import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProcessHost } from '@forge/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkLock } from '../src/fastapi/environment/lock-file'
import { ensurePythonEnv } from '../src/fastapi/environment/python-env'

const folder = mkdtempSync(join(tmpdir(), 'forge-env-'))
let host: Awaited<ReturnType<typeof startProcessHost>>

beforeAll(async () => {
  host = await startProcessHost()
})
afterAll(async () => {
  await host.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('ensurePythonEnv', () => {
  it('gives an environment that runs the packages of the lock, the second time from the cache', async () => {
    const env = await ensurePythonEnv({ host })
    const result = await host.exec([env.python, '-I', '-c', 'import fastapi, asyncpg, pytest; print("works")'])
    expect(result.stdout.trim()).toBe('works')
    const startedAt = performance.now()
    expect(await ensurePythonEnv({ host })).toEqual(env)
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })

  it('refuses a lock that names a place of its own, before anything runs', async () => {
    writeFileSync(join(folder, 'requirements-dev.lock'), 'pytest @ file:///tmp/evil.whl\n')
    await expect(ensurePythonEnv({ host, projectDir: folder })).rejects.toMatchObject({ code: 'ENVIRONMENT_FAILED', remedy: expect.any(String) })
  })
})

describe('checkLock', () => {
  const hash = `--hash=sha256:${'a'.repeat(64)}`
  it('takes what uv and pip-compile write', () => {
    checkLock(
      `# made by a tool\nanyio==4.0.1 \\\n    ${hash} \\\n    ${hash}\n    # via starlette\nuvloop[x]==0.2 ; sys_platform != 'win32' \\\n    ${hash}\n`,
      'lock',
    )
  })
  it.each([
    `-e .`,
    `--index-url http://example.org`,
    `pytest==9.0`,
    `pytest>=9 ${hash}`,
    `./pytest.whl ${hash}`,
    `pytest @ https://example.org/pytest.whl ${hash}`,
    `-r other.txt`,
    `pytest==9.0 --find-links=/tmp ${hash}`,
  ])('refuses %s', (line) => {
    expect(() => checkLock(`${line}\n`, 'lock')).toThrowError(/line 1/)
  })
})
