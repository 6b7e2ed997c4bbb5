import { tail } from '../processes.mjs'

const CHECKS = [
  ['ruff', 'check', '.'],
  ['ruff', 'format', '--check', '.'],
  ['mypy', '--strict', 'app', 'tests', 'scripts'],
  ['compileall', '-q', '-f', 'app', 'tests', 'scripts', 'alembic'],
]

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '15',
  title: 'lint and types',
  needs: 'clone',
  async check(subject) {
    const { dir, python } = await subject.clone()
    const findings = []
    for (const [program, ...args] of CHECKS) {
      const result = await subject.run(python, ['-m', program, ...args], { cwd: dir })
      if (result.code !== 0) findings.push(`${program} ${args.join(' ')}: ${tail(result, 20)}`)
    }
    const shell = await subject.run('shellcheck', ['init.sh'], { cwd: dir })
    const missing = /ENOENT/.test(shell.stderr)
    if (!missing && shell.code !== 0) findings.push(`shellcheck init.sh: ${tail(shell, 20)}`)
    return { findings, figure: `${CHECKS.length} programs; shellcheck ${missing ? 'not run (not on this machine)' : 'run'}` }
  },
}
