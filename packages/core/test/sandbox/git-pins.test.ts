import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { bubblewrap } from '../../src/index'
import type { SandboxSession } from '../../src/index'
import { bundle } from '../support/bundle'

const probe = await bubblewrap().probe()
const base = realpathSync(mkdtempSync(join(tmpdir(), 'forge-pins-')))
afterAll(() => rmSync(base, { recursive: true, force: true }))

let root: string
beforeEach(() => {
  root = mkdtempSync(join(base, 'project-'))
})

const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', ['-C', cwd, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

async function inside<T>(use: (session: SandboxSession) => Promise<T>): Promise<T> {
  const session = await bubblewrap().start({ root })
  try {
    return await use(session)
  } finally {
    await session.stop()
  }
}

describe.skipIf(!probe.works)(`bubblewrap: repositories${probe.works ? '' : ` (not run: ${probe.reason})`}`, () => {
  it('can be worked with, and are left as they were', async () => {
    git(root, 'init', '-q')
    const before = readdirSync(join(root, '.git')).sort()
    await inside(async (session) => {
      const work =
        'git add f && git commit -qm one && git branch b && git checkout -q b && git stash -q && git stash pop -q && git gc -q && git status --short'
      const identity = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' }
      expect(await session.exec(`echo 1 > f; ${work.replace('git stash', 'echo 2 > f && git stash')}`, { env: identity })).toMatchObject({
        exitCode: 0,
        stdout: ' M f\n',
        stderr: '',
      })
      expect(readFileSync(join(root, '.git', 'commondir'), 'utf8')).toBe('.\n')
    })
    expect(existsSync(join(root, '.git', 'commondir'))).toBe(false)
    expect(readdirSync(join(root, '.git'))).toEqual(expect.arrayContaining(before))
    expect(git(root, 'log', '--format=%s')).toBe('one\n')
  })

  it('of work trees: the file .git cannot be changed, nor what the main repository keeps of them', async () => {
    git(root, 'init', '-q')
    git(root, 'commit', '-q', '--allow-empty', '-m', 'one')
    const tree = join(base, 'tree')
    git(root, 'worktree', 'add', '-q', tree)
    const kept = readFileSync(join(tree, '.git'), 'utf8')
    await inside((session) => session.exec('echo ../../../evil > .git/worktrees/tree/commondir; mv .git/worktrees w'))
    expect(readFileSync(join(root, '.git/worktrees/tree/commondir'), 'utf8')).toBe('../..\n')
    const main = root
    root = tree
    await inside((session) => session.exec('echo "gitdir: evil" > .git; rm -f .git; mv .git x; mkdir -p .git/hooks'))
    expect(readFileSync(join(tree, '.git'), 'utf8')).toBe(kept)
    expect(git(main, 'worktree', 'list')).toContain(tree)
  })

  it('of submodules keep their hooks and configuration', async () => {
    git(root, 'init', '-q')
    mkdirSync(join(root, '.git/modules/sub/hooks'), { recursive: true })
    writeFileSync(join(root, '.git/modules/sub/config'), 'kept')
    await inside((session) => session.exec('touch .git/modules/sub/hooks/x; echo evil > .git/modules/sub/config; mv .git/modules m'))
    expect(readdirSync(join(root, '.git/modules/sub/hooks'))).toEqual([])
    expect(readFileSync(join(root, '.git/modules/sub/config'), 'utf8')).toBe('kept')
  })

  it('with a configuration for each work tree keep that one, too', async () => {
    git(root, 'init', '-q')
    appendFileSync(join(root, '.git/config'), '[extensions]\n\tworktreeConfig = true\n')
    await inside((session) => session.exec('git config --worktree core.fsmonitor evil; echo "[core]" >> .git/config.worktree'))
    expect(readFileSync(join(root, '.git/config.worktree'), 'utf8')).toBe('')
  })

  it('behind a link are refused', async () => {
    mkdirSync(join(base, 'elsewhere'), { recursive: true })
    symlinkSync(join(base, 'elsewhere'), join(root, '.git'))
    await expect(bubblewrap().start({ root })).rejects.toMatchObject({ code: 'CONFIG_INVALID', remedy: expect.stringContaining('link') })
    expect(readdirSync(join(base, 'elsewhere'))).toEqual([])
  })

  it.each([
    ['a repository', () => git(root, 'init', '-q', '--template=')],
    ['none', () => ''],
  ])('stay pinned until the last of several sessions has ended: where there is %s', async (_what, prepare) => {
    prepare()
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => bubblewrap().start({ root })))
    await first?.stop()
    await second?.exec('kill -9 $PPID').catch(() => {})
    await second?.stop()
    const plant = 'echo ../evil > .git/commondir && echo planted; mkdir -p .git/hooks; touch .git/hooks/x && echo planted'
    const said = await third?.exec(plant)
    await third?.stop()
    expect(said).toMatchObject({ stdout: '', stderr: expect.stringContaining('Read-only') })
    expect(existsSync(join(root, '.git', 'commondir'))).toBe(false)
    expect(existsSync(join(root, '.git', 'hooks', 'x'))).toBe(false)
  })

  it('stay pinned for the session of another process', async () => {
    git(root, 'init', '-q')
    const program = join(base, 'bubblewrap.cjs')
    await bundle('src/sandbox/bubblewrap.ts', program, 'cjs')
    await inside(async (session) => {
      execFileSync(process.execPath, ['-e', `require('${program}').bubblewrap().start({ root: '${root}' }).then((session) => session.stop())`])
      expect((await session.exec('echo ../evil > .git/commondir')).stderr).toContain('Read-only')
    })
    expect(existsSync(join(root, '.git', 'commondir'))).toBe(false)
  })

  it('cannot be made where there is none, after a killed host either; the place is given back', async () => {
    await inside(async (session) => {
      const make = 'mkdir -p .git/hooks && touch .git/hooks/x; git init -q . && echo made'
      expect((await session.exec(make)).stdout).toBe('')
      await session.exec('kill -9 $PPID').catch(() => {})
      const answers = await Promise.all([session.exec(make), session.exec('echo again'), session.exec('echo again')])
      expect(answers.map(({ stdout }) => stdout)).toEqual(['', 'again\n', 'again\n'])
    })
    expect(existsSync(join(root, '.git'))).toBe(false)
  })
})
