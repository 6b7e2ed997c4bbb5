import { ForgeError } from '../errors'
import type { ForgeEventBody } from '../events'
import { bubblewrap } from '../sandbox/bubblewrap'
import { noSandbox } from '../sandbox/none'
import type { Sandbox } from '../sandbox/sandbox'

/** The answer of {@link chooseSandbox}. */
export interface ChosenSandbox {
  sandbox: Sandbox
  /** Why commands are not confined although nobody asked for that, and what to do; undefined otherwise. */
  missing?: { reason: string; remedy: string }
}

/**
 * The sandbox to use: the given one, else bubblewrap where it works, else none for a trusted caller.
 * @param caller `trusted` when nothing but our own code would run unconfined; default false
 * @throws ForgeError `SANDBOX_UNAVAILABLE` when the given one does not work, or nothing confines a caller that needs it
 */
export async function chooseSandbox(given: Sandbox | undefined, caller: { trusted?: boolean | undefined }): Promise<ChosenSandbox> {
  const sandbox = given ?? bubblewrap()
  const probe = await sandbox.probe()
  if (probe.works) return { sandbox }
  const { reason, remedy } = probe
  if (given === undefined && caller.trusted === true) return { sandbox: noSandbox(), missing: { reason, remedy } }
  throw new ForgeError('SANDBOX_UNAVAILABLE', `The sandbox "${sandbox.kind}" does not work here: ${reason}.`, { remedy })
}

/** What a run says at its start when its commands are not confined. */
export const SANDBOX_NONE: ForgeEventBody = {
  type: 'notice',
  level: 'warning',
  code: 'SANDBOX_NONE',
  message: 'No sandbox: every command of this run has your own rights.',
  remedy: 'Install bubblewrap, or run in a container or a virtual machine.',
}
