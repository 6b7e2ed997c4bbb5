import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sandbox, SandboxSession } from '../../../src'

const PROGRAMS = 'ls cat echo true false test printf sed find sort env xargs cp mv tee touch mkdir rm wc grep seq tr head'.split(' ')

/** So many batches of scripts run side by side. */
const LANES = 4

/**
 * Runs each script of the file $1 as a session does, and says in a line how it ended: `!` when the file $2 appeared. A script is over when all that it
 * has started is, that is, when nobody holds the pipe $3 any longer; what takes longer than a second waits for itself, and is ended. Its programs are
 * those of the folder $4.
 */
const DRIVER = `
set -m
PATH=$4
while IFS= read -r -d '' script; do
  exec 7<>"$3"
  exec 8<"$3" 9>"$3" 7<&-
  "$BASH" --noprofile --norc -c "$script" </dev/null >/dev/null 2>&1 8<&- &
  exec 9>&-
  read -r -t 1 -u 8
  [ $? -gt 128 ] && kill -KILL -- -$!
  wait $!
  if [ -e "$2" ]; then echo '!'; /bin/rm -r "$2"; else echo .; fi
done < "$1" 2>/dev/null`

/**
 * Folders in which real bash runs scripts that may find nothing but a few programs and one called `evil`. A script escapes when it starts `evil` or
 * writes to `../out`. They run in the sandbox, for the day on which one of them does more.
 */
export async function bashWitness(sandbox: Sandbox) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'forge-fuzz-')))
  const session = await sandbox.start({ root })
  const free: Lane[] = []
  for (let number = 0; number < LANES; number++) free.push(await lane(session, join(root, String(number))))
  const project = join(root, 'project')
  furnish(project)
  const waiting: ((lane: Lane) => void)[] = []
  const take = async () => free.pop() ?? new Promise<Lane>((resolve) => waiting.push(resolve))
  const giveBack = (lane: Lane) => {
    const next = waiting.shift()
    if (next) next(lane)
    else free.push(lane)
  }

  return {
    lanes: LANES,
    /** A folder like those in which the scripts run. */
    project,
    /** Those of the scripts that escaped; each of them runs. */
    async escapesOf(scripts: readonly string[]): Promise<string[]> {
      const own = await take()
      return escapesIn(session, own, scripts).finally(() => giveBack(own))
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
  /** There as soon as a script has escaped. */
  mark: string
  scripts: string
  pipe: string
}

async function lane(session: SandboxSession, root: string): Promise<Lane> {
  const [bin, project, mark, scripts, pipe] = ['bin', 'project', 'out', 'scripts', 'pipe'].map((name) => join(root, name)) as [
    string,
    string,
    string,
    string,
    string,
  ]
  for (const folder of [root, bin]) mkdirSync(folder)
  for (const name of PROGRAMS) symlinkSync(existsSync(join('/bin', name)) ? join('/bin', name) : join('/usr/bin', name), join(bin, name))
  writeFileSync(join(bin, 'evil'), `#!/bin/sh\n: > ${mark}\n`)
  chmodSync(join(bin, 'evil'), 0o755)
  await session.exec(['mkfifo', pipe])
  return { bin, project, mark, scripts, pipe }
}

/** What scripts left behind is gone, and some files are there to be read. */
function furnish(project: string): void {
  rmSync(project, { recursive: true, force: true })
  mkdirSync(project)
  for (const name of ['a', 'out']) writeFileSync(join(project, name), 'evil\n')
}

async function escapesIn(session: SandboxSession, { bin, project, mark, scripts: file, pipe }: Lane, scripts: readonly string[]): Promise<string[]> {
  furnish(project)
  writeFileSync(file, scripts.map((script) => `${script}\0`).join(''))
  const { stdout, stderr } = await session.exec(['bash', '--noprofile', '--norc', '-c', DRIVER, 'driver', file, mark, pipe, bin], {
    cwd: project,
    timeoutMs: 1000 * (60 + 2 * scripts.length),
    maxOutputBytes: 64 * 1024,
  })
  const ends = stdout.trim().split('\n')
  if (ends.length !== scripts.length) throw new Error(`bash ran ${ends.length} of ${scripts.length} scripts: ${stderr}`)
  return scripts.filter((_, index) => ends[index] === '!')
}
