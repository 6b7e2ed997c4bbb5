import type { ProjectFile } from '@forge/templates'
import type { Operation as SpecOperation } from '@forge/spec'
import { capitalized } from '../../words'
import { type DocumentFacts, openPart, plural, type Resource, singular } from './facts'
import { bullets, code, page, plain, table, value } from './markdown'

/** `docs/APP_OVERVIEW.md`: what the application is for, for people who build on it. */
export function overviewFile(facts: DocumentFacts): ProjectFile {
  const { spec, resources } = facts
  const content = page(
    `# ${plain(spec.title)}: overview`,
    plain(spec.description) || `The REST API of ${plain(spec.title)}.`,
    'What the API takes and answers stands in [FRONTEND_HANDOFF.md](FRONTEND_HANDOFF.md).',
    '## Roles and permissions',
    roles(facts),
    permissions(facts),
    '## Resources',
    table(
      ['Resource', 'Belongs to', 'Endpoints', 'Mock data'],
      resources.map(({ entity, routes }) => [
        capitalized(plural(entity)),
        [...new Set(entity.fields.flatMap(({ reference }) => (reference ? [singular({ name: reference.entity })] : [])))].join(', '),
        String(routes.length),
        code(`docs/mock-data/${entity.table}.json`),
      ]),
    ),
    '## Rules',
    bullets(spec.rules.map((rule) => `${plain(rule.text)}${openPart(rule)}`)),
    spec.rules.length === 0 && 'The specification states none beyond the types of the fields.',
    '## Workflows',
    workflows(facts),
    '## Screens',
    'Derived from the endpoints: each shows only what the API has. The function that a screen calls stands in brackets.',
    ...resources.map((resource) => screens(resource)),
    '## Priorities',
    priorities(facts),
  )
  return { path: 'docs/APP_OVERVIEW.md', content }
}

function roles({ spec }: DocumentFacts): string[] {
  if (spec.roles.length === 0) return ['The API knows no roles: every caller may do the same, but for what the rules say.']
  return [`Roles, the most privileged first: ${spec.roles.map(value).join(', ')}.`]
}

function permissions({ spec }: DocumentFacts): string[] {
  const limiting = spec.rules.filter(({ effects }) => effects.some(({ kind }) => ['role', 'role-field', 'owner', 'authenticated'].includes(kind)))
  if (limiting.length === 0) return []
  return ['What is not restricted here, every caller may do:', '', ...bullets(limiting.map((rule) => `${plain(rule.text)}${openPart(rule)}`))]
}

function workflows(facts: DocumentFacts): string[] {
  const { spec, resources } = facts
  if (spec.workflows.length > 0)
    return spec.workflows.flatMap(({ name, role, steps }) => [
      `### ${plain(name)}${role === null ? '' : ` (${plain(role)})`}`,
      '',
      ...steps.map((step, index) => `${index + 1}. ${plain(step)}`),
      '',
    ])
  return ['The specification tells none. These follow from the endpoints:', '', ...resources.flatMap(workflow)]
}

const STEPS: [operations: SpecOperation[], step: (noun: string, many: string) => string][] = [
  [['list', 'nested-list'], (_, many) => `Look through the ${many}`],
  [['create', 'nested-create'], (noun) => `Make a new ${noun}; the answer to wrong input names each field`],
  [['get', 'me'], (noun) => `Open one ${noun}`],
  [['update', 'replace'], (noun) => `Change the ${noun}: only what is sent changes`],
  [['action', 'mark', 'unmark'], (noun) => `Act on the ${noun}`],
  [['link-add', 'link-list', 'link-remove'], (_, many) => `Join ${many} to what they belong to, or part them`],
  [['delete', 'bulk'], (noun) => `Delete the ${noun}, or change several at once`],
]

function workflow({ entity, routes }: Resource): string[] {
  const [noun, many] = [singular(entity), plural(entity)]
  const steps = STEPS.flatMap(([operations, step]) => {
    const found = routes.filter(({ route }) => operations.includes(route.endpoint.operation))
    return found.length === 0 ? [] : [`${step(noun, many)} (${found.map(({ operation }) => code(operation.id)).join(', ')}).`]
  })
  return [`### Work with ${many}`, '', ...steps.map((step, index) => `${index + 1}. ${step}`), '']
}

function screens({ entity, routes }: Resource): string[] {
  const by = (...operations: SpecOperation[]) => routes.filter(({ route }) => operations.includes(route.endpoint.operation))
  const ids = (found: Resource['routes']): string => found.map(({ operation }) => code(operation.id)).join(', ')
  const lists = by('list', 'nested-list', 'link-list')
  const forms = by('create', 'nested-create', 'update', 'replace')
  const details = by('get', 'me', 'action', 'mark', 'unmark', 'delete')
  const asked = [...new Set(lists.flatMap(({ operation }) => operation.query.map(({ name }) => name)))]
  return [
    `### ${capitalized(plural(entity))}`,
    '',
    ...(lists.length > 0 ? [`- List [${ids(lists)}]${asked.length > 0 ? `: can be asked by ${asked.map(code).join(', ')}` : ''}`] : []),
    ...(details.length > 0 ? [`- One ${singular(entity)}, with its actions [${ids(details)}]`] : []),
    ...(forms.length > 0 ? [`- Form [${ids(forms)}]`] : []),
    '- Each with a state for loading, for nothing found and for an error',
  ]
}

function priorities({ resources }: DocumentFacts): string[] {
  const main = resources.filter(({ isMain }) => isMain)
  const basic: SpecOperation[] = ['list', 'create', 'get', 'nested-list', 'nested-create']
  const ids = (chosen: Resource[], fits: (operation: SpecOperation) => boolean): string =>
    chosen.flatMap(({ routes }) => routes.filter(({ route }) => fits(route.endpoint.operation)).map(({ operation }) => code(operation.id))).join(', ')
  const rows: [string, string][] = [
    ['Must', ids(main, (operation) => basic.includes(operation))],
    [
      'Should',
      [
        ids(main, (operation) => !basic.includes(operation)),
        ids(
          resources.filter(({ isMain }) => !isMain),
          (operation) => basic.includes(operation),
        ),
      ]
        .filter(Boolean)
        .join(', '),
    ],
    [
      'Could',
      ids(
        resources.filter(({ isMain }) => !isMain),
        (operation) => !basic.includes(operation),
      ),
    ],
  ]
  return [
    'Derived: first what the resource with most endpoints cannot be used without.',
    '',
    ...table(
      ['Priority', 'Functions'],
      rows.filter(([, functions]) => functions !== ''),
    ),
  ]
}
