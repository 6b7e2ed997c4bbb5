import type { Argument } from './argument'
import type { CommandRule, CommandScope, ResolvedCommand } from './command-rule'
import { forbiddenBuiltin } from './builtins'
import { effectOf } from './effects'
import { type Effort, namesIn } from './glob-reach'
import { hintFor } from './unlisted'
import { MadeNames, listingProblem } from './made-names'
import { type PathScope, commandScope, programName } from './paths'
import type { PolicyContext, PolicyVerdict, SecurityPolicy } from './policy'
import { rawGate } from './raw-gate'
import { looksLikePath } from './option-table'
import { type Refusal, RefusalError, firstRefusal, refuse } from './refusal'
import type { Judge } from './judge'
import { checkScript } from './script-check'
import { type ShellParser, unbashParser } from './shell-parser'
import { writtenFiles } from './written-files'

/** More commands than this in one script, counted once for each way to read them, is more than can be judged in time. */
const MAX_COMMANDS = 2000
const MAX_WRAPPERS = 4

/** Judges whole scripts: each command by the rules for its name, all of which must agree. */
export function shellPolicy(id: string, rules: readonly CommandRule[], parser: ShellParser = unbashParser): SecurityPolicy {
  const byName = new Map<string, CommandRule[]>()
  for (const rule of rules) for (const name of rule.names) byName.set(name, [...(byName.get(name) ?? []), rule])
  return {
    id,
    evaluate({ command }, context) {
      const raw = rawGate(command)
      if (raw) return denial(raw)
      const unknown = new Set<string>()
      try {
        const made = new MadeNames(context.projectDir)
        checkScript(parser.parse(command), command, context.cwd, judgeOf(byName, context, unknown, made))
        const problem = made.problem()
        if (problem) return denial(problem)
      } catch (error) {
        if (error instanceof RefusalError) return denial(error.refusal)
        throw error
      }
      return unknown.size === 0 ? { verdict: 'allow', rule: 'command.allowed', reason: 'every command keeps its rules.' } : unlisted([...unknown])
    },
  }
}

/** Bash puts file names in the place of a pattern, and a program takes one like `--pre=x` for an option. */
const mayBecomeOption = ({ glob, text, listed }: Argument) => listed || (glob && text !== undefined && /^[*?[]/.test(text))

/** Bash lists the folder of a pattern, even for a command that takes the names for mere text. */
function listedOutside(argument: Argument, scope: CommandScope): Refusal | undefined {
  return argument.glob && argument.text !== undefined && looksLikePath(argument) ? scope.readable(argument) : undefined
}

const denial = (refusal: Refusal): PolicyVerdict => ({ verdict: 'deny', ...refusal })

function unlisted(unknown: readonly string[]): PolicyVerdict {
  const reason = `${unknown.join(', ')} ${unknown.length === 1 ? 'is' : 'are'} not on the list of allowed commands.`
  return { verdict: 'abstain', reason, hint: hintFor(unknown[0] as string), unknown }
}

type RulesByName = ReadonlyMap<string, readonly CommandRule[]>

function judgeOf(rules: RulesByName, { projectDir }: PolicyContext, unknown: Set<string>, made: MadeNames): Judge {
  let commands = 0
  const scopes = new Map<string, PathScope>()
  const effort: Effort = { spent: 0 }
  const files = writtenFiles()
  const dashes = new Map<string, boolean>()
  const hasDashes = (folder: string) => {
    const known = dashes.get(folder) ?? namesIn(folder).some((name) => name.startsWith('-'))
    dashes.set(folder, known)
    return known
  }
  let listing: { problem: Refusal | undefined } | undefined
  const listed = () => {
    listing ??= { problem: listingProblem(projectDir, effort) }
    return listing.problem
  }
  const scopeIn = (folder: string) => {
    const scope = scopes.get(folder) ?? commandScope(projectDir, folder, effort)
    scopes.set(folder, scope)
    return scope
  }
  const check = (problem: Refusal | undefined) => {
    if (problem) throw new RefusalError(problem)
  }

  /** `outer` is the command as it stands in the script: what is unknown inside a wrapper makes the wrapper unknown. */
  function judge(command: ResolvedCommand, folder: string, outer: string, depth: number): Refusal | undefined {
    if (++commands > MAX_COMMANDS) return { rule: 'scope.commands', reason: 'the script has too many commands.', hint: 'Run it in parts.' }
    if (depth > MAX_WRAPPERS) return { rule: 'scope.wrappers', reason: 'one command runs another too many times.' }
    const program = programName(command.name, folder, projectDir)
    if (typeof program !== 'string') return program
    const builtin = forbiddenBuiltin(program)
    if (builtin) return builtin
    const known = rules.get(program)
    if (!known) {
      unknown.add(outer)
      return undefined
    }
    const disguised = command.args.find((argument) => mayBecomeOption(argument) && hasDashes(folder))
    if (disguised)
      return {
        rule: 'glob.option',
        reason: 'there is a file whose name begins with a dash, and it would count as an option.',
        hint: 'Use ./ before the pattern.',
      }
    if (command.args.some(mayBecomeOption)) made.usesNames = true
    if (program === 'git') made.usesGit = true
    const names = command.args.some((argument) => argument.listed) ? listed() : undefined
    if (names) return names
    const paths = scopeIn(folder)
    const scope: CommandScope = {
      ...paths,
      writable(argument) {
        if (program !== 'rm' && program !== 'rmdir') made.note(paths.pathOf(argument))
        return paths.writable(argument)
      },
      unchanged: (paths) => files.read(paths),
      judge: (nested) => judge(nested, folder, outer, depth + 1),
    }
    for (const rule of known) {
      const problem = rule.check({ ...command, name: program }, scope)
      if (problem) return problem
    }
    return firstRefusal(command.args.map((argument) => listedOutside(argument, scope)))
  }

  return {
    files,
    command(command, folder) {
      check(judge(command, folder, command.name, 0))
      const effect = effectOf(command)
      if (effect === 'anything') check(files.note(undefined))
      else if (effect !== 'none') for (const target of effect) check(files.note(scopeIn(folder).pathOf(target)))
    },
    redirection(target, direction, folder) {
      check(direction === 'read' ? scopeIn(folder).readable(target) : scopeIn(folder).writable(target))
      if (direction === 'write') made.note(scopeIn(folder).pathOf(target))
      if (direction === 'write') check(files.note(scopeIn(folder).pathOf(target)))
    },
    isTaken: (name) => rules.has(name) || forbiddenBuiltin(name) !== undefined,
    folder: (target, from) =>
      scopeIn(from).folder(target) ?? refuse('cd.outside', 'cd may not leave the project folder.', 'Use paths inside the project.'),
    projectPaths: (value, folder) => check(scopeIn(folder).pathList(value)),
  }
}
