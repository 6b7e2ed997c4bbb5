import { createHash } from 'node:crypto'
import { existsSync, realpathSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  ForgeError,
  type ForgeEventBody,
  type ProcessHost,
  type Sandbox,
  type SandboxSession,
  type SandboxSpec,
  chooseSandbox,
  startProcessHost,
} from '@forge/core'
import { type PythonEnv, ensurePythonEnv } from './environment/python-env'
import { type Application, migrate, serveApplication } from './machine/application'
import { type Database, type DatabaseServer, startDatabaseServer } from './machine/database'
import { dialSocket } from './machine/dial'
import { ownSocket } from './machine/own-socket'
import { serverState } from './machine/machine-folders'
import { type Relay, startRelay } from './machine/relay'
import { serverUser } from './machine/server-user'
import { makeTemporaryFolder } from './machine/temporary-folder'
import { type Undo, settled, undoAll } from './machine/undo'

/** What {@link serveProject} takes. */
export interface ServeProjectOptions {
  /** On 127.0.0.1. Default: 8000, or the next free one. */
  port?: number | undefined
  /** Only the database; nothing is migrated. */
  dbOnly?: boolean | undefined
  /** Stops everything. Default: never. */
  signal?: AbortSignal | undefined
  /** Notices, for people. */
  emit?: ((event: ForgeEventBody) => void) | undefined
  /** Default: bubblewrap where it works, else none, with a notice. */
  sandbox?: Sandbox | undefined
}

/** A project that is being served. */
export interface ServedProject {
  /** `http://127.0.0.1:8000`; empty with `dbOnly`. */
  url: string
  /** For other processes of the same user, as long as this one runs. */
  databaseUrl: string
  /** Resolves when the application (with `dbOnly`, the database) ended, by itself or stopped. */
  ended: Promise<void>
  /** Ends application and database; the data stay. Idempotent. */
  stop(): Promise<void>
}

const DEFAULT_PORT = 8000
const PORTS_TRIED = 100
/** The settings of the generated project that the caller's environment may set. */
const SETTINGS = ['ENVIRONMENT', 'AUTH_MODE', 'JWT_SECRET', 'CORS_ORIGINS', 'DATABASE_POOL_SIZE']

/**
 * Serves a generated project on loopback, with a PostgreSQL server as in a run whose data are kept from one start to the next, outside the project.
 * @throws ForgeError PROJECT_FOREIGN, CONFIG_INVALID (port), PYTHON_MISSING, DATABASE_MISSING, SANDBOX_UNAVAILABLE, ENVIRONMENT_FAILED
 */
export async function serveProject(projectDir: string, options: ServeProjectOptions = {}): Promise<ServedProject> {
  const project = checkProject(projectDir)
  const undo: Undo[] = [keepAlive()]
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= undoAll(undo)
    return stopping
  }
  try {
    const served = options.dbOnly ? await serveDatabase(project, options, undo) : await serveAll(project, options, undo)
    options.signal?.throwIfAborted()
    options.signal?.addEventListener('abort', () => void stop(), { once: true })
    const stopped = new Promise<void>((resolve) => undo.unshift(async () => resolve()))
    return { ...served, ended: Promise.race([served.ended, stopped]), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** What is served keeps the process alive until it is stopped; its helper processes by themselves do not. */
function keepAlive(): Undo {
  const timer = setInterval(() => {}, 2 ** 30)
  return async () => clearInterval(timer)
}

async function serveDatabase(project: string, options: ServeProjectOptions, undo: Undo[]): Promise<Omit<ServedProject, 'stop'>> {
  const host = await startHost(undo)
  const { server, database } = await startDatabase(project, host, options, undo)
  return { url: '', databaseUrl: database.url, ended: server.ended }
}

async function serveAll(project: string, options: ServeProjectOptions, undo: Undo[]): Promise<Omit<ServedProject, 'stop'>> {
  const folder = await makeTemporaryFolder()
  undo.push(async () => rmSync(folder.path, { recursive: true, force: true }))
  const socket = join(folder.socketDir, 'app.sock')
  let served = ''
  const relay = await listen(options.port, () => served)
  undo.push(() => relay.close())
  const host = await startHost(undo)
  const [env, { server, database }] = await settled<[PythonEnv, Awaited<ReturnType<typeof startDatabase>>]>([
    pythonEnv(project, host, options),
    startDatabase(project, host, options, undo),
  ])
  const session = await startSession({ root: project, writable: [folder.socketDir], readable: [...env.readable, server.socketDir] }, options)
  undo.push(() => session.stop())
  const place = { session, env, tree: project, databaseUrl: database.url, signal: options.signal }
  await migrateOrThrow(place, dataDirectory(project))
  const application = await serveApplication({ ...place, socket, environment: settings() })
  undo.push(() => application.stop())
  served = ownSocket(socket, join(folder.path, 'own.sock'))
  return { url: `http://127.0.0.1:${relay.port}`, databaseUrl: database.url, ended: application.ended.then(() => report(application, options)) }
}

function pythonEnv(project: string, host: ProcessHost, { signal, emit }: ServeProjectOptions): Promise<PythonEnv> {
  return ensurePythonEnv({ host, projectDir: project, ...(signal && { signal }), ...(emit && { emit }) })
}

function report(application: Application, options: ServeProjectOptions): void {
  const tail = application.output().trim().split('\n').slice(-15).join('\n')
  options.emit?.({ type: 'notice', level: 'error', code: 'APPLICATION_ENDED', message: `The application ended by itself:\n${tail}` })
}

function checkProject(projectDir: string): string {
  const folder = resolve(projectDir)
  if (existsSync(join(folder, 'app', 'main.py')) && existsSync(join(folder, 'alembic.ini'))) return realpathSync(folder)
  throw new ForgeError('PROJECT_FOREIGN', `${folder} is not a generated FastAPI project: it has no app/main.py with an alembic.ini beside it.`, {
    remedy: 'Name the folder of a generated project, for example: forge serve ./my_api.',
  })
}

async function startHost(undo: Undo[]): Promise<ProcessHost> {
  const host = await startProcessHost()
  undo.push(() => host.close())
  return host
}

async function startDatabase(
  project: string,
  host: ProcessHost,
  options: ServeProjectOptions,
  undo: Undo[],
): Promise<{ server: DatabaseServer; database: Database }> {
  const server = await startDatabaseServer({ host, dataDir: dataDirectory(project), signal: options.signal, emit: options.emit })
  undo.push(() => server.stop())
  const database = await server.createDatabase({ name: server.source === 'environment' ? `forge_serve_${keyOf(project)}` : 'app' })
  return { server, database }
}

function dataDirectory(project: string): string {
  return join(serverState(serverUser()), keyOf(project))
}

/** A folder that was deleted and made anew holds another project, with other data. */
function keyOf(project: string): string {
  const { ino, birthtimeMs } = statSync(project)
  return createHash('sha256').update(`${project}\n${ino}\n${birthtimeMs}`).digest('hex').slice(0, 16)
}

async function startSession(spec: SandboxSpec, options: ServeProjectOptions): Promise<SandboxSession> {
  const { sandbox, missing } = await chooseSandbox(options.sandbox, { trusted: true })
  if (missing) {
    const message = `The application runs without a sandbox: ${missing.reason}.`
    options.emit?.({ type: 'notice', level: 'warning', code: 'SANDBOX_NONE', message, remedy: missing.remedy })
  }
  return sandbox.start(spec)
}

async function migrateOrThrow(place: Parameters<typeof migrate>[0], dataDir: string): Promise<void> {
  const result = await migrate(place)
  place.signal?.throwIfAborted()
  if (result.exitCode === 0) return
  const tail = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-12).join('\n')
  throw new ForgeError('ENVIRONMENT_FAILED', `The migrations of the project fail:\n${tail}`, {
    remedy: `Correct the project; or, if its migrations were written anew since the last start, delete ${dataDir} to begin with an empty database.`,
  })
}

function settings(): Record<string, string> {
  return Object.fromEntries(SETTINGS.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
}

async function listen(wanted: number | undefined, socket: () => string): Promise<Relay> {
  const ports = wanted === undefined ? Array.from({ length: PORTS_TRIED }, (_, index) => DEFAULT_PORT + index) : [wanted]
  for (const port of ports) {
    const relay = await listenOn(port, socket)
    if (relay !== undefined) return relay
  }
  const which = wanted === undefined ? `The ports ${DEFAULT_PORT} to ${DEFAULT_PORT + PORTS_TRIED - 1} are` : `Port ${wanted} is`
  throw new ForgeError('CONFIG_INVALID', `${which} in use, or may not be used by you.`, {
    remedy: 'Stop what uses it, or name another one with --port.',
  })
}

async function listenOn(port: number, socket: () => string): Promise<Relay | undefined> {
  try {
    return await startRelay({ port }, () => dialSocket(socket()))
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')) return undefined
    throw error
  }
}
