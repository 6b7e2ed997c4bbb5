import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type ExecResult, ForgeError, type ForgeEventBody, type ProcessHost } from '@forge/core'
import { assetPath } from './asset-path'
import { withBuildLock } from './build-lock'
import { type PythonInterpreter, findPython } from './find-python'
import { checkLock } from './lock-file'
import { pipSettings, uvOptions } from './package-index'
import { userEnvironment } from './user-environment'

/** A virtual environment of the harness's own, outside every project. */
export interface PythonEnv {
  /** Absolute path of the environment. */
  dir: string
  /** Absolute path of its interpreter. */
  python: string
  /** Folder of its scripts (`pytest`, `ruff`, `mypy`, `alembic`, `uvicorn`). */
  bin: string
  /** Of Python, for example `3.11.4`. */
  version: string
  /** What a sandbox must let its processes read for the interpreter to run. */
  readable: string[]
}

export interface PythonEnvOptions {
  host: ProcessHost
  /** Its `requirements-dev.lock` decides what is installed; without one the template's own lock does. */
  projectDir?: string
  /** Default: uv where it is present, and pip when it is not or fails. */
  installer?: 'pip'
  signal?: AbortSignal
  emit?(event: ForgeEventBody): void
}

/** Raised when the way an environment is built changes. */
const LAYOUT = 1
const LOCK_NAME = 'requirements-dev.lock'
const INSTALL_LIMIT_MS = 900_000
const COMPLETE = 'forge-complete.json'

/** Folder of all that Forge may delete and make again: `XDG_CACHE_HOME/forge`, by default `~/.cache/forge`. */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'forge')
}

/**
 * The environment for a lock: found in the cache, or built there (with uv where it is present, else venv and pip; either looks for packages where the
 * user's pip or uv is configured to). Only wheels are installed, so no package's code runs while installing. Safe to call from several processes.
 * @throws ForgeError PYTHON_MISSING, ENVIRONMENT_FAILED
 */
export async function ensurePythonEnv(options: PythonEnvOptions): Promise<PythonEnv> {
  const { host, signal } = options
  const lock = lockText(options.projectDir)
  checkLock(lock, LOCK_NAME)
  const uv = options.installer === 'pip' ? undefined : await findUv(host)
  const interpreter = await findPython(host, { anyVenv: uv !== undefined, ...(signal && { signal }) })
  const key = createHash('sha256').update(`${LAYOUT}\n${interpreter.tag}\n${interpreter.executable}\n${lock}`).digest('hex').slice(0, 24)
  const dir = join(cacheFolder(), 'python', key)
  return (
    complete(dir, interpreter) ??
    withBuildLock(`${dir}.lock`, signal, async () => complete(dir, interpreter) ?? build(dir, lock, interpreter, uv, options))
  )
}

function lockText(projectDir: string | undefined): string {
  const own = projectDir === undefined ? undefined : join(projectDir, LOCK_NAME)
  return readFileSync(own !== undefined && existsSync(own) ? own : assetPath('fastapi', 'project', LOCK_NAME), 'utf8')
}

/** The command of uv, where it runs. */
export async function findUv(host: ProcessHost): Promise<string | undefined> {
  const result = await host.exec(['uv', '--version'], { env: userEnvironment(), timeoutMs: 15_000 })
  return result.exitCode === 0 ? 'uv' : undefined
}

function describe(dir: string, interpreter: PythonInterpreter): PythonEnv {
  return {
    dir,
    python: join(dir, 'bin', 'python'),
    bin: join(dir, 'bin'),
    version: interpreter.version,
    readable: [...new Set([dir, interpreter.prefix, interpreter.executable])],
  }
}

function complete(dir: string, interpreter: PythonInterpreter): PythonEnv | undefined {
  const env = describe(dir, interpreter)
  const usable = existsSync(join(dir, COMPLETE)) && statSync(env.python, { throwIfNoEntry: false })?.isFile() === true
  return usable ? env : undefined
}

async function build(
  dir: string,
  lock: string,
  interpreter: PythonInterpreter,
  uv: string | undefined,
  options: PythonEnvOptions,
): Promise<PythonEnv> {
  const startedAt = performance.now()
  options.emit?.({
    type: 'notice',
    level: 'info',
    code: 'ENVIRONMENT_BUILDING',
    message: `Installing the Python packages of ${LOCK_NAME}, once per lock.`,
  })
  const lockFile = `${dir}.txt`
  mkdirSync(join(cacheFolder(), 'python'), { recursive: true })
  writeFileSync(lockFile, lock)
  try {
    const failure = uv === undefined ? undefined : await attempt(dir, () => withUv(dir, lockFile, interpreter, uv, options))
    if (uv === undefined || failure !== undefined) {
      const second = await attempt(dir, () => withPip(dir, lockFile, interpreter, options))
      if (second !== undefined) throw second
    }
    await checkImports(dir, interpreter, options)
  } catch (error) {
    rmSync(dir, { recursive: true, force: true })
    throw error
  } finally {
    rmSync(lockFile, { force: true })
  }
  const seconds = (performance.now() - startedAt) / 1000
  writeFileSync(join(dir, `${COMPLETE}.new`), `${JSON.stringify({ version: interpreter.version, seconds })}\n`)
  renameSync(join(dir, `${COMPLETE}.new`), join(dir, COMPLETE))
  options.emit?.({ type: 'verification-step', step: 'environment', seconds, detail: 'installed' })
  return describe(dir, interpreter)
}

async function attempt(dir: string, work: () => Promise<void>): Promise<ForgeError | undefined> {
  rmSync(dir, { recursive: true, force: true })
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'ENVIRONMENT_FAILED') return error
    throw error
  }
}

async function withUv(dir: string, lockFile: string, interpreter: PythonInterpreter, uv: string, options: PythonEnvOptions): Promise<void> {
  const settings = uvOptions(await pipSettings(options.host, interpreter.executable, options.signal))
  await run(options, [uv, 'venv', '--quiet', '--no-project', '--no-config', '--python', interpreter.executable, dir], settings.env)
  const install = ['--require-hashes', '--only-binary', ':all:', '--compile-bytecode', ...settings.args, '-r', lockFile]
  await run(options, [uv, 'pip', 'install', '--quiet', '--python', join(dir, 'bin', 'python'), ...install], settings.env)
}

async function withPip(dir: string, lockFile: string, interpreter: PythonInterpreter, options: PythonEnvOptions): Promise<void> {
  await run(options, [interpreter.executable, '-I', '-m', 'venv', dir])
  const pip = [join(dir, 'bin', 'python'), '-I', '-m', 'pip', '--disable-pip-version-check', '--no-input']
  await run(options, [...pip, 'install', '--quiet', '--require-hashes', '--only-binary', ':all:', '-r', lockFile])
}

/** The proof cannot do without these; a lock that lacks one is a mistake worth naming. */
async function checkImports(dir: string, interpreter: PythonInterpreter, options: PythonEnvOptions): Promise<void> {
  const names = ['alembic', 'asyncpg', 'fastapi', 'httpx', 'pytest', 'pytest_asyncio', 'sqlalchemy', 'uvicorn']
  const program = `import importlib.util; print(*[n for n in ${JSON.stringify(names)} if importlib.util.find_spec(n) is None])`
  const result = await options.host.exec([describe(dir, interpreter).python, '-I', '-c', program], { timeoutMs: 60_000 })
  const missing = result.stdout.trim()
  if (result.exitCode === 0 && missing === '') return
  throw new ForgeError(
    'ENVIRONMENT_FAILED',
    missing === '' ? `The new environment does not run: ${result.stderr.trim()}` : `${LOCK_NAME} lacks ${missing}.`,
    {
      remedy: `Add what is missing to ${LOCK_NAME}, pinned and with hashes.`,
    },
  )
}

async function run(options: PythonEnvOptions, argv: string[], env: Record<string, string> = {}): Promise<void> {
  const result = await options.host.exec(argv, {
    env: userEnvironment(env),
    timeoutMs: INSTALL_LIMIT_MS,
    ...(options.signal && { signal: options.signal }),
  })
  options.signal?.throwIfAborted()
  if (result.exitCode !== 0) throw installFailure(argv, result)
}

function installFailure(argv: string[], result: ExecResult): ForgeError {
  const output = `${result.stdout}\n${result.stderr}`.trim()
  const tail = output.split('\n').slice(-12).join('\n')
  const noVenv = /ensurepip|No module named venv/.test(output)
  return new ForgeError(
    'ENVIRONMENT_FAILED',
    `Making the Python environment failed (${argv[0]}${result.timedOut ? ', out of time' : ''}):\n${tail}`,
    {
      remedy: noVenv
        ? 'Install the venv module (Debian, Ubuntu: apt install python3-venv), or install uv.'
        : 'Check that the package index is in reach (`forge doctor`); pip and uv are used with your own configuration. Then run the same command again.',
    },
  )
}
