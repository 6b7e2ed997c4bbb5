import { randomUUID } from 'node:crypto'
import { mkdir, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProcessHost } from '../sandbox/process-host'
import type { Sandbox, SandboxSession, SandboxSpec } from '../sandbox/sandbox'

/**
 * Starts the sandbox of an agent's session, with a home folder that ends with it: `/tmp` where the sandbox has one of its own, else a fresh
 * temporary folder.
 * @throws ForgeError SANDBOX_UNAVAILABLE
 */
export async function startSandbox(sandbox: Sandbox, spec: SandboxSpec): Promise<SandboxSession> {
  const at = (home: string) => ({ ...spec, env: { HOME: home, TMPDIR: home, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', ...spec.env } })
  if (sandbox.confines) return sandbox.start(at('/tmp'))
  const home = await privateFolder()
  try {
    const session = await sandbox.start({ ...at(home.path), writable: [...(spec.writable ?? []), home.path] })
    return { ...session, stop: () => session.stop().finally(home.remove) }
  } catch (error) {
    await home.remove()
    throw error
  }
}

/** It goes with a process that does nothing, which is told of it first: so it goes also when the harness is killed. */
async function privateFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = join(await realpath(tmpdir()), `forge-home-${randomUUID()}`)
  const host = await startProcessHost()
  await host.spawn(['sleep', '2147483647'], { removeOnExit: [path] })
  await mkdir(path, { mode: 0o700 })
  return { path, remove: () => host.close() }
}
