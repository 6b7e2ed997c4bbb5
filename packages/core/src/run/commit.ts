import { messageOf } from '../files'
import type { Run } from './context'
import type { Git } from './git'

/** Makes the project's repository. */
export async function initRepository(run: Run): Promise<void> {
  await withGit(run, (git) => git.init())
}

/** Commits the project, if anything changed. */
export async function commit(run: Run, message: string): Promise<void> {
  await withGit(run, async (git) => {
    const id = await git.commit(message)
    if (id !== undefined) run.bus.emit({ type: 'commit-created', commit: id, message })
  })
}

/** The last commits, one line each, newest first. */
export async function recentCommits(run: Run, count: number): Promise<string[]> {
  let commits: string[] = []
  await withGit(run, async (git) => {
    commits = await git.log(count)
  })
  return commits
}

/** The repository is a convenience: what stands in its way is said, and never ends a run. */
async function withGit({ git, bus }: Run, action: (git: Git) => Promise<void>): Promise<void> {
  if (git === undefined) return
  try {
    await action(git)
  } catch (error) {
    bus.emit({
      type: 'notice',
      level: 'warning',
      code: 'GIT_FAILED',
      message: `The project's repository is left alone: ${messageOf(error)}.`,
      remedy: 'Put the repository in order, or run with git off.',
    })
  }
}
