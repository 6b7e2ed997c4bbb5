import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sandbox } from '../../../src'

const HARMLESS = ['ls', 'cat', 'echo', 'true', 'false', 'test', 'printf']

/** So many scripts run side by side. */
const LANES = 8

/**
 * Folders in which real bash runs scripts that may find nothing but a few harmless programs and one called `evil`, which says that it was started.
 * They run in the sandbox, for the day on which one of them does more.
 */
export async function bashWitness(sandbox: Sandbox) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'forge-fuzz-')))
  const session = await sandbox.start({ root })
  const free = Array.from({ length: LANES }, (_, number) => lane(join(root, String(number))))
  const waiting: ((lane: Lane) => void)[] = []
  const take = async () => free.pop() ?? new Promise<Lane>((resolve) => waiting.push(resolve))
  const giveBack = (lane: Lane) => {
    const next = waiting.shift()
    if (next) next(lane)
    else free.push(lane)
  }

  async function startsIn({ bin, project, mark }: Lane, script: string): Promise<boolean> {
    await session.exec(script, { cwd: project, env: { PATH: bin }, timeoutMs: 2000, maxOutputBytes: 1024 })
    const started = existsSync(mark)
    rmSync(mark, { force: true })
    return started
  }

  return {
    project: (free[0] as Lane).project,
    /** Whether the script started `evil`. */
    async starts(script: string): Promise<boolean> {
      const own = await take()
      return startsIn(own, script).finally(() => giveBack(own))
    },
    async remove() {
      await session.stop()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

interface Lane {
  bin: string
  project: string
  mark: string
}

function lane(root: string): Lane {
  const [bin, project, mark] = [join(root, 'bin'), join(root, 'project'), join(root, 'started')]
  for (const folder of [root, bin, project]) mkdirSync(folder)
  for (const name of HARMLESS) symlinkSync(join('/bin', name), join(bin, name))
  writeFileSync(join(bin, 'evil'), `#!/bin/sh\n: > ${mark}\n`)
  chmodSync(join(bin, 'evil'), 0o755)
  return { bin, project, mark }
}
