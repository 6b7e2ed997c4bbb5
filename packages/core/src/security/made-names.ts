import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { entriesOf } from '../files'
import { type Effort, spend } from './glob-reach'
import { isInside, realPathOf } from './real-path'
import type { Refusal } from './refusal'

/** Names that bash, or a program, takes for something else where it is given a list of them: for an option, or another path. */
const MISLEADING = /^-|\s(?:-|\.\.$|$)/
/** Folders that only installers fill. */
const INSTALLED = new Set(['.git', '.venv', 'venv', 'node_modules'])
/** Git takes a folder with these in it for a repository, and runs what the config file there says. */
export const REPOSITORY = ['HEAD', 'objects', 'refs']

const MISLED: Refusal = {
  rule: 'glob.option',
  reason: 'there is a file whose name would count as an option or another path, or a link out of the project.',
  hint: 'Name the files or folders.',
}

/** Why the names that a program lists cannot be handed to another: what is in the project as it is now. */
export function listingProblem(projectDir: string, effort: Effort): Refusal | undefined {
  const open = [projectDir]
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const entry of entriesOf(folder)) {
      spend(effort, 1)
      const path = join(folder, entry.name)
      if (MISLEADING.test(entry.name) || (entry.isSymbolicLink() && leadsOut(path, projectDir))) return MISLED
      if (entry.isDirectory() && !INSTALLED.has(entry.name)) open.push(path)
    }
  }
  return undefined
}

function leadsOut(path: string, projectDir: string): boolean {
  const found = realPathOf(path)
  return 'problem' in found || !isInside(found.realPath, projectDir)
}

/** What a script makes by name, and whether it goes through lists of names or has git look for a repository; the order does not matter. */
export class MadeNames {
  usesNames = false
  usesGit = false
  private readonly paths = new Set<string>()

  constructor(private readonly projectDir: string) {}

  note(path: string | undefined): void {
    for (let each = path; each !== undefined && each !== this.projectDir && isInside(each, this.projectDir); each = dirname(each))
      this.paths.add(each)
  }

  problem(): Refusal | undefined {
    const paths = [...this.paths]
    if (this.usesNames && paths.some((path) => MISLEADING.test(path.slice(dirname(path).length + 1)))) return MISLED
    const isThere = (path: string) => this.paths.has(path) || existsSync(path)
    const repository = this.usesGit && paths.map(dirname).find((folder) => REPOSITORY.every((name) => isThere(join(folder, name))))
    return repository
      ? { rule: 'git.repository', reason: `${repository} would look like the inside of a repository.`, hint: 'Run git in a folder of the source.' }
      : undefined
  }
}
