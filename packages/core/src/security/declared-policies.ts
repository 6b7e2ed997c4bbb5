import { z } from 'zod'
import { ForgeError } from '../errors'
import { commandAllowlist } from './command-allowlist'
import type { CommandRule } from './command-rule'
import { isObject, nearest } from './given'
import { optionRule } from './option-rule'
import type { OptionTable } from './option-table'
import type { SecurityPolicy } from './policy'

const names = z.array(z.string().min(1)).min(1)
const operand = z.enum(['text', 'path', 'write', 'number', 'ref'])

const table = z.strictObject({
  names,
  flags: z.string().exactOptional(),
  values: z.partialRecord(operand, z.string()).exactOptional(),
  forbidden: z.string().exactOptional(),
  optional: z.string().exactOptional(),
  unknown: z.enum(['allow', 'deny']).exactOptional(),
  operands: z.enum([...operand.options, 'none']).exactOptional(),
  stopAtOperand: z.boolean().exactOptional(),
  singleDashWords: z.boolean().exactOptional(),
})

const denial = z.strictObject({ command: z.string().min(1), words: names, reason: z.string().min(1), hint: z.string().optional() })

const declaration = z.strictObject({
  /** As `add` of {@link commandAllowlist}. */
  allow: names.optional(),
  /** As `remove` of {@link commandAllowlist}. */
  remove: names.optional(),
  /** Option tables of more programs, or stricter ones of known programs. */
  rules: z.array(table).optional(),
  /** Option tables in the place of the built-in rules, as `replace` of {@link commandAllowlist}. */
  replace: z.array(table).optional(),
  /** Commands that are denied when all these words are among theirs, in any order. */
  deny: z.array(denial).optional(),
})

/** Policies as data, for example from a JSON file. */
export type PolicyDeclaration = z.input<typeof declaration>

/**
 * The policies that a declaration describes; they go beside `defaultPolicies()`, or, with `replace`, in their place.
 * @throws ForgeError CONFIG_INVALID that names every wrong field
 */
export function declaredPolicies(data: unknown): SecurityPolicy[] {
  const parsed = declaration.safeParse(data)
  if (!parsed.success) {
    const faults = isObject(data) ? parsed.error.issues.map(faultOf) : ['it must be an object']
    throw new ForgeError('CONFIG_INVALID', `the policy is wrong: ${faults.join('; ')}`, {
      remedy:
        'Correct the named fields: allow and remove are lists of names, rules and replace of option tables, deny of { command, words, reason, hint }.',
    })
  }
  const { allow = [], remove = [], deny = [] } = parsed.data
  const rules = (parsed.data.rules ?? []).map(ruleOf)
  const replace = (parsed.data.replace ?? []).map(ruleOf)
  const list = commandAllowlist({ add: allow, remove, rules, replace })
  return deny.length === 0 ? [list] : [list, denialsOf(commandAllowlist({ rules: deny.map(denialRule), replace }))]
}

function faultOf(issue: z.core.$ZodIssue): string {
  const place = issue.path.join('.')
  if (issue.code !== 'unrecognized_keys') return `${place}: ${issue.message}`
  const known = Object.keys(
    place.startsWith('deny.') ? denial.shape : place === '' ? declaration.shape : place.endsWith('.values') ? operand.enum : table.shape,
  )
  return issue.keys
    .map((key) => {
      const meant = nearest(key, known)
      return `${place === '' ? '' : `${place}: `}there is no field ${key}${meant === undefined ? '' : ` (perhaps ${meant} is meant)`}`
    })
    .join('; ')
}

const ruleOf = ({ names: programs, ...options }: OptionTable & { names: string[] }): CommandRule => optionRule(programs, options)

interface Denial {
  command: string
  words: string[]
  reason: string
  hint?: string | undefined
}

function denialRule({ command, words, reason, hint }: Denial): CommandRule {
  return {
    names: [command],
    check: ({ args }) => (words.every((word) => args.some(({ text }) => text === word)) ? { rule: `${command}.denied`, reason, hint } : undefined),
  }
}

/** A denial speaks of a program without allowing its other uses. */
function denialsOf(policy: SecurityPolicy): SecurityPolicy {
  return {
    id: `denials of ${policy.id}`,
    evaluate(request, context) {
      const verdict = policy.evaluate(request, context)
      return verdict.verdict === 'deny' ? verdict : { verdict: 'abstain' }
    },
  }
}
