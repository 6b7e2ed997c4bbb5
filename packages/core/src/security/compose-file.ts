import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Argument, literal } from './argument'
import type { CommandScope } from './command-rule'
import { judgeComposeModel } from './compose-model'
import { isInside, realPathOf } from './real-path'
import { type Refusal, RefusalError, refuse } from './refusal'

/** What compose looks for by itself, in the folder and then in those above it. */
const DEFAULT_NAMES = ['compose', 'docker-compose'].flatMap((name) => ['.yaml', '.yml', '.override.yaml', '.override.yml'].map((end) => name + end))
/** Bytes of one settings file, and of all compose files together: more takes too long to judge. */
const MAX_BYTES = 16 * 1024
const MAX_FILES = 8
/** Settings that send compose to other files or to another daemon. Compose takes them from `.env`, too. */
const REDIRECTION =
  /^[\s\u0085]*(?:export\s+)?((?:DOCKER_(?:HOST|CONTEXT|CONFIG|CERT_PATH|TLS\w*)|COMPOSE_(?:FILE|PATH_SEPARATOR|ENV_FILES)|BUILD(?:X|KIT)_\w+))[\s\u0085]*[=:]/m
/** Line ends to some readers of YAML and not to others. */
const AMBIGUOUS = /[\0\u0085\u2028\u2029\ufeff]|\r(?!\n)/
const HINT = 'Write a plain compose file: images, named volumes, and paths inside the project.'

export interface ComposeSources {
  /** Of `-f`; empty when compose looks for the files itself. */
  files: readonly Argument[]
  /** Of `--env-file`. */
  settings: readonly Argument[]
  /** Of `--project-directory`. */
  directory?: Argument | undefined
  /** What the files say takes effect at once. */
  starts: boolean
}

/**
 * Why what the compose files say at this moment would reach the host: mounts and files outside the project, privileges, host namespaces, devices.
 * A file that is not there says nothing; one that cannot be read or understood is refused.
 */
export function inspectCompose(sources: ComposeSources, scope: CommandScope): Refusal | undefined {
  try {
    inspect(sources, scope)
    return undefined
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal
    throw error
  }
}

function inspect({ files, settings, directory, starts }: ComposeSources, scope: CommandScope): void {
  const pathsOf = (values: readonly Argument[]) => values.flatMap((value) => scope.pathOf(value) ?? [])
  const named = pathsOf(files)
  const [base = named[0] === undefined ? scope.cwd : dirname(named[0])] = directory ? pathsOf([directory]) : []
  const folders = [...new Set([scope.cwd, base].flatMap((folder) => upwards(folder, scope.projectDir)))]
  const settingsFiles = [...pathsOf(settings), ...folders.map((folder) => join(folder, '.env'))]
  for (const file of settingsFiles) inspectSettings(file, scope)

  const queue = named.length > 0 ? named : folders.flatMap((folder) => DEFAULT_NAMES.map((name) => join(folder, name)))
  const seen = new Set<string>()
  let [read, size] = [0, 0]
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const text = seen.has(file) ? undefined : contentOf(file, scope)
    seen.add(file)
    if (text === undefined) continue
    size += text.length
    if (++read > MAX_FILES || size > MAX_BYTES) refuse('docker.file', 'the compose files are too many or too long.', HINT)
    queue.push(...judgeComposeModel(parsed(file, text), file, [base, dirname(file)], scope))
  }
  const problem = starts ? scope.unchanged([...settingsFiles, ...seen].map(realName)) : undefined
  if (problem) throw new RefusalError(problem)
}

function realName(path: string): string {
  const found = realPathOf(path)
  return 'problem' in found ? path : found.realPath
}

function upwards(folder: string, root: string): string[] {
  return isInside(folder, root) ? [folder, ...(folder === root ? [] : upwards(dirname(folder), root))] : []
}

function inspectSettings(file: string, scope: CommandScope): void {
  const name = REDIRECTION.exec(contentOf(file, scope) ?? '')?.[1]
  if (name !== undefined) refuse('docker.settings', `${file} sets ${name}, which docker obeys.`, `Remove ${name} from the file.`)
}

function contentOf(file: string, scope: CommandScope): string | undefined {
  const problem = scope.readable(literal(file))
  const stats = problem ? undefined : statSync(file, { throwIfNoEntry: false })
  if (problem) refuse('docker.file', `${file} is not a file of the project.`, 'Use a file inside the project.')
  if (stats === undefined || stats.isDirectory()) return undefined
  if (!stats.isFile() || stats.size > MAX_BYTES) refuse('docker.file', `${file} is not a regular file of at most ${MAX_BYTES / 1024} KiB.`, HINT)
  return readFileSync(file, 'utf8')
}

function parsed(file: string, text: string): unknown {
  if (AMBIGUOUS.test(text)) refuse('docker.file', `${file} has control characters.`, 'Write it as plain text.')
  try {
    return yaml().parse(text, { merge: true, maxAliasCount: 50, uniqueKeys: true, logLevel: 'error' })
  } catch {
    return refuse('docker.file', `${file} cannot be parsed.`, 'Write it as plain YAML, one document, without duplicate keys.')
  }
}

let loaded: typeof import('yaml') | undefined

/** Loaded when the first compose file is judged: it takes 40 ms, and most runs have no Docker. */
function yaml(): typeof import('yaml') {
  loaded ??= createRequire(typeof __filename === 'undefined' ? fileURLToPath(import.meta.url) : __filename)('yaml') as typeof import('yaml')
  return loaded
}
