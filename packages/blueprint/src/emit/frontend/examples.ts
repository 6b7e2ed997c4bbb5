import type { ProjectFile } from '@forge/templates'
import { snake } from '../../words'
import type { AppFacts, Route } from '../app/app-facts'
import { pascal } from '../app/python'
import { nameOf, type OpenApiDocument, type Operation } from '../docs/operations'
import { mainEntity } from '../mock-data/tables'

/** The list that examples and documents show. */
export interface ExampleList {
  operation: Operation
  /** TypeScript type of a row. */
  row: string
  /** The rows within the answer, from `data`. */
  rows: string
  /** Creates a row of the same kind, where a route does. */
  create?: Operation
}

/** A list of the main entity, or else of any other one; undefined where the API has none. */
export function exampleList(facts: AppFacts, document: OpenApiDocument, operations: readonly Operation[]): ExampleList | undefined {
  const main = mainEntity(facts)
  const lists = facts.routes.filter(({ endpoint }) => endpoint.operation === 'list')
  for (const route of [...lists.filter(({ entity }) => entity === main), ...lists]) {
    const operation = operationOf(route, operations)
    const found = operation && rowsIn(facts, document, operation)
    if (!operation || !found) continue
    const creation = facts.routesOf(route.entity).find(({ endpoint }) => endpoint.operation === 'create')
    const create = creation && operationOf(creation, operations)
    return { operation, ...found, ...(create?.body !== undefined && { create }) }
  }
  return undefined
}

export const operationOf = ({ endpoint }: Route, operations: readonly Operation[]): Operation | undefined =>
  operations.find(({ method, path }) => method === endpoint.method && path === endpoint.path)

function rowsIn({ spec }: AppFacts, { components }: OpenApiDocument, { answer }: Operation): Pick<ExampleList, 'row' | 'rows'> | undefined {
  if (answer === undefined) return undefined
  if (answer.endsWith('[]')) return { row: answer.slice(0, -2), rows: 'data ?? []' }
  const items = spec.paging.names?.items ?? 'items'
  const row = components?.schemas?.[answer]?.properties?.[items]?.items?.$ref
  return row === undefined ? undefined : { row: nameOf(row), rows: `data?.${items} ?? []` }
}

/** Short examples for Next.js, Vue and Svelte, which need no package to be checked. */
export function exampleFiles(facts: AppFacts, document: OpenApiDocument, operations: readonly Operation[]): ProjectFile[] {
  const found = exampleList(facts, document, operations)
  if (!found) return []
  const name = pascal(snake(found.operation.id.replace(/^list/, '')))
  const file = snake(name).replace(/_/g, '-')
  return [
    { path: 'frontend/examples/next/route.ts', content: nextExample(found, file) },
    { path: `frontend/examples/svelte/${file}.ts`, content: svelteExample(found, name) },
    { path: `frontend/examples/vue/use-${file}.ts`, content: vueExample(found, name) },
  ]
}

const imports = ({ operation, create, row }: ExampleList, withCreate: boolean): string => {
  const functions = [operation.id, ...(withCreate && create ? [create.id] : [])].sort()
  const types = [row, ...(withCreate && create ? [create.body!] : [])].sort()
  return `import { ${[...functions, ...types.map((type) => `type ${type}`)].join(', ')} } from '../../src/api'
import { connect } from '../../src/api/mock'

connect()`
}

function nextExample({ operation }: ExampleList, file: string): string {
  return `// A route handler of Next.js, for app/api/${file}/route.ts: the browser asks Next.js, and Next.js asks the API or its mock.
import { ${operation.id} } from '../../src/api'
import { connect } from '../../src/api/mock'

connect()

export async function GET(): Promise<Response> {
  const { data, error, response } = await ${operation.id}()
  return error === undefined ? Response.json(data) : Response.json(error, { status: response.status })
}
`
}

function vueExample(found: ExampleList, name: string): string {
  const { operation, row, rows } = found
  return `// A composable of Vue: const { rows, failure, load } = use${name}(shallowRef), with shallowRef of vue.
${imports(found, false)}

type MakeRef = <T>(value: T) => { value: T }

export function use${name}(shallowRef: MakeRef) {
  const rows = shallowRef<${row}[]>([])
  const failure = shallowRef<unknown>(undefined)

  async function load(): Promise<void> {
    const { data, error } = await ${operation.id}()
    rows.value = ${rows}
    failure.value = error
  }

  return { rows, failure, load }
}
`
}

function svelteExample(found: ExampleList, name: string): string {
  const { operation, row, rows, create } = found
  const store = `${name.charAt(0).toLowerCase()}${name.slice(1)}Store`
  const adding = create
    ? `
  async add(body: ${create.body!}): Promise<void> {
    const { error } = await ${create.id}({ body })
    if (error !== undefined) throw error
    await this.load()
  },`
    : ''
  return `// A store of Svelte: $${store} holds the rows. Whatever has subscribe is a store.
${imports(found, true)}

type Listener = (rows: ${row}[]) => void

const listeners = new Set<Listener>()
let current: ${row}[] = []

export const ${store} = {
  subscribe(listener: Listener): () => void {
    listeners.add(listener)
    listener(current)
    return () => void listeners.delete(listener)
  },

  async load(): Promise<void> {
    const { data } = await ${operation.id}()
    current = ${rows}
    for (const listener of listeners) listener(current)
  },
${adding}
}
`.replace(/,\n\n}/, ',\n}')
}
