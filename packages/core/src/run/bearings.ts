import type { Ledger } from '../features/ledger'
import type { RunState } from './state'

const SHOWN = 20

/** The short summary a fresh session starts from, so that it need not read everything again. */
export function bearingsOf(options: { ledger: Ledger | undefined; state: RunState; commits: readonly string[]; target: number | undefined }): string {
  const { ledger, state, commits, target } = options
  return [
    ...(ledger === undefined ? list('What the last check of the feature list found; put it right', state.problems, 200) : standingOf(ledger, target)),
    ...list('Problems of the whole project', state.projectProblems, SHOWN),
    ...list('Last commits', commits, 10),
  ].join('\n')
}

function standingOf({ definitions, standings }: Ledger, target: number | undefined): string[] {
  const open = definitions.filter(({ id }) => standings.get(id)?.passes !== true)
  const lines = open.map(({ id, method, path, description }) => {
    const standing = standings.get(id)
    return `#${id} ${method} ${path}: ${description} (${standing?.leftForModel ?? standing?.reason ?? 'not proven yet'})`
  })
  const next = definitions.find(({ id }) => id === target)
  return [
    `${definitions.length - open.length} of ${definitions.length} features are proven.`,
    ...(next === undefined ? [] : [`Next: feature #${next.id}, ${next.description}`]),
    ...list('Not proven', lines, SHOWN),
  ]
}

function list(title: string, items: readonly string[], most: number): string[] {
  if (items.length === 0) return []
  const rest = items.length - most
  return [`${title}:`, ...items.slice(0, most).map((item) => `- ${item}`), ...(rest > 0 ? [`- … and ${rest} more`] : [])]
}
