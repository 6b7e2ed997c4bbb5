import { ForgeError } from '../errors'
import type { EventBus } from '../event-bus'
import type { ResolvedOptions } from '../options'
import type { Workplace } from '../template'
import { type NotRun, notRunBecause } from '../verification/not-run'

/** What the template lends to the sessions of one run. */
export interface RunWorkplace {
  /** Opens it when asked first. `NotRun` when the machine lacks something that an agent could do nothing without. */
  open(): Promise<Workplace | NotRun>
  /** Idempotent. */
  close(): Promise<void>
}

const BARE: Workplace = { close: async () => {} }

export function runWorkplace({ template, provider, projectDir }: ResolvedOptions, bus: EventBus, signal: AbortSignal): RunWorkplace {
  let opened: Promise<Workplace | NotRun> | undefined

  async function open(): Promise<Workplace | NotRun> {
    try {
      return (await template.workplace?.({ projectDir, signal, emit: bus.emit })) ?? BARE
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof ForgeError)) throw error
      const notRun = notRunBecause(error)
      if (provider.trusted !== true) return notRun
      bus.emit({ type: 'notice', level: 'info', code: 'WORKPLACE_MISSING', message: notRun.reason, remedy: notRun.remedy })
      return BARE
    }
  }

  return {
    open() {
      opened ??= open()
      return opened
    },
    async close() {
      const workplace = await opened?.catch(() => undefined)
      if (workplace !== undefined && 'close' in workplace) await workplace.close()
    },
  }
}
