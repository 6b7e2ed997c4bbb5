import { resolve } from 'node:path'
import { defaultPolicies } from './default-policies'
import { isObject, shown, wrong } from './given'
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
 * @throws ForgeError CONFIG_INVALID for options of another form
 */
export function evaluateCommand(command: string, options: EvaluateOptions): Decision {
  checkForm(options)
  const context = contextOf(options)
  if ('verdict' in context) return context
  const verdicts = (options.policies ?? defaultPolicies()).map((policy) => ask(policy, command, context))
  return verdicts.find(isDenial) ?? verdicts.find(isPermission) ?? together(verdicts as readonly Abstention[])
}

/** JavaScript can leave out what the types ask for. */
function checkForm(options: EvaluateOptions): void {
  const { projectDir, cwd, policies }: Partial<Record<keyof EvaluateOptions, unknown>> = isObject(options) ? options : {}
  if (typeof projectDir !== 'string' || projectDir === '') {
    throw wrong(
      `projectDir of evaluateCommand is ${shown(projectDir)}`,
      "Name the project folder: evaluateCommand(command, { projectDir: './my_api' }).",
    )
  }
  if (cwd !== undefined && typeof cwd !== 'string')
    throw wrong(`cwd of evaluateCommand is ${shown(cwd)}`, 'Name a folder of the project, or leave it out.')
  if (policies !== undefined && !Array.isArray(policies)) {
    throw wrong(`policies of evaluateCommand must be a list, not ${shown(policies)}`, 'Write [policy], or leave it out for defaultPolicies().')
  }
}

function contextOf({ projectDir, cwd = projectDir }: EvaluateOptions): PolicyContext | Decision {
  const project = realPathOf(resolve(projectDir))
  const folder = realPathOf(resolve(projectDir, cwd))
  if ('problem' in project) {
    return deny('cwd.project', `the project folder ${projectDir} cannot be used: ${project.problem}`, 'Name another folder; it need not exist.')
  }
  if ('problem' in folder || !isInside(folder.realPath, project.realPath)) {
    return deny('cwd.outside', `the folder ${cwd} is not inside the project.`, 'Run commands from a folder inside the project.')
  }
  return Object.freeze({ projectDir: project.realPath, cwd: folder.realPath })
}

const POLICY_AT_FAULT = 'The policy is at fault, not the command: whoever runs the harness must correct it.'

function ask(policy: SecurityPolicy, command: string, context: PolicyContext): PolicyVerdict {
  const name = `the policy ${policy?.id}`
  try {
    const verdict: unknown = policy.evaluate({ command }, context)
    if (isComplete(verdict)) return verdict
    if (!isPromise(verdict)) return deny('internal.verdict', `${name} gave no verdict with a rule and a reason.`, POLICY_AT_FAULT)
    verdict.then(undefined, () => {})
    return deny('internal.verdict', `${name} answered with a promise; evaluate must answer at once, without async.`, POLICY_AT_FAULT)
  } catch (error) {
    return deny('internal.error', `${name} failed: ${error instanceof Error ? error.message : String(error)}`, POLICY_AT_FAULT)
  }
}

function isComplete(answer: unknown): answer is PolicyVerdict {
  if (!isObject(answer)) return false
  const { verdict, rule, reason, unknown } = answer
  if (verdict === 'abstain') return unknown === undefined || Array.isArray(unknown)
  return (verdict === 'allow' || verdict === 'deny') && typeof rule === 'string' && typeof reason === 'string'
}

const isPromise = (answer: unknown): answer is PromiseLike<unknown> => isObject(answer) && typeof answer['then'] === 'function'

/** What each abstaining policy does not know must be known to another. */
function together(abstentions: readonly Abstention[]): Decision {
  const partial = abstentions.flatMap(({ unknown }) => (unknown ? [unknown] : []))
  const [first, ...others] = partial
  const unvouched = first?.filter((name) => others.every((names) => names.includes(name)))
  if (unvouched?.length === 0) return { verdict: 'allow', rule: 'policies.together', reason: 'every command is known to one of the policies.' }
  const given = abstentions.filter(({ reason }) => reason !== undefined).sort((one, other) => namesIn(one) - namesIn(other))[0]
  if (given?.reason === undefined) return deny('default.unlisted', 'no policy allows this command.', NOBODY_KNOWS)
  return deny('default.unlisted', given.reason, given.hint)
}

const NOBODY_KNOWS = 'Whoever runs the harness must give it a policy that knows the command, such as those of defaultPolicies().'

/** The shortest list of unknown names is nearest to what nobody knows. */
const namesIn = ({ unknown }: Abstention) => unknown?.length ?? Number.MAX_SAFE_INTEGER

const isDenial = (verdict: PolicyVerdict): verdict is Decision => verdict.verdict === 'deny'
const isPermission = (verdict: PolicyVerdict): verdict is Decision => verdict.verdict === 'allow'

function deny(rule: string, reason: string, hint?: string): Decision {
  return { verdict: 'deny', rule, reason, hint }
}
