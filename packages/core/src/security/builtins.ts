import type { Refusal } from './refusal'

/** Builtins that hide from the policy what runs, or change what names mean. */
const FORBIDDEN: ReadonlyMap<string, string> = new Map([
  ...'eval exec builtin'.split(' ').map((name) => [name, 'Write the command itself.'] as const),
  ['command', 'Write the command itself; use which NAME to find a program.'],
  ...'trap alias unalias hash enable shopt bind complete compgen compopt fc history logout suspend disown caller dirs pushd popd let getopts ulimit umask'
    .split(' ')
    .map((name) => [name, 'Do without it.'] as const),
  ...'read mapfile readarray'.split(' ').map((name) => [name, 'Use for name in …; do …; done, or a Python script.'] as const),
  ...'declare typeset readonly'.split(' ').map((name) => [name, 'Use name=value.'] as const),
  ['coproc', 'Use command & instead.'],
])

export const isForbiddenBuiltin = (name: string) => FORBIDDEN.has(name)

export function forbiddenBuiltin(name: string): Refusal | undefined {
  const hint = FORBIDDEN.get(name)
  return hint === undefined ? undefined : { rule: 'builtin.forbidden', reason: `the shell builtin ${name} is not allowed.`, hint }
}
