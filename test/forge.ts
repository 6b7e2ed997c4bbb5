import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The root of the workspace. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The command as users get it. */
export const FORGE = fileURLToPath(new URL('../packages/cli/bin/forge.js', import.meta.url))

export interface Ended {
  exitCode: number | null
  stdout: string
  stderr: string
  milliseconds: number
}

export interface Running {
  child: ChildProcess
  /** Resolves with the first match in what was printed on stdout; rejects when the process ends without one. */
  prints(pattern: RegExp): Promise<RegExpExecArray>
  ended: Promise<Ended>
}

interface Options {
  cwd?: string
  env?: Record<string, string | undefined>
  /** What the command reads; default nothing. */
  stdin?: string
}

/** Starts the built command. */
export const startForge = (argv: readonly string[], options: Options = {}): Running => start(process.execPath, [FORGE, ...argv], options)

/** Runs the built command to its end. */
export const forge = (argv: readonly string[], options: Options = {}): Promise<Ended> => startForge(argv, options).ended

export function start(program: string, argv: readonly string[], { cwd, env = {}, stdin = '' }: Options = {}): Running {
  const startedAt = performance.now()
  const child = spawn(program, argv, { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
  // A command that reads nothing may have ended before.
  child.stdin.on('error', () => {}).end(stdin)
  const output = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk) => {
      output[name] += chunk
      for (const listener of listeners) listener()
    })
  }
  const ended = once(child, 'close').then(([exitCode]) => ({ exitCode, ...output, milliseconds: performance.now() - startedAt }))
  return {
    child,
    ended,
    async prints(pattern) {
      const found = new Promise<RegExpExecArray>((resolve) => {
        const look = (): void => {
          const match = pattern.exec(output.stdout)
          if (match) resolve(match)
        }
        listeners.add(look)
        look()
      })
      const match = await Promise.race([found, ended])
      if (Array.isArray(match)) return match
      throw new Error(`ended with ${match.exitCode} before printing ${pattern}\n${match.stdout}\n${match.stderr}`)
    },
  }
}
