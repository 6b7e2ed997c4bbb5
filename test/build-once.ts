import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The command line and the packed tarballs are tested as users get them: built. */
export default function setup(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../scripts/build.mjs', import.meta.url))], { stdio: ['ignore', 'ignore', 'inherit'] })
}
