import { ForgeError } from '../errors'
import { openForwards, realForwards } from './forwards'
import { hostSession } from './host-session'
import { startProcessHost } from './process-host'
import type { Sandbox } from './sandbox'

/**
 * No confinement: commands run as the harness's own user. Kept all the same: a given environment instead of the harness's own, bounded output,
 * time-outs, and no process that outlives its session.
 */
export function noSandbox(): Sandbox {
  return {
    kind: 'none',
    confines: false,
    probe: async () => ({ works: true }),
    async start(spec) {
      const forwards = realForwards(spec.forwards)
      const host = await startProcessHost()
      await openForwards(host, forwards)
      let stopped = false
      const current = async () => {
        if (stopped) throw new ForgeError('SANDBOX_UNAVAILABLE', 'the session was stopped')
        return host
      }
      return hostSession(spec, current, () => {
        stopped = true
        return host.close()
      })
    },
  }
}
