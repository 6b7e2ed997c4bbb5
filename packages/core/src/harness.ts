import { EventEmitter } from 'eventemitter3'
import type { EventOf, ForgeEvent, ForgeEventType } from './events'
import { type HarnessOptions, type ResolvedOptions, resolveOptions } from './options'
import type { RunResult } from './result'
import { runProject } from './run/run'

/**
 * Runs an agent on a project until every feature is proven, a limit is hit, or nothing moves any more.
 *
 * @example
 * const harness = new Harness({ projectDir: './my_api', spec: './app_spec.txt', template, provider })
 * harness.on('feature-verified', ({ feature }) => console.error(`proven: ${feature.description}`))
 * const result = await harness.run()
 */
export class Harness {
  readonly #options: ResolvedOptions
  readonly #emitter = new EventEmitter<ForgeEventType>()

  /** @throws ForgeError `CONFIG_INVALID`, `PROVIDER_MISSING`, before any side effect */
  constructor(options: HarnessOptions) {
    this.#options = resolveOptions(options)
  }

  /** Listens to one type of event. A listener that throws is reported once and never ends the run. */
  on<T extends ForgeEventType>(type: T, listener: (event: EventOf<T>) => void): this {
    this.#emitter.on(type, listener)
    return this
  }

  /** Takes a listener away again; an unknown one is ignored. */
  off<T extends ForgeEventType>(type: T, listener: (event: EventOf<T>) => void): this {
    this.#emitter.off(type, listener)
    return this
  }

  /**
   * One run: new, resumed or proven again, as the project directory says. Aborting `signal` ends it promptly with its state saved.
   * @throws ForgeError before the first write: `PROJECT_FOREIGN`, `PROJECT_LOCKED`, `SPEC_INVALID`, `SPEC_CHANGED`, `FEATURES_INVALID`,
   * `CONFIG_INVALID` (no such spec), `SANDBOX_UNAVAILABLE`
   */
  run({ signal }: { signal?: AbortSignal } = {}): Promise<RunResult> {
    return runProject(this.#options, {
      signal: signal ?? new AbortController().signal,
      listeners: (type) => this.#emitter.listeners(type) as ((event: ForgeEvent) => unknown)[],
    })
  }
}
