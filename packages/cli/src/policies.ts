import type { SecurityPolicy } from '@forge/core'
import { UsageError } from './errors'
import { several } from './options'
import { loadPolicyFile } from './policy-file'

/** `--allow` and `--policy`, as parsed. */
export interface PolicyFlags {
  allow?: unknown
  policy?: unknown
}

/**
 * The chain of policies that the flags ask for: the built-in one with the allowed names, and those of the files. `notice` is said when a file
 * replaces the built-in one.
 */
export async function policyOptions(
  { allow, policy }: PolicyFlags,
  projectDir: string,
): Promise<{ policies: SecurityPolicy[]; notice: string | null }> {
  const names = several(allow, '--allow')
  const files = await Promise.all(several(policy, '--policy').map((path) => loadPolicyFile(path, projectDir)))
  const replacing = files.filter(({ replacesDefaults }) => replacesDefaults).map(({ path }) => path)
  const own = files.flatMap(({ policies }) => policies)
  if (replacing.length > 0) {
    if (names.length > 0)
      throw new UsageError(`--allow adds to the built-in policy, which ${replacing.join(', ')} replaces.`, 'Allow the command in that file.')
    return { policies: own, notice: `The built-in command policy is replaced by ${replacing.join(', ')}.` }
  }
  const { commandAllowlist } = await import('@forge/core')
  return { policies: [commandAllowlist({ add: names }), ...own], notice: null }
}
