import type { Redirection } from 'unbash'
import type { Argument } from '../argument'
import { refuse, unknownSyntax } from '../refusal'
import { checkQuoted } from '../residue'
import { type Scope, maybe } from '../scope'
import type { Walk } from './walk'

/** Runs what the redirections are for. Where one fails, bash does not run it. What their words assign may stay in the process of a program. */
export function redirected(walk: Walk, list: readonly Redirection[], scope: Scope, action: (scope: Scope) => void): void {
  for (const each of list) maybe(scope, (taken) => redirection(walk, each, taken))
  if (list.every(isSure)) action(scope)
  else maybe(scope, action)
}

/** Any other file or descriptor may be missing, closed or out of range. */
const isSure = (node: Redirection) => node.type === 'Redirect' && node.target?.text === '/dev/null' && isStandard(node.descriptor)

const isStandard = (descriptor: Redirection['descriptor']) =>
  descriptor === undefined || (descriptor.type === 'FileDescriptor' && Number(descriptor.value) <= 2)

function redirection(walk: Walk, node: Redirection, scope: Scope): void {
  if (node.descriptor && node.descriptor.type !== 'FileDescriptor') refuse('redirect.variable', 'a redirection into a variable is not allowed.')
  if (node.type === 'HereDoc') hereDocument(walk, node, scope)
  else if (!node.target) unknownSyntax('redirection')
  else if (node.type === 'HereString') walk.words.wordOf(node.target, scope)
  else fileOf(walk, node.operator, walk.words.wordOf(node.target, scope), scope)
}

function hereDocument(walk: Walk, node: Extract<Redirection, { type: 'HereDoc' }>, scope: Scope): void {
  if (node.delimiter === undefined || node.closing === undefined)
    refuse('parse.error', 'the here-document has no end.', 'End it with its delimiter on a line of its own.')
  if (node.delimiter.quoted) return
  if (node.body.parts === undefined) checkQuoted(node.body.text)
  for (const part of node.body.parts ?? []) {
    if (part.type === 'ParameterExpansion') checkSingleQuotes(part.text)
    walk.words.quotedPart(part, scope)
  }
}

/** Bash takes a single quote there for itself and expands what stands behind it; the parser (unbash 6.0.4) sees a quoted text. */
function checkSingleQuotes(text: string): void {
  if (text.includes("'") && /[$`]/.test(text.slice(1)))
    refuse(
      'heredoc.quotes',
      'a single quote inside of ${…} quotes nothing in a here-document.',
      'Give the variable its value before the here-document.',
    )
}

function fileOf(walk: Walk, operator: string, targets: readonly Argument[], scope: Scope): void {
  const duplicates = operator === '>&' || operator === '<&'
  const direction = operator === '<' || operator === '<&' ? 'read' : 'write'
  for (const target of targets) {
    if (duplicates && target.text !== undefined && /^(\d+-?|-)$/.test(target.text)) continue
    if (target.glob) refuse('redirect.target', 'a redirection needs one file that is written out.')
    for (const folder of scope.folders) walk.judge.redirection(target, direction, folder)
  }
}

/** As `test` does: what is known only at run time passes, since looking changes nothing. */
export function lookedAt(walk: Walk, value: Argument, scope: Scope): void {
  if (value.text !== undefined) for (const folder of scope.folders) walk.judge.redirection(value, 'read', folder)
}
