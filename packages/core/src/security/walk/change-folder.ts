import type { Command } from 'unbash'
import { refuse } from '../refusal'
import { type Scope, copyOf } from '../scope'
import { argumentLists } from './argument-lists'
import type { Walk } from './walk'

/** Where the shell is afterwards. A cd that fails leaves it where it was; one into folders that are there does not fail. */
export function changeFolder(walk: Walk, node: Command, scope: Scope): { success: Scope; failure: Scope | undefined } {
  const others = [...node.prefix, ...node.suffix].filter(({ type }) => type !== 'Word')
  if (others.some(isNoSilencer)) refuse('cd.form', 'cd takes one folder and nothing else.', 'Use cd folder && command.')
  const lists = argumentLists(walk, node, scope).map((list) => (list[0]?.text === '--' ? list.slice(1) : list))
  const entered = lists.flatMap((list) => {
    const [target] = list
    if (list.length === 1 && target?.text === '-' && scope.previous) return scope.previous.map((path) => ({ path, exists: true }))
    if (list.length !== 1 || target?.text === undefined || target.glob || target.tilde || target.text === '' || target.text.startsWith('-')) {
      return refuse('cd.target', 'cd needs exactly one folder that is written out.', 'Name a folder inside the project.')
    }
    return scope.folders.map((from) => walk.judge.folder(target, from))
  })
  const isCertain = !walk.hasRun && others.length === 0 && entered.every(({ exists }) => exists)
  return {
    success: { ...copyOf(scope), folders: [...new Set(entered.map(({ path }) => path))], previous: scope.folders },
    failure: isCertain ? undefined : copyOf(scope),
  }
}

const isNoSilencer = (entry: Command['suffix'][number]) =>
  entry.type !== 'Redirect' || entry.operator !== '>' || entry.descriptor?.type === 'FileDescriptorVariable' || entry.target?.text !== '/dev/null'
