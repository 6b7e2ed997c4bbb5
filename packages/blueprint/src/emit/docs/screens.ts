import type { Operation as SpecOperation, Screen } from '@forge/spec'
import { capitalized } from '../../words'
import { type DocumentFacts, plural, type Resource, singular } from './facts'
import { code, plain } from './markdown'

/** Screens: those that the specification describes, and what each resource needs, with the functions that feed it. */
export function screens({ spec, resources }: DocumentFacts): string[][] {
  const groups = [...new Set(spec.screens.map(({ group }) => group))]
  return [
    ...groups.map((group) => [
      ...(group === '' ? [] : [`### ${plain(group)}`, '']),
      ...spec.screens.filter((screen) => screen.group === group).flatMap(told),
    ]),
    [
      spec.screens.length > 0
        ? `What the API offers to these screens, by resource. ${EACH}`
        : `Derived from the endpoints: each shows only what the API has. ${EACH}`,
    ],
    ...resources.map(derived),
  ]
}

const EACH = 'The function that a screen calls stands in brackets. Each screen has a state for loading, for nothing found and for an error.'

function told({ name, purpose, details }: Screen): string[] {
  return [
    `- **${plain(name)}**${purpose === '' ? '' : `: ${plain(purpose)}`}`,
    ...details.map(({ title, items }) => `  - ${title === '' ? '' : `${plain(title)}: `}${items.map(plain).join('; ')}`),
  ]
}

function derived({ entity, routes }: Resource): string[] {
  const by = (...operations: SpecOperation[]) => routes.filter(({ route }) => operations.includes(route.endpoint.operation))
  const ids = (found: Resource['routes']): string => found.map(({ operation }) => code(operation.id)).join(', ')
  const lists = by('list', 'nested-list', 'link-list')
  const forms = by('create', 'nested-create', 'update', 'replace', 'single-update')
  const details = by('get', 'me', 'single-get', 'action', 'adjust', 'mark', 'unmark', 'delete')
  const links = by('link-add', 'link-remove', 'bulk')
  const asked = [...new Set(lists.flatMap(({ operation }) => operation.query.map(({ name }) => name)))]
  return [
    `### ${capitalized(plural(entity))}`,
    '',
    ...(lists.length > 0 ? [`- List [${ids(lists)}]${asked.length > 0 ? `: can be asked by ${asked.map(code).join(', ')}` : ''}`] : []),
    ...(details.length > 0 ? [`- One ${singular(entity)}, with its actions [${ids(details)}]`] : []),
    ...(forms.length > 0 ? [`- Form [${ids(forms)}]`] : []),
    ...(links.length > 0 ? [`- A choice among many, to join, part or change them [${ids(links)}]`] : []),
  ]
}
