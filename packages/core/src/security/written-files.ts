import type { Refusal } from './refusal'

/** What a script may have written so far, and what must not be written while something of it is still running. */
export interface WrittenFiles {
  /** How much was noted, once something has been read; before that it does not matter. */
  readonly count: number
  /** @param path Absolute, real path; undefined for a file that cannot be told. @returns why not, when something that goes on beside it reads it */
  note(path: string | undefined): Refusal | undefined
  /** Why these files cannot be read as they were when the script was judged. */
  read(files: readonly string[]): Refusal | undefined
  /** What is judged within goes on beside what follows. */
  alongside(action: () => void): void
  /** What is judged within, and what goes on beside it, ends together. */
  together(action: () => void): void
}

const CHANGED: Refusal = {
  rule: 'docker.written',
  reason: 'the same script may have changed a file that compose reads.',
  hint: 'Start docker compose in a command of its own.',
}

export function writtenFiles(): WrittenFiles {
  const known = new Set<string>()
  let watched = new Set<string>()
  let [count, depth, anything, hasRead] = [0, 0, false, false]
  return {
    get count() {
      return hasRead ? count : 0
    },
    note(path) {
      const name = path?.toLowerCase()
      if (name === undefined ? !anything : !known.has(name)) count += 1
      if (name === undefined) anything = true
      else known.add(name)
      return (name === undefined ? watched.size > 0 : watched.has(name)) ? CHANGED : undefined
    },
    read(files) {
      hasRead = true
      const names = files.map((file) => file.toLowerCase())
      if (depth > 0) for (const name of names) watched.add(name)
      return anything || names.some((name) => known.has(name)) ? CHANGED : undefined
    },
    alongside(action) {
      depth += 1
      action()
      depth -= 1
    },
    together(action) {
      const before = new Set(watched)
      action()
      watched = before
    },
  }
}
