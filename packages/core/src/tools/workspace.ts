import { lstatSync } from 'node:fs'
import { evaluateCommand } from '../security/evaluate'
import { MISTAKEN, filesystemGuard } from '../security/filesystem-guard'
import { explained } from '../security/held-folder'
import type { SecurityPolicy } from '../security/policy'
import type { SandboxSession } from '../sandbox/sandbox'
import { listFiles } from './file-list'
import { DeniedError, type Workspace } from './tool'

export interface WorkspaceOptions {
  /** The project folder; it must exist. */
  root: string
  /** Where commands run. The workspace does not stop it. */
  session: SandboxSession
  /** Every command must be allowed by these; with none, none is. */
  policies: readonly SecurityPolicy[]
  /** Milliseconds for a command that asks for nothing else; default 120 000. */
  timeoutMs?: number
  /** Bytes kept of each of stdout and stderr; default 32 KiB. */
  maxOutputBytes?: number
}

const MAX_READ_BYTES = 32 * 1024 * 1024

/** The door through which tools reach the machine. @throws ForgeError CONFIG_INVALID when the folder does not exist. */
export async function createWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const { session, policies, timeoutMs = 120_000, maxOutputBytes = 32 * 1024 } = options
  const guard = filesystemGuard(options.root)
  const { root } = guard
  const resolve: Workspace['check'] = (operation, path) => {
    try {
      return guard.resolve(operation, path)
    } catch (error) {
      return mistaken(error)
    }
  }
  return {
    root,
    async readText(path) {
      const { handle } = await guard.open('read', path).catch(mistaken)
      try {
        const { size } = await handle.stat()
        if (size > MAX_READ_BYTES) throw new Error(`${path} is too large to read (${size} bytes).`)
        return decode(await handle.readFile(), path)
      } finally {
        await handle.close()
      }
    },
    async writeText(path, content, operation = 'write') {
      await guard.replace(operation, path, content).catch(mistaken)
    },
    async list(path = '.') {
      const start = resolve('list', path)
      try {
        if (!lstatSync(start).isDirectory()) throw new Error(`${path} is not a folder.`)
        return listFiles(root, start)
      } catch (error) {
        return explained(path)(error as NodeJS.ErrnoException)
      }
    },
    check: resolve,
    async run(command, runOptions = {}) {
      const decision = evaluateCommand(command, { projectDir: root, cwd: root, policies })
      if (decision.verdict === 'deny') throw new DeniedError(decision)
      return session.exec(command, { cwd: root, timeoutMs: runOptions.timeoutMs ?? timeoutMs, maxOutputBytes, signal: runOptions.signal })
    },
  }
}

/** Whoever takes a folder for a file attacks nothing: that is an error as any other, and no denial. */
function mistaken(error: unknown): never {
  if (!(error instanceof DeniedError) || error.decision.rule !== MISTAKEN) throw error
  throw new Error(`${error.decision.reason} ${error.decision.hint}`)
}

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Error(`${path} is not a text file (UTF-8).`)
  }
}
