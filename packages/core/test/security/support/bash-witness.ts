import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const HARMLESS = ['ls', 'cat', 'echo', 'true', 'false', 'test', 'printf']

/** A folder in which real bash runs scripts that may find nothing but a few harmless programs and one called `evil`, which says that it was started. */
export function bashWitness() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'forge-fuzz-')))
  const [bin, project, mark] = [join(root, 'bin'), join(root, 'project'), join(root, 'started')]
  mkdirSync(bin)
  mkdirSync(project)
  for (const name of HARMLESS) symlinkSync(join('/bin', name), join(bin, name))
  writeFileSync(join(bin, 'evil'), `#!/bin/sh\n: > ${mark}\n`)
  chmodSync(join(bin, 'evil'), 0o755)
  return {
    project,
    /** Whether the script started `evil`. */
    starts(script: string): boolean {
      spawnSync('/bin/bash', ['--noprofile', '--norc', '-c', script], {
        cwd: project,
        env: { PATH: bin },
        stdio: 'ignore',
        timeout: 2000,
        killSignal: 'SIGKILL',
      })
      const started = existsSync(mark)
      rmSync(mark, { force: true })
      return started
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}
