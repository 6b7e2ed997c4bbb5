import { readFileSync, realpathSync } from 'node:fs'
import { dirname, extname, join, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { SecurityPolicy } from '@forge/core'
import { UsageError } from './errors'

/** What a `--policy` file says. */
export interface PolicyFile {
  path: string
  policies: SecurityPolicy[]
  /** The file's own policies are the whole chain; otherwise they add to the built-in one. */
  replacesDefaults: boolean
}

/** Reads a JSON policy, or runs an ES module whose default export is a policy, a list of them, or a function that returns either. */
export async function loadPolicyFile(path: string, projectDir: string): Promise<PolicyFile> {
  const file = outside(path, projectDir)
  switch (extname(file)) {
    case '.json':
      return fromJson(path, file)
    case '.js':
    case '.mjs':
    case '.cjs':
      return fromModule(path, file)
    default:
      throw new UsageError(`The policy ${path} is neither a JavaScript module nor JSON.`, 'Its name must end with .mjs, .js, .cjs or .json.')
  }
}

/** The real path of a file that the agent of the project cannot write. */
function outside(path: string, projectDir: string): string {
  const file = realPath(path)
  if ([file, resolve(path)].some((place) => isInside(place, realPathOfDeepest(resolve(projectDir))) || isInside(place, resolve(projectDir)))) {
    throw new UsageError(
      `The policy ${path} lies inside the project directory ${projectDir}, where the agent that it judges could change it.`,
      'Move it out of the project directory.',
    )
  }
  return file
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new UsageError(
      `The policy ${path} ${code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`}.`,
      'Give the path of a .mjs, .js, .cjs or .json file.',
    )
  }
}

/** The project need not exist yet. */
function realPathOfDeepest(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return dirname(path) === path ? path : join(realPathOfDeepest(dirname(path)), path.slice(dirname(path).length))
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !way.startsWith(sep)
}

async function fromJson(path: string, file: string): Promise<PolicyFile> {
  const data: unknown = parsed(path, file)
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new UsageError(`The policy ${path} is not a JSON object.`, 'It must be one such as { "allow": ["make"] }.')
  }
  const { replacesDefaults = false, ...declaration } = data as Record<string, unknown>
  if (typeof replacesDefaults !== 'boolean')
    throw new UsageError(`replacesDefaults in ${path} is neither true nor false.`, 'Correct it, or leave it out.')
  return { path, policies: await declared(path, declaration), replacesDefaults }
}

async function declared(path: string, declaration: unknown): Promise<SecurityPolicy[]> {
  const { declaredPolicies } = await import('@forge/core')
  try {
    return declaredPolicies(declaration)
  } catch (cause) {
    throw await refused(`The policy ${path} is refused: ${messageOf(cause)}.`, remedyOf(cause) ?? 'Correct the file.')
  }
}

function parsed(path: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new UsageError(`The policy ${path} cannot be read: ${messageOf(cause)}.`, 'It must be a JSON object such as { "allow": ["make"] }.')
  }
}

async function fromModule(path: string, file: string): Promise<PolicyFile> {
  const { commandAllowlist, declaredPolicies, defaultPolicies, optionRule } = await import('@forge/core')
  try {
    const module = (await import(pathToFileURL(file).href)) as { default?: unknown; replacesDefaults?: unknown }
    const given: unknown =
      typeof module.default === 'function'
        ? await module.default({ commandAllowlist, declaredPolicies, defaultPolicies, optionRule })
        : module.default
    const policies = Array.isArray(given) ? given : [given]
    if (policies.length > 0 && policies.every(isPolicy)) return { path, policies, replacesDefaults: module.replacesDefaults === true }
  } catch (cause) {
    throw await refused(
      `The policy ${path} failed: ${messageOf(cause)}`,
      remedyOf(cause) ?? `Correct the module (\`node --check ${path}\` shows where its syntax is wrong); it runs once, before anything else.`,
    )
  }
  throw new UsageError(
    `The policy ${path} gives no policy.`,
    'Its default export must be a policy ({ id, evaluate }), a list of them, or a function that returns either.',
  )
}

/** Unlike what was typed, what a file holds or its code says is printed without secrets. */
async function refused(message: string, remedy: string): Promise<Error> {
  const { ForgeError } = await import('@forge/core')
  return new ForgeError('CONFIG_INVALID', message, { remedy })
}

function isPolicy(value: unknown): value is SecurityPolicy {
  const { id, evaluate } = (value ?? {}) as Partial<SecurityPolicy>
  return typeof id === 'string' && id !== '' && typeof evaluate === 'function'
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

function remedyOf(cause: unknown): string | undefined {
  const { remedy, code } = (cause ?? {}) as { remedy?: string; code?: string }
  if (code === 'ERR_MODULE_NOT_FOUND')
    return 'Without packages near the file, export a function: it is given commandAllowlist, optionRule, declaredPolicies and defaultPolicies.'
  return remedy
}
