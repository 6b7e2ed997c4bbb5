import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { type ProcessHost, type Workplace, type WorkplaceOptions, startProcessHost } from '@forge/core'
import { findPython } from '../environment/find-python'
import { findCompiled } from '../environment/programs'
import { ensurePythonEnv } from '../environment/python-env'
import { startDatabaseServer } from '../machine/database'
import { makeTemporaryFolder, removeWithHost } from '../machine/temporary-folder'
import { type Undo, settled, undoAll } from '../machine/undo'
import { startPackageMirror } from './package-mirror'

/** The part of a workplace that one of its makers brings. */
type Part = Omit<Workplace, 'close' | 'writable'>

/**
 * What an agent needs to build and test a backend: Python with the template's packages, the user's uv and package indexes, and a PostgreSQL database of
 * its own, apart from those of the proof. The environment names all of it: PATH, the settings of pip and uv, DATABASE_URL.
 * @throws ForgeError PYTHON_MISSING, DATABASE_MISSING, CONFIG_INVALID, ENVIRONMENT_FAILED
 */
export async function openWorkplace({ signal, emit }: WorkplaceOptions): Promise<Workplace> {
  const undo: Undo[] = []
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= undoAll(undo)
    return closing
  }
  try {
    const host = await startProcessHost()
    undo.push(() => host.close())
    const parts = await settled<Part[]>([tools(host, { signal, emit }), packages(host, signal, undo), database(host, { signal, emit }, undo)])
    return {
      env: Object.assign({}, ...parts.map(({ env }) => env)),
      readable: parts.flatMap(({ readable = [] }) => readable),
      forwards: parts.flatMap(({ forwards = [] }) => forwards),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * Programs of the template's own packages first (pytest, ruff, mypy, alembic), those that the proof uses; a project's lock counts for its own `.venv`, which
 * the agent makes, and cannot spoil this one.
 */
async function tools(host: ProcessHost, options: Pick<WorkplaceOptions, 'signal' | 'emit'>): Promise<Part> {
  const env = await ensurePythonEnv({ host, ...options })
  const uv = findCompiled('uv')
  const path = [env.bin, ...(uv === undefined ? [] : [dirname(uv)]), '/usr/local/bin', '/usr/bin', '/bin']
  return { env: { PATH: [...new Set(path)].join(':'), UV_PYTHON_DOWNLOADS: 'never' }, readable: [...env.readable, ...(uv === undefined ? [] : [uv])] }
}

async function packages(host: ProcessHost, signal: AbortSignal, undo: Undo[]): Promise<Part> {
  const python = await findPython(host, { anyVenv: true, signal })
  const folder = await makeTemporaryFolder()
  await removeWithHost(host, folder.path)
  const [socket, port] = [join(folder.path, 'packages.sock'), await freePort()]
  const mirror = await startPackageMirror({ host, python: python.executable, socket, port, signal })
  undo.push(() => mirror.close())
  return { env: mirror.env, readable: mirror.readable, forwards: [{ port, socket }] }
}

async function database(host: ProcessHost, { signal, emit }: Pick<WorkplaceOptions, 'signal' | 'emit'>, undo: Undo[]): Promise<Part> {
  const server = await startDatabaseServer({ host, mayCreate: true, signal, emit })
  undo.push(() => server.stop())
  const { url } = await server.createDatabase()
  return { env: { DATABASE_URL: url }, readable: [server.socketDir] }
}

/** Without a sandbox it is one of the machine's; none that agents use for servers of their own. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
