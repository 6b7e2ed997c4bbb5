import { ForgeError } from '../errors'
import type { Provider } from '../providers/provider'
import { bubblewrap } from '../sandbox/bubblewrap'
import { noSandbox } from '../sandbox/none'
import type { Sandbox } from '../sandbox/sandbox'

/**
 * The sandbox to use: the given one, else bubblewrap where it works, else none for a trusted provider.
 * @throws ForgeError `SANDBOX_UNAVAILABLE` when the given one does not work, or nothing confines a provider that needs it
 */
export async function chooseSandbox(given: Sandbox | undefined, provider: Provider): Promise<Sandbox> {
  const sandbox = given ?? bubblewrap()
  const probe = await sandbox.probe()
  if (probe.works) return sandbox
  if (given === undefined && provider.trusted === true) return noSandbox()
  throw new ForgeError('SANDBOX_UNAVAILABLE', `The sandbox "${sandbox.kind}" does not work here: ${probe.reason}.`, { remedy: probe.remedy })
}
