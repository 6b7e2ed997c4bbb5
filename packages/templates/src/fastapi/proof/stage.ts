import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ForgeEventBody, type Sandbox, type SandboxSession, startProcessHost } from '@forge/core'
import { type PythonEnv, ensurePythonEnv } from '../environment/python-env'
import { type DatabaseServer, startDatabaseServer } from '../machine/database'
import { removeWithHost } from '../machine/temporary-folder'
import { settled } from '../machine/undo'
import { removeTree } from './remove-tree'

/** Parts of a proof that can be shared by several; by default each proof has its own. */
export interface StageOptions {
  /** Default: the one for the project's lock. */
  environment?: PythonEnv | undefined
  /** Default: a server that is started for the proof, and stopped. */
  database?: DatabaseServer | undefined
}

/** Where a proof takes place: a private folder, an interpreter, a database server, and sessions in the sandbox. All of it is gone after `close`. */
export interface Stage {
  /** Absolute, short (sockets lie in it), readable for nobody else. */
  folder: string
  env: PythonEnv
  database: DatabaseServer
  /** A session that sees its own folder, the interpreter, the database's socket, and what is named. */
  session(name: string, readable?: readonly string[]): Promise<{ session: SandboxSession; folder: string }>
  close(): Promise<void>
}

const LONGEST_BASE = 60

/** @throws ForgeError PYTHON_MISSING, DATABASE_MISSING, ENVIRONMENT_FAILED, SANDBOX_UNAVAILABLE */
export async function openStage(
  options: StageOptions & { projectDir: string; sandbox: Sandbox; signal: AbortSignal; emit(event: ForgeEventBody): void },
): Promise<Stage> {
  const { projectDir, sandbox, signal, emit } = options
  const host = await startProcessHost()
  const folder = makeFolder()
  const sessions: SandboxSession[] = []
  let started: DatabaseServer | undefined

  async function close(): Promise<void> {
    await Promise.allSettled(sessions.map((session) => session.stop()))
    await started?.stop()
    await host.close()
    await removeTree(folder)
  }

  try {
    await removeWithHost(host, folder)
    const [env, server] = await settled<[PythonEnv, DatabaseServer]>([
      options.environment ?? ensurePythonEnv({ host, projectDir, signal, emit }),
      options.database ??
        startDatabaseServer({ host, signal, emit }).then((own) => {
          started = own
          return own
        }),
    ])
    return {
      folder,
      env,
      database: server,
      async session(name, readable = []) {
        const own = join(folder, name)
        mkdirSync(own)
        const session = await sandbox.start({ root: own, readable: [...env.readable, server.socketDir, ...readable] })
        sessions.push(session)
        return { session, folder: own }
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Unix sockets lie in it, and their paths have a limit of about 100 bytes. */
function makeFolder(): string {
  const usual = realpathSync(tmpdir())
  return mkdtempSync(join(usual.length <= LONGEST_BASE ? usual : '/tmp', 'fp-'))
}
