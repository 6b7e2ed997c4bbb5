import { isEmptySchema, schemaParts, schemaRoots } from '../schemas'
import { entriesOf, isObject, localPointer, nodesBelow, type OpenApiDocument, pointerOf, resolved, responsesOf, valueAt } from '../document'
import { type Fault, faults } from '../finding'

const dangling = faults('error', 'Generators and readers of the document stop at it.', 'Correct the reference, or add what it refers to.')
const outside = faults('warning', 'This check reads one file, so what stands there is not checked.', 'Bundle the document into one file.')

/** Every `$ref` leads to something in the document; anchors are left to the check `document`. */
export function references(document: OpenApiDocument): Fault[] {
  return referencesIn(document).flatMap(({ pointer, reference }) => {
    const target = localPointer(reference)
    if (target !== undefined)
      return valueAt(document.root, target) === undefined ? [dangling(pointer, `The reference ${reference} leads nowhere.`)] : []
    return reference.startsWith('#') ? [] : [outside(pointer, `The reference ${reference} leads out of the document.`)]
  })
}

function referencesIn({ root }: OpenApiDocument): { pointer: string; reference: string }[] {
  return [...nodesBelow(root)].flatMap(({ pointer, name, value, named }) =>
    name === '$ref' && !named && typeof value === 'string' ? [{ pointer, reference: value }] : [],
  )
}

const slashed = faults(
  'error',
  'Clients that leave the slash out, as most do, are redirected or not found.',
  'Declare the path without the slash at its end.',
)

/** No path but the root ends in a slash. */
export function trailingSlashes({ root }: OpenApiDocument): Fault[] {
  return entriesOf(root['paths']).flatMap(([path]) =>
    path !== '/' && path.endsWith('/') ? [slashed(pointerOf('paths', path), `The path ${path} ends in a slash.`)] : [],
  )
}

const mismatched = faults(
  'error',
  'Clients are generated from both, and cannot fill in a path whose parameters do not match.',
  'Give each {name} of the path one parameter with "in": "path" and "required": true.',
)

/** Paths and their parameters agree, and no two paths are the same but for the names in them. */
export function pathParameters({ root, operations }: OpenApiDocument): Fault[] {
  const shapes = new Map<string, string>()
  const twins = entriesOf(root['paths']).flatMap(([path]) => {
    const shape = path.replace(/\{[^}]*\}/g, '{}')
    const other = shapes.get(shape)
    shapes.set(shape, other ?? path)
    return other === undefined ? [] : [mismatched(pointerOf('paths', path), `The paths ${other} and ${path} are the same but for the names in them.`)]
  })
  const mismatches = operations.flatMap(({ path, pointer, parameters }) => {
    const stated = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name!)
    const declared = parameters.filter(({ value }) => value['in'] === 'path')
    const missing = stated.filter((name) => !declared.some(({ value }) => value['name'] === name))
    const superfluous = declared.filter(({ value }) => !stated.includes(String(value['name'])))
    const twice = parameters.filter(({ value }, index) =>
      parameters.slice(0, index).some((other) => other.value['name'] === value['name'] && other.value['in'] === value['in']),
    )
    return [
      ...missing.map((name) => mismatched(pointer, `{${name}} of the path ${path} is no parameter of the operation.`)),
      ...superfluous.map((each) => mismatched(each.pointer, `The path ${path} has no {${each.value['name']}}.`)),
      ...twice.map((each) => mismatched(each.pointer, `The parameter ${each.value['name']} is declared twice.`)),
    ]
  })
  return [...twins, ...mismatches]
}

const empty = faults(
  'error',
  'A client cannot know what it gets or has to send: generators make it "any".',
  'State the schema (in FastAPI a response model), or answer 204 without content.',
)
const vague = faults('warning', 'A client cannot know what stands there.', 'Give it a type; where any value is meant, say so in a description.')

/** No body, parameter or part of a schema says nothing at all. */
export function emptySchemas(document: OpenApiDocument): Fault[] {
  const roots = schemaRoots(document)
  const missing = document.operations.flatMap((operation) => {
    const body = { pointer: `${operation.pointer}/requestBody`, value: resolved(document, operation.value['requestBody']) }
    return [...responsesOf(document, operation), ...(body.value ? [{ pointer: body.pointer, value: body.value }] : [])].flatMap((holder) =>
      entriesOf(holder.value['content']).flatMap(([type, media]) =>
        isObject(media) && /\bjson$/.test(type) && !('schema' in media)
          ? [empty(holder.pointer + pointerOf('content', type), `The ${type} has no schema.`)]
          : [],
      ),
    )
  })
  return [
    ...missing,
    ...roots.flatMap((root) => {
      if (isEmptySchema(root.schema)) return [empty(root.pointer, 'The schema is empty.')]
      return [...schemaParts(root)]
        .slice(1)
        .filter(({ pointer, schema }) => isObject(schema) && isEmptySchema(schema) && !/\/(additionalProperties|unevaluated\w+|not)$/.test(pointer))
        .map(({ pointer }) => vague(pointer, 'This part of the schema is empty.'))
    }),
  ]
}

const unused = faults('warning', 'Generators make a type of it that nothing takes or answers.', 'Remove it, or refer to it where it is meant.')

/** Every named schema is referred to. */
export function unusedSchemas(document: OpenApiDocument): Fault[] {
  const { root } = document
  const used = new Set(referencesIn(document).map(({ reference }) => localPointer(reference)))
  const mapped = [...nodesBelow(root)].filter(({ name, named }) => name === 'discriminator' && !named).map(({ value }) => JSON.stringify(value))
  return entriesOf(valueAt(root, '/components/schemas')).flatMap(([name]) => {
    const pointer = pointerOf('components', 'schemas', name)
    return used.has(pointer) || mapped.some((text) => text.includes(JSON.stringify(`#${pointer}`)) || text.includes(JSON.stringify(name)))
      ? []
      : [unused(pointer, `Nothing refers to the schema ${name}.`)]
  })
}
