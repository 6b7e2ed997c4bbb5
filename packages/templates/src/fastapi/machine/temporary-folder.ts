import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProcessHost } from '@forge/core'
import { type ServerUser, isReachable } from './server-user'

/** A folder for what lives no longer than a process. */
export interface TemporaryFolder {
  path: string
  /** Folder in it for unix sockets; its path is short. Owned by the user that listens. */
  socketDir: string
}

const PREFIX = 'forge-run-'
/** Socket paths have a limit of about 100 bytes. */
const LONGEST_BASE = 60
/** One in which nobody listens may be one whose process is about to start. */
const ABANDONED_AFTER_MS = 10 * 60_000

/**
 * Makes a folder that only the harness's user can enter, and removes those that killed runs left. With a `listener`, that user's group can pass
 * through as well; root itself enters as the owner, so it needs no capability, and a sandbox has none.
 */
export async function makeTemporaryFolder(listener?: ServerUser): Promise<TemporaryFolder> {
  const base = tmpdir().length <= LONGEST_BASE && isReachable(tmpdir(), listener) ? tmpdir() : '/tmp'
  await removeAbandoned(base)
  const path = mkdtempSync(join(base, PREFIX))
  const socketDir = join(path, 'socket')
  mkdirSync(socketDir)
  chmodSync(socketDir, 0o711)
  if (listener !== undefined) {
    chownSync(path, 0, listener.gid)
    chmodSync(path, 0o710)
    chownSync(socketDir, listener.uid, listener.gid)
  }
  return { path, socketDir }
}

/** A process that does nothing, with which the folder goes: when the host is closed, or the harness is killed. */
export async function removeWithHost(host: ProcessHost, folder: string): Promise<void> {
  await host.spawn(['sleep', '2147483647'], { removeOnExit: [folder] })
}

async function removeAbandoned(base: string): Promise<void> {
  const folders = readdirSync(base)
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => join(base, name))
  for (const folder of folders) {
    const stats = statSync(folder, { throwIfNoEntry: false })
    if (stats === undefined || stats.uid !== process.getuid?.() || Date.now() - stats.mtimeMs < ABANDONED_AFTER_MS) continue
    if (!(await isInUse(join(folder, 'socket')))) remove(folder)
  }
}

/** Another run may be removing it, too. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {}
}

async function isInUse(socketDir: string): Promise<boolean> {
  const names = entries(socketDir)
  const answers = await Promise.all(names.map((name) => isListening(join(socketDir, name))))
  return answers.includes(true)
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
