// Schemathesis, in an environment of its own, made once per lock in the repository's cache.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run, tail } from '../processes.mjs'

const LOCK = join(dirname(dirname(fileURLToPath(import.meta.url))), 'fuzzer.txt')
const INSTALL_LIMIT_MS = 300_000
const RUN_LIMIT_MS = 1_800_000

/** Every check of the row, and what is near it. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'unsupported_method',
  'allow_header_conformance',
]

/**
 * @param {string} root folder of the repository
 * @returns {Promise<string>} path of the program
 * @throws Error when the package index is out of reach
 */
export async function installSchemathesis(root) {
  const key = createHash('sha256').update(readFileSync(LOCK)).digest('hex').slice(0, 16)
  const folder = join(root, 'node_modules/.cache/forge-accept', `fuzzer-${key}`)
  const program = join(folder, 'bin/schemathesis')
  if (existsSync(join(folder, 'complete'))) return program
  rmSync(folder, { recursive: true, force: true })
  for (const [command, args] of [
    [process.env.PYTHON || 'python3', ['-m', 'venv', folder]],
    [join(folder, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:', '-r', LOCK]],
  ]) {
    const result = await run(command, args, { timeoutMs: INSTALL_LIMIT_MS })
    if (result.code !== 0) throw new Error(`schemathesis cannot be installed: ${tail(result)}`)
  }
  writeFileSync(join(folder, 'complete'), '')
  return program
}

/**
 * Runs schemathesis against a running application.
 * @param {{ program: string, folder: string, document: string, url: string, headers: Record<string, string>, examples: number, seed: number }} options
 *   `folder`: for what it writes; `document`: path of openapi.json; `examples`: for each operation
 * @returns {Promise<{ findings: string[], cases: number }>}
 */
export async function fuzz({ program, folder, document, url, headers, examples, seed }) {
  mkdirSync(folder, { recursive: true })
  const result = await run(
    program,
    [
      'run',
      document,
      ...['--url', url, '--max-examples', String(examples), '--seed', String(seed), '--checks', CHECKS.join(',')],
      ...['--generation-allow-x00', 'true', '--generation-database', 'none', '--continue-on-failure', '--no-color', '--warnings', 'off'],
      // AUTH_MODE=mock takes a request without a token for the built-in user, by contract. The identity itself is checked by the rows about it.
      ...['--generation-with-security-parameters', 'false'],
      ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}:${value}`]),
    ],
    { cwd: folder, env: { PYTHONHASHSEED: '0' }, timeoutMs: RUN_LIMIT_MS },
  )
  const cases = Number(/^\s*(\d+) generated/m.exec(result.stdout)?.[1] ?? 0)
  return { findings: findingsOf(result), cases }
}

/** What the report says of each failure: the operation, the fault, how to see it again. */
function findingsOf({ code, stdout, stderr }) {
  if (code === 0) return []
  const blocks = stdout.split(/^_{3,} (.*) _{3,}$/m).slice(1)
  const found = []
  for (let index = 0; index + 1 < blocks.length; index += 2)
    for (const text of blocks[index + 1]
      .split(/^={3,}/m)[0]
      .split(/^\d+\. Test Case ID: \w+$/m)
      .slice(1))
      found.push(`${blocks[index]}: ${text.trim().replace(/\n\s*\n/g, '\n')}`)
  return found.length > 0 ? found : [`schemathesis ended with ${code}: ${`${stdout}\n${stderr}`.trim().split('\n').slice(-30).join('\n')}`]
}
