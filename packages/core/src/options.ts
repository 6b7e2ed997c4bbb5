import { resolve } from 'node:path'
import { z } from 'zod'
import { ForgeError } from './errors'
import type { Logger } from './logging/logger'
import { detectProvider } from './providers/detect'
import type { Provider } from './providers/provider'
import type { Renderer } from './rendering/renderer'
import type { Sandbox } from './sandbox/sandbox'
import type { SecurityPolicy } from './security/policy'
import type { Template } from './template'
import { builtinTools } from './tools/builtin'
import type { Tool } from './tools/tool'

/** Hard limits of one call of `run()`; each default is none. A run that hits one stops within a turn, saved and resumable. */
export interface Limits {
  /** Input, output and cache tokens together. */
  tokens?: number | undefined
  minutes?: number | undefined
  /** Sessions spent on one unproven feature before it is passed over. */
  sessionsPerFeature?: number | undefined
  /** Model turns in one session; default 1000. */
  turnsPerSession?: number | undefined
}

/** How failed turns are tried again, when the failure is of a kind that may pass. */
export interface RetryOptions {
  /** Attempts of one turn, the first included; default 8. */
  attempts?: number | undefined
  /** Milliseconds before the second attempt, doubling from there, with jitter; default 1000. */
  baseDelayMs?: number | undefined
  /** Milliseconds; default 60 000. A provider's own retry-after is honoured above it, up to one hour. */
  maxDelayMs?: number | undefined
}

/** What a `Harness` is made of. Wrong values throw `CONFIG_INVALID` at construction. */
export interface HarnessOptions {
  /** Output directory, used as it is; relative to the working directory. */
  projectDir: string
  /** Path of the specification; default `<projectDir>/app_spec.txt`, else the template's example. */
  spec?: string | undefined
  /** What is built, and how it is proven. */
  template: Template
  /** Without one, construction throws `PROVIDER_MISSING`: this version has no provider that keys in the environment could choose. */
  provider?: Provider | undefined
  /** Default: bubblewrap where it works; where it does not, none for a trusted provider, and an error for any other. */
  sandbox?: Sandbox | undefined
  /** Default `defaultPolicies()`. */
  policies?: readonly SecurityPolicy[] | undefined
  /** Default: the JSON logger, which writes `<projectDir>/logs/run_…`. */
  logger?: Logger | undefined
  /** Default: none. */
  renderer?: Renderer | undefined
  /** Added to the six built-in tools. */
  tools?: readonly Tool[] | undefined
  /** Sessions of one call of `run()`, initializer included; at least 1; default none. */
  maxIterations?: number | undefined
  limits?: Limits | undefined
  retry?: RetryOptions | undefined
  /** Pause between two sessions, milliseconds; default 3000. */
  autoContinueDelayMs?: number | undefined
  /** Keep the project in a git repository, one commit per session; default true. */
  git?: boolean | undefined
}

export interface ResolvedOptions extends HarnessOptions {
  provider: Provider
  limits: Limits
  retry: RetryOptions
  autoContinueDelayMs: number
  git: boolean
  tools: readonly Tool[]
}

function having<T>(kind: string, methods: readonly string[]) {
  const message = `expected a ${kind} (an object with ${methods.map((name) => `${name}()`).join(', ')})`
  return z.custom<T>((value) => isObject(value) && methods.every((name) => typeof value[name] === 'function'), { message })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function allDifferent(names: readonly unknown[]): boolean {
  return names.every((name) => typeof name === 'string' && name !== '') && new Set(names).size === names.length
}

const positive = z.number().positive()
const whole = z.int().min(1)

const schema = z.strictObject({
  projectDir: z.string().min(1),
  spec: z.string().min(1).optional(),
  template: having<Template>('Template', ['system', 'prompt', 'requirements']),
  provider: having<Provider>('Provider', ['stream']).optional(),
  sandbox: having<Sandbox>('Sandbox', ['probe', 'start']).optional(),
  policies: z.array(having<SecurityPolicy>('SecurityPolicy', ['evaluate'])).optional(),
  logger: having<Logger>('Logger', ['open', 'handle']).optional(),
  renderer: having<Renderer>('Renderer', ['handle']).optional(),
  tools: z
    .array(having<Tool>('Tool', ['execute']))
    .refine(
      (tools) => allDifferent([...builtinTools(), ...tools].map(({ name }) => name)),
      'each tool needs a name of its own, other than the built-in ones',
    )
    .optional(),
  maxIterations: whole.optional(),
  limits: z
    .strictObject({
      tokens: positive.optional(),
      minutes: positive.optional(),
      sessionsPerFeature: whole.optional(),
      turnsPerSession: whole.optional(),
    })
    .optional(),
  retry: z
    .strictObject({ attempts: whole.optional(), baseDelayMs: z.number().min(0).optional(), maxDelayMs: z.number().min(0).optional() })
    .optional(),
  autoContinueDelayMs: z.number().min(0).optional(),
  git: z.boolean().optional(),
})

/**
 * Checks the options and fills in the defaults. Nothing is read or written but the environment's keys.
 * @throws ForgeError `CONFIG_INVALID`, `PROVIDER_MISSING`
 */
export function resolveOptions(options: HarnessOptions, env: Record<string, string | undefined> = process.env): ResolvedOptions {
  const parsed = schema.safeParse(options)
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'options'}: ${issue.message}`)
    throw new ForgeError('CONFIG_INVALID', `Wrong options: ${faults.join('; ')}.`, { remedy: 'Correct the named options; see HarnessOptions.' })
  }
  return {
    ...options,
    projectDir: resolve(options.projectDir),
    spec: options.spec === undefined ? undefined : resolve(options.spec),
    provider: options.provider ?? missingProvider(env),
    limits: options.limits ?? {},
    retry: options.retry ?? {},
    autoContinueDelayMs: options.autoContinueDelayMs ?? 3000,
    git: options.git ?? true,
    tools: options.tools ?? [],
  }
}

function missingProvider(env: Record<string, string | undefined>): never {
  const found = detectProvider(env)
  const keys = found.azure ? 'Azure Foundry' : found.anthropic ? 'Anthropic' : undefined
  const embedded = '`provider: blueprint()` from @forge/blueprint needs no key.'
  if (keys !== undefined) {
    throw new ForgeError('PROVIDER_MISSING', `No provider was given, and this version has none for the ${keys} keys of the environment.`, {
      remedy: `Pass a provider: ${embedded}`,
    })
  }
  throw new ForgeError('PROVIDER_MISSING', 'No provider was given, and the environment holds no complete set of keys for one.', {
    remedy: `Pass a provider: ${embedded}`,
  })
}
