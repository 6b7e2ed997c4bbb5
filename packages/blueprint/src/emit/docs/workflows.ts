import type { Operation as SpecOperation, Workflow } from '@forge/spec'
import type { DocumentFacts, Resource } from './facts'
import { plural, singular } from './facts'
import { code, plain } from './markdown'

/** What users do, step by step: as the specification tells it, else as the endpoints allow it. */
export function workflows({ spec, resources }: DocumentFacts): string[] {
  if (spec.workflows.length > 0) return spec.workflows.flatMap(told)
  return ['The specification tells none. These follow from the endpoints:', '', ...resources.flatMap(derived)]
}

function told({ name, role, goal, steps, success, failures }: Workflow): string[] {
  const named = role === null || name.toLowerCase().includes(`(${role.toLowerCase()}`) ? '' : ` (${plain(role)})`
  return [
    `### ${plain(name)}${named}`,
    '',
    ...(goal === '' ? [] : [`Goal: ${plain(goal)}`, '']),
    ...steps.map((step, index) => `${index + 1}. ${plain(step)}`),
    '',
    ...(success === '' ? [] : [`Done when: ${plain(success)}`, '']),
    ...(failures.length === 0 ? [] : ['What may go wrong:', '', ...failures.map((failure) => `- ${plain(failure)}`), '']),
  ]
}

const STEPS: [operations: SpecOperation[], step: (noun: string, many: string) => string][] = [
  [['list', 'nested-list'], (_, many) => `Look through the ${many}`],
  [['create', 'nested-create'], (noun) => `Make a new ${noun}; the answer to wrong input names each field`],
  [['get', 'me'], (noun) => `Open one ${noun}`],
  [['update', 'replace', 'single-update'], (noun) => `Change the ${noun}: only what is sent changes`],
  [['action', 'adjust', 'mark', 'unmark'], (noun) => `Act on the ${noun}`],
  [['link-add', 'link-list', 'link-remove'], (_, many) => `Join ${many} to what they belong to, or part them`],
  [['delete'], (noun) => `Delete the ${noun}`],
  [['bulk'], (_, many) => `Change several ${many} at once`],
]

function derived({ entity, routes }: Resource): string[] {
  const [noun, many] = [singular(entity), plural(entity)]
  const steps = STEPS.flatMap(([operations, step]) => {
    const found = routes.filter(({ route }) => operations.includes(route.endpoint.operation))
    return found.length === 0 ? [] : [`${step(noun, many)} (${found.map(({ operation }) => code(operation.id)).join(', ')}).`]
  })
  return [`### Work with ${many}`, '', ...steps.map((step, index) => `${index + 1}. ${step}`), '']
}
