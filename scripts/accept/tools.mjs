// Python programs of the acceptance run, which the projects themselves do not bring: installed once per lock, in the repository's cache.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run, tail } from './processes.mjs'

const HERE = dirname(fileURLToPath(import.meta.url))
/** The linters that the test suite uses. */
const LINTERS = join(HERE, '../../packages/templates/test/support/deploy-linters.lock')
const INSTALL_LIMIT_MS = 300_000

/**
 * @typedef {object} Tools
 * @property {string} python interpreter with the judges: openapi-spec-validator, jsonschema and their like
 * @property {string} linters folder of hadolint, check-jsonschema and kubernetes-validate
 * @property {string} plugins folder for PYTHONPATH: pytest-xdist and pytest-randomly, to be run by the interpreter of a clone
 */

/**
 * @param {string} cache folder that may be deleted at any time
 * @returns {Promise<Tools>}
 * @throws Error when the package index is out of reach
 */
export async function installTools(cache) {
  const judges = join(HERE, 'judges.txt')
  const plugins = join(HERE, 'plugins.txt')
  const hash = createHash('sha256')
  for (const file of [judges, plugins, LINTERS]) hash.update(readFileSync(file))
  const key = hash.digest('hex').slice(0, 16)
  const folder = join(cache, key)
  const python = join(folder, 'bin/python')
  const linters = join(folder, 'linters/bin')
  const tools = { python, linters, plugins: join(folder, 'plugins') }
  if (existsSync(join(folder, 'complete'))) return tools
  rmSync(folder, { recursive: true, force: true })
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:']
  await must(process.env.PYTHON || 'python3', ['-m', 'venv', folder])
  await must(python, [...pip, '-r', judges])
  await must(python, ['-m', 'venv', join(folder, 'linters')])
  await must(join(linters, 'python'), [...pip, '--require-hashes', '-r', LINTERS])
  await must(python, [...pip, '--no-deps', '--target', tools.plugins, '-r', plugins])
  writeFileSync(join(folder, 'complete'), '')
  return tools
}

async function must(command, args) {
  const result = await run(command, args, { timeoutMs: INSTALL_LIMIT_MS })
  if (result.code !== 0) throw new Error(`the programs of the acceptance run cannot be installed: ${tail(result)}`)
}
