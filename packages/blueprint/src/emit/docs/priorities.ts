import type { Operation as SpecOperation } from '@forge/spec'
import type { DocumentFacts, Resource } from './facts'
import { code, plain, table } from './markdown'

/** What to build first: as the specification says, else what the main resource cannot be used without. */
export function priorities({ spec, resources }: DocumentFacts): string[] {
  if (spec.priorities.length > 0)
    return spec.priorities.flatMap(({ level, features }) => [
      ...(level === '' ? [] : [`### ${plain(level)}`, '']),
      ...features.map((feature) => `- [ ] ${plain(feature)}`),
      '',
    ])
  return derived(resources)
}

const BASIC: SpecOperation[] = ['list', 'create', 'get', 'nested-list', 'nested-create']

function derived(resources: Resource[]): string[] {
  const main = resources.filter(({ isMain }) => isMain)
  const others = resources.filter(({ isMain }) => !isMain)
  const ids = (chosen: Resource[], basic: boolean): string[] =>
    chosen.flatMap(({ routes }) =>
      routes.filter(({ route }) => BASIC.includes(route.endpoint.operation) === basic).map(({ operation }) => code(operation.id)),
    )
  const rows: [string, string[]][] = [
    ['Must', ids(main, true)],
    ['Should', [...ids(main, false), ...ids(others, true)]],
    ['Could', ids(others, false)],
  ]
  return [
    'Derived: first what the resource with most endpoints cannot be used without.',
    '',
    ...table(
      ['Priority', 'Functions'],
      rows.filter(([, functions]) => functions.length > 0).map(([priority, functions]) => [priority, functions.join(', ')]),
    ),
  ]
}
