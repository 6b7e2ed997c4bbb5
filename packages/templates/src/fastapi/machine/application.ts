import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BackgroundProcess, type ExecResult, ForgeError, type SandboxSession } from '@forge/core'
import type { PythonEnv } from '../environment/python-env'

/** The application of a tree, served by uvicorn as a process of its own. */
export interface Application {
  /** Absolute path of the unix socket that it answers on. */
  socket: string
  /** The last 64 KiB that its process wrote. */
  output(): string
  /** Resolves when the process ends without having been asked to. */
  ended: Promise<void>
  /** Idempotent. */
  stop(): Promise<void>
}

interface TreeOptions {
  /** Must let its processes read `env.readable`, the tree and the database's socket folder. */
  session: SandboxSession
  /** The interpreter and packages: the harness's own. */
  env: PythonEnv
  /** Absolute folder that holds `app/` and `alembic.ini`. */
  tree: string
  databaseUrl: string
  signal?: AbortSignal | undefined
}

export interface ServeOptions extends TreeOptions {
  /** Absolute; shorter than 100 characters; in a folder that the session may write. */
  socket: string
  /** Variables besides `DATABASE_URL`. */
  environment?: Record<string, string> | undefined
}

const MIGRATION_LIMIT_MS = 120_000
/** A project of hundreds of entities takes a busy machine more than half a minute to import. */
const START_LIMIT_MS = 120_000
const STOP_GRACE_MS = 5_000
const LONGEST_SOCKET = 100

/** No start-up files, user packages or PYTHON variables; no folder of the tree comes before the installed packages; no caches written into the tree. */
const isolated = (env: PythonEnv, program: string, ...args: string[]) => [env.python, '-I', '-B', '-u', '-X', 'utf8', '-c', program, ...args]

const MIGRATE = `
import sys
sys.path.append(sys.argv[1])
from alembic.config import main
main(argv=["-c", "alembic.ini", "upgrade", "head"], prog="alembic")
`

const SERVE = `
import sys
import uvicorn
sys.path.append(sys.argv[1])
uvicorn.run("app.main:app", uds=sys.argv[2], access_log=False, log_level="info", timeout_graceful_shutdown=2)
`

/** Runs `alembic upgrade head` in the tree. A failing migration is a result, not an error. */
export function migrate(options: TreeOptions): Promise<ExecResult> {
  return options.session.exec(isolated(options.env, MIGRATE, options.tree), {
    cwd: options.tree,
    env: variables(options),
    timeoutMs: MIGRATION_LIMIT_MS,
    signal: options.signal,
  })
}

/**
 * Starts `app.main:app` and waits until `GET /health` answers, with whatever status.
 * @throws ForgeError ENVIRONMENT_FAILED when it does not; the message carries the end of its output
 */
export async function serveApplication(options: ServeOptions): Promise<Application> {
  if (Buffer.byteLength(options.socket) >= LONGEST_SOCKET)
    throw new ForgeError('ENVIRONMENT_FAILED', `The socket's path is too long: ${options.socket}.`, { remedy: 'Set TMPDIR to a shorter path.' })
  const process = await launch(options)
  let stopped: Promise<void> | undefined
  return {
    socket: options.socket,
    output: () => process.output(),
    ended: new Promise((resolve) => void process.exited.then(() => stopped === undefined && resolve())),
    stop() {
      stopped ??= process.stop({ graceMs: STOP_GRACE_MS })
      return stopped
    },
  }
}

async function launch(options: ServeOptions): Promise<BackgroundProcess> {
  const process = await options.session.spawn(isolated(options.env, SERVE, options.tree, options.socket), {
    cwd: options.tree,
    env: { ...variables(options), ...options.environment },
  })
  let ended = false
  void process.exited.then(() => {
    ended = true
  })
  const until = Date.now() + START_LIMIT_MS
  while (!ended && Date.now() < until && !options.signal?.aborted) {
    if (await answers(options.socket)) return process
    await sleep(25)
  }
  const endedByItself = ended
  await process.stop({ graceMs: 500 })
  options.signal?.throwIfAborted()
  throw startFailure(endedByItself, process.output())
}

/** Any answer will do, and its head is enough: whether it is the right one is for the proof to say. */
function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/health', headers: { connection: 'close' }, timeout: 5_000 }, () => {
      resolve(true)
      asked.destroy()
    })
    asked.once('timeout', () => asked.destroy())
    asked.once('error', () => resolve(false))
    asked.end()
  })
}

function variables(options: TreeOptions): Record<string, string> {
  return { PATH: `${options.env.bin}:/usr/local/bin:/usr/bin:/bin`, LANG: 'C.UTF-8', DATABASE_URL: options.databaseUrl }
}

function startFailure(ended: boolean, output: string): ForgeError {
  const what = ended ? 'ended before it answered' : `gave no answer to GET /health within ${START_LIMIT_MS / 1000} s`
  const tail = output.trim().split('\n').slice(-25).join('\n')
  return new ForgeError('ENVIRONMENT_FAILED', `The application ${what}:\n${tail || 'it wrote nothing'}`, {
    remedy: 'Correct what the message names; `uvicorn app.main:app` in the project shows the same.',
  })
}
