import { createHash } from 'node:crypto'
import { mkdir, realpath, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { ForgeError } from '../errors'
import { type Definition, definitionOf } from '../features/ledger'
import { checkFeatureList } from '../features/schema'
import { ensureFile, messageOf, readOwnFile, removeLink, writeFileAtomic } from '../files'

/** The harness's own folder inside a project. */
export const STATE_FOLDER = '.forge'

const standing = z.object({
  passes: z.boolean(),
  evidence: z
    .object({ verified_at: z.string(), tree: z.string(), cases: z.array(z.object({ name: z.string(), tests: z.array(z.string()) })) })
    .optional(),
  leftForModel: z.string().optional(),
  reason: z.string().optional(),
})

const stateSchema = z.object({
  version: z.literal(1),
  specDigest: z.string(),
  /** Number of the last session that was begun; its journal may still be open. */
  session: z.int().min(0),
  /** `talking`: the session's conversation is open. `settling`: it ended, and its result is not recorded yet. `idle`: nothing is open. */
  stage: z.enum(['idle', 'talking', 'settling']),
  phase: z.enum(['initializer', 'coding']),
  /** How the last session's conversation ended. */
  ending: z.string(),
  /** Initializer sessions that ended. */
  initializers: z.int().min(0),
  /** What the last freeze check sent back. */
  problems: z.array(z.string()),
  /** Features that were proven when the last session began. */
  provenBefore: z.int().min(0),
  /** Digest of the tree when the last session began. */
  treeBefore: z.string(),
  /** Sessions in a row that proved nothing new. */
  idleSessions: z.int().min(0),
  /** Sessions spent per feature id. */
  attempts: z.record(z.string(), z.int().min(0)),
  standings: z.record(z.string(), standing),
  /** Digest of the tree that the last proof judged, by any run. */
  provenTree: z.string().nullable(),
  /** Problems of the whole project that the last proof found. */
  projectProblems: z.array(z.string()),
  retry: z.object({ failures: z.int().min(0), notBefore: z.number() }),
})

export type RunState = z.infer<typeof stateSchema>

export function newState(specDigest: string): RunState {
  return {
    version: 1,
    specDigest,
    session: 0,
    stage: 'idle',
    phase: 'initializer',
    ending: '',
    initializers: 0,
    problems: [],
    provenBefore: 0,
    treeBefore: '',
    idleSessions: 0,
    attempts: {},
    standings: {},
    provenTree: null,
    projectProblems: [],
    retry: { failures: 0, notBefore: 0 },
  }
}

/** The list as it was frozen, and the specification it was frozen from. */
export interface FrozenList {
  specDigest: string
  definitions: Definition[]
}

/** Reads and writes the state of one project, in the project and outside of it. */
export interface StateStore {
  /** Absolute; outside the project; mode 0700. */
  readonly outside: string
  readonly lockPath: string
  journalPath(session: number): string
  readState(): Promise<RunState | undefined>
  writeState(state: RunState): Promise<void>
  readFrozen(): Promise<FrozenList | undefined>
  writeFrozen(list: FrozenList): Promise<void>
  /** The specification as the run began with it. */
  readSpec(): Promise<string | undefined>
  writeSpec(text: string): Promise<void>
  /** Removes what belongs to an earlier project at the same place. */
  forgetOutside(): Promise<void>
}

/**
 * The copy outside the project is the one that counts, as long as it belongs to this very folder: an agent that edits `.forge` gains nothing.
 * The copy inside serves a project that was moved or cloned.
 */
export async function openStateStore(projectDir: string, env: Record<string, string | undefined> = process.env): Promise<StateStore> {
  const inside = join(projectDir, STATE_FOLDER)
  const outside = await outsideFolder(projectDir, env)
  const identity = join(outside, 'folder')

  async function isOurs(): Promise<boolean> {
    const known = await readOwnFile(identity)
    return known !== undefined && known === (await folderIdentity(projectDir))
  }

  async function read(name: string): Promise<string | undefined> {
    const outer = (await isOurs()) ? await readOwnFile(join(outside, name)) : undefined
    return outer ?? readOwnFile(join(inside, name))
  }

  async function write(name: string, content: string): Promise<void> {
    await makeOutside(outside)
    const folder = await folderIdentity(projectDir)
    if (folder !== undefined && !(await isOurs())) {
      await clear(outside)
      await writeFileAtomic(identity, folder, { mode: 0o600 })
    }
    await ensureFile(join(outside, name), content, { mode: 0o600 })
    await removeLink(inside)
    await ensureFile(join(inside, name), content)
  }

  return {
    outside,
    lockPath: join(inside, 'run.lock'),
    journalPath: (session) => join(outside, `session-${String(session).padStart(3, '0')}.jsonl`),
    readState: async () => parse(stateSchema, await read('state.json')),
    writeState: (state) => write('state.json', `${JSON.stringify(state, null, 2)}\n`),
    readFrozen: async () => parseFrozen(await read('features.json')),
    writeFrozen: (list) => write('features.json', formatFrozen(list)),
    readSpec: () => read('spec.txt'),
    writeSpec: (text) => write('spec.txt', text),
    async forgetOutside() {
      await makeOutside(outside)
      await rm(outside, { recursive: true })
    },
  }
}

/**
 * The frozen list of a project: the harness's own copy where this machine holds one for this very folder, else the project's;
 * `undefined` when nothing was frozen there.
 * @throws ForgeError `FEATURES_INVALID`
 */
export async function readFrozenList(projectDir: string): Promise<FrozenList | undefined> {
  return (await openStateStore(projectDir)).readFrozen()
}

async function outsideFolder(projectDir: string, env: Record<string, string | undefined>): Promise<string> {
  const base = env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state')
  return join(
    base,
    'forge',
    createHash('sha256')
      .update(await realPathOf(projectDir))
      .digest('hex'),
  )
}

async function makeOutside(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new ForgeError('CONFIG_INVALID', `The state folder ${folder} cannot be made: ${messageOf(cause)}`, {
      remedy: 'Set XDG_STATE_HOME to a folder that you may write.',
      cause,
    })
  })
}

/** Works for a folder that does not exist yet. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const parent = join(path, '..')
    return parent === path ? path : join(await realPathOf(parent), path.slice(parent.length).replace(/^[\\/]+/, ''))
  }
}

/** A folder that was deleted and made anew is another one. */
async function folderIdentity(path: string): Promise<string | undefined> {
  const facts = await stat(path).catch(() => undefined)
  return facts && `${facts.ino} ${facts.birthtimeMs}`
}

async function clear(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
}

function formatFrozen({ specDigest, definitions }: FrozenList): string {
  return `${JSON.stringify({ version: 1, spec_digest: specDigest, features: definitions }, null, 2)}\n`
}

const frozenSchema = z.object({ version: z.literal(1), spec_digest: z.string(), features: z.array(z.record(z.string(), z.unknown())) })

function parseFrozen(text: string | undefined): FrozenList | undefined {
  const file = parse(frozenSchema, text)
  if (file === undefined) return undefined
  const features = checkFeatureList(
    file.features.map((feature) => ({ ...feature, passes: false })),
    `${STATE_FOLDER}/features.json`,
  )
  return { specDigest: file.spec_digest, definitions: features.map(definitionOf) }
}

function parse<T>(schema: z.ZodType<T>, text: string | undefined): T | undefined {
  if (text === undefined) return undefined
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new ForgeError('CONFIG_INVALID', `The state in ${STATE_FOLDER}/ cannot be read: another version wrote it, or it was edited.`, {
      remedy: `Use the Forge that made this project, or delete ${STATE_FOLDER}/state.json to start the ledger afresh; the frozen list stays.`,
      cause,
    })
  }
}
