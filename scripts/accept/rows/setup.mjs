import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { tail } from '../processes.mjs'

const FIRST_LIMIT_SECONDS = 180
const SECOND_LIMIT_SECONDS = 60

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '1',
  title: 'clean checkout',
  needs: 'clone',
  async check(subject) {
    const { dir, databaseUrl, seconds, output } = await subject.clone()
    const again = await subject.run('./init.sh', [], { cwd: dir, env: { DATABASE_URL: databaseUrl }, timeoutMs: 300_000 })
    const without = await subject.run('./init.sh', [], { cwd: dir, env: { PATH: withoutDocker(process.env.PATH ?? '') } })
    const changed = await subject.run('git', ['status', '--porcelain'], { cwd: dir })
    const powershell = await subject.run('pwsh', ['-NoProfile', '-Command', PARSE], { cwd: dir })
    const findings = [
      ...(seconds > FIRST_LIMIT_SECONDS ? [`./init.sh took ${seconds.toFixed(0)} s in a fresh clone`] : []),
      ...(again.code === 0 ? [] : [`./init.sh ended with ${again.code} when run again: ${tail(again)}`]),
      ...(again.seconds > SECOND_LIMIT_SECONDS ? [`./init.sh took ${again.seconds.toFixed(0)} s when run again`] : []),
      ...(without.code !== 0 && /DATABASE_URL/.test(without.stderr)
        ? []
        : [`without a database ./init.sh ended with ${without.code}: ${tail(without)}`]),
      ...(/\bskipping\b/i.test(output) ? ['./init.sh skips something'] : []),
      ...(changed.stdout === '' ? [] : [`./init.sh changes tracked files, or leaves files that git does not ignore: ${changed.stdout}`]),
      ...(existsSync(join(dir, 'init.ps1')) ? [] : ['there is no init.ps1']),
      ...(started(powershell) && powershell.code !== 0 ? [`init.ps1 does not parse: ${tail(powershell)}`] : []),
    ]
    const windows = started(powershell) ? 'init.ps1 parsed' : 'init.ps1 not run (no PowerShell here)'
    return { findings, figure: `${seconds.toFixed(0)} s, again ${again.seconds.toFixed(0)} s, ${windows}` }
  },
}

const PARSE =
  '$errors = $null; [void][System.Management.Automation.Language.Parser]::ParseFile("init.ps1", [ref]$null, [ref]$errors); exit $errors.Count'

/** `run` says by its code and message that a program is not there. */
const started = ({ stderr }) => !/ENOENT/.test(stderr)

/** Folders of the search path in which there is no docker; then the script has to say what it lacks. */
const withoutDocker = (path) =>
  path
    .split(':')
    .filter((folder) => !existsSync(join(folder, 'docker')))
    .join(':')
