import { createHash } from 'node:crypto'
import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ForgeError } from '../errors'
import type { Feature } from '../features/feature'
import { parseSeedList } from '../features/seed'
import { errorCode, isMissing, messageOf, readOwnFile } from '../files'
import type { Template } from '../template'
import { type FrozenList, type RunState, STATE_FOLDER, type StateStore, newState } from './state'

export const FEATURE_LIST = 'feature_list.json'
export const SPEC_FILE = 'app_spec.txt'

/** What stands at the output directory before a run. */
export type Project = { kind: 'new' } | { kind: 'forge'; state: RunState; frozen: FrozenList | undefined } | { kind: 'seed'; features: Feature[] }

/**
 * Looks at the directory and writes nothing.
 * @throws ForgeError `PROJECT_FOREIGN`, `FEATURES_INVALID`, `CONFIG_INVALID`
 */
export async function inspectProject(projectDir: string, store: StateStore): Promise<Project> {
  const names = await entriesOf(projectDir)
  if (names.length === 0) return { kind: 'new' }
  const frozen = await store.readFrozen()
  const state = (await store.readState()) ?? (frozen && clonedState(frozen))
  if (state !== undefined) return { kind: 'forge', state, frozen }
  if (names.every((name) => START.has(name))) return { kind: 'new' }
  const list = await readOwnFile(join(projectDir, FEATURE_LIST))
  if (list !== undefined) return { kind: 'seed', features: parseSeedList(list, FEATURE_LIST) }
  throw new ForgeError('PROJECT_FOREIGN', `${projectDir} holds something that is not a Forge project (${names.slice(0, 3).join(', ')}…).`, {
    remedy: 'Name an empty or absent directory, or one that Forge made.',
  })
}

/** What may lie in a directory that counts as empty: a specification, a bare repository, and what a killed first step left. */
const START: ReadonlySet<string> = new Set([SPEC_FILE, '.git', STATE_FOLDER, '.DS_Store'])

async function entriesOf(projectDir: string): Promise<string[]> {
  try {
    return await readdir(projectDir)
  } catch (error) {
    if (isMissing(error) && errorCode(error) === 'ENOENT') return []
    throw new ForgeError('PROJECT_FOREIGN', `${projectDir} cannot be used as a directory.`, {
      remedy: 'Name another output directory.',
      cause: error,
    })
  }
}

/** A clone of a project holds the frozen list, and none of the machine's own state. */
function clonedState(frozen: FrozenList): RunState {
  return { ...newState(frozen.specDigest), session: 1, initializers: 1, phase: 'coding' }
}

export interface SpecText {
  text: string
  digest: string
}

/**
 * The specification of a run: the named file, else the project's own, else the template's example.
 * @throws ForgeError `CONFIG_INVALID` when the named file cannot be read, `SPEC_CHANGED` when the list was frozen from another one
 */
export async function resolveSpec(
  options: { spec?: string | undefined; projectDir: string; template: Template },
  project: Project,
  store: StateStore,
): Promise<SpecText> {
  const own = await ownSpec(options.projectDir, project, store)
  if (project.kind === 'seed' && options.spec === undefined && own === undefined) {
    throw new ForgeError('CONFIG_INVALID', `This project has a ${FEATURE_LIST} but no ${SPEC_FILE}.`, {
      remedy: 'Name its specification (--spec FILE).',
    })
  }
  const text = options.spec === undefined ? (own ?? options.template.exampleSpec) : await readSpecFile(options.spec)
  if (text.trim() === '') throw new ForgeError('SPEC_INVALID', 'The specification is empty.', { remedy: 'Write down what to build, then run again.' })
  const digest = digestOf(text)
  const known = project.kind === 'forge' ? project.state.specDigest : undefined
  if (known === undefined || known === digest) return { text, digest }
  throw new ForgeError(
    'SPEC_CHANGED',
    options.spec === undefined
      ? `${SPEC_FILE} was changed since this project was begun from it.`
      : `${options.spec} is not the specification that this project was begun from.`,
    {
      remedy:
        options.spec === undefined
          ? `Restore ${SPEC_FILE} (it is in the project's git history), or build the new specification in another directory.`
          : 'Leave --spec out to go on with the old specification, or build the new one in another directory.',
    },
  )
}

/** While a session is open the agent may have changed the project's copy: the harness's own is the one that counts, and when there is no other. */
async function ownSpec(projectDir: string, project: Project, store: StateStore): Promise<string | undefined> {
  const path = join(projectDir, SPEC_FILE)
  const exists = (await stat(path).catch(() => undefined)) !== undefined
  const mayDiffer = project.kind === 'forge' && (project.state.stage !== 'idle' || !exists)
  const kept = mayDiffer ? await store.readSpec() : undefined
  return kept ?? (exists ? readSpecFile(path) : undefined)
}

async function readSpecFile(path: string): Promise<string> {
  const bytes = await plainFile(path).catch((cause: unknown) => {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    throw new ForgeError('CONFIG_INVALID', `The specification ${path} ${missing ? 'does not exist.' : `cannot be read: ${messageOf(cause)}.`}`, {
      remedy: missing ? 'Give the path of a text file.' : 'Check its path and permissions.',
      cause,
    })
  })
  const text = bytes.includes(0) ? undefined : decoded(bytes)
  if (text === undefined) {
    throw new ForgeError('SPEC_INVALID', `The specification ${path} is not a text file.`, { remedy: 'Give a plain-text specification in UTF-8.' })
  }
  return text
}

async function plainFile(path: string): Promise<Buffer> {
  if (!(await stat(path)).isFile()) throw new Error('it is not a plain file')
  return readFile(path)
}

function decoded(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
