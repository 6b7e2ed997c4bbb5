import { resolve } from 'node:path'
import { defaultPolicies } from './default-policies'
import type { Abstention, Decision, PolicyContext, PolicyVerdict, SecurityPolicy } from './policy'
import { isInside, realPathOf } from './real-path'

export interface EvaluateOptions {
  /** The project folder, absolute or relative to the current folder. It need not exist. */
  projectDir: string
  /** Where the command starts; default the project folder. Outside of it everything is denied. */
  cwd?: string | undefined
  /** Default {@link defaultPolicies}. An empty list denies everything. */
  policies?: readonly SecurityPolicy[] | undefined
}

/**
 * What a chain of policies says about a shell command; runs nothing. Any denial wins, and a policy that throws denies. Otherwise every command in the
 * script must have somebody who vouches for it: a policy that allows vouches for all of them, one that abstains for those that it does not list as
 * unknown. What nobody vouches for is denied with the reason of the policy that knows most.
 */
export function evaluateCommand(command: string, options: EvaluateOptions): Decision {
  const context = contextOf(options)
  if ('verdict' in context) return context
  const verdicts = (options.policies ?? defaultPolicies()).map((policy) => ask(policy, command, context))
  return verdicts.find(isDenial) ?? verdicts.find(isPermission) ?? together(verdicts as readonly Abstention[])
}

function contextOf({ projectDir, cwd = projectDir }: EvaluateOptions): PolicyContext | Decision {
  const project = realPathOf(resolve(projectDir))
  const folder = realPathOf(resolve(projectDir, cwd))
  if ('problem' in project) return deny('cwd.project', `the project folder ${projectDir} cannot be used: ${project.problem}`)
  if ('problem' in folder || !isInside(folder.realPath, project.realPath)) {
    return deny('cwd.outside', `the folder ${cwd} is not inside the project.`, 'Run commands from a folder inside the project.')
  }
  return Object.freeze({ projectDir: project.realPath, cwd: folder.realPath })
}

function ask(policy: SecurityPolicy, command: string, context: PolicyContext): PolicyVerdict {
  try {
    const verdict = policy.evaluate({ command }, context)
    return isComplete(verdict) ? verdict : deny('internal.verdict', `the policy ${policy.id} gave no verdict with a rule and a reason.`)
  } catch (error) {
    return deny('internal.error', `the policy ${policy.id} failed: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function isComplete(verdict: PolicyVerdict): boolean {
  if (verdict.verdict === 'abstain') return verdict.unknown === undefined || Array.isArray(verdict.unknown)
  return (verdict.verdict === 'allow' || verdict.verdict === 'deny') && typeof verdict.rule === 'string' && typeof verdict.reason === 'string'
}

/** What each abstaining policy does not know must be known to another. */
function together(abstentions: readonly Abstention[]): Decision {
  const partial = abstentions.flatMap(({ unknown }) => (unknown ? [unknown] : []))
  const [first, ...others] = partial
  const unvouched = first?.filter((name) => others.every((names) => names.includes(name)))
  if (unvouched?.length === 0) return { verdict: 'allow', rule: 'policies.together', reason: 'every command is known to one of the policies.' }
  const given = abstentions.filter(({ reason }) => reason !== undefined).sort((one, other) => namesIn(one) - namesIn(other))[0]
  return deny('default.unlisted', given?.reason ?? 'no policy allows this command.', given?.hint)
}

/** The shortest list of unknown names is nearest to what nobody knows. */
const namesIn = ({ unknown }: Abstention) => unknown?.length ?? Number.MAX_SAFE_INTEGER

const isDenial = (verdict: PolicyVerdict): verdict is Decision => verdict.verdict === 'deny'
const isPermission = (verdict: PolicyVerdict): verdict is Decision => verdict.verdict === 'allow'

function deny(rule: string, reason: string, hint?: string): Decision {
  return { verdict: 'deny', rule, reason, hint }
}
