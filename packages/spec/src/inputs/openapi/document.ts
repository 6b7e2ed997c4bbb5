import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type * as Yaml from 'yaml'
import { SpecError } from '../../error'
import { isObject } from '../../json-block'

export type Json = Record<string, unknown>

/** An OpenAPI document, with the line of every member and its references inside. */
export interface Document {
  root: Json
  /** Line of a member, else of the object itself. */
  lineOf: (owner: unknown, key?: string | number) => number
  /** The object itself, or what its `$ref` points at; what points outside of the document is an empty object. */
  resolve: (value: unknown) => Json
  /** Name of the component a `$ref` points at. */
  refName: (value: unknown) => string | null
  external: { what: string; line: number }[]
}

let loaded: typeof Yaml | undefined

function yaml(): typeof Yaml {
  loaded ??= createRequire(typeof __filename === 'undefined' ? fileURLToPath(import.meta.url) : __filename)('yaml') as typeof Yaml
  return loaded
}

const REMEDY = 'Correct that line; any OpenAPI editor shows the same place.'

/**
 * Parses YAML or JSON, which is a part of YAML, into one document with lines.
 * @throws SpecError for text that is neither, with its line.
 */
export function parseDocument(text: string): Document {
  const { LineCounter, parseDocument: parse } = yaml()
  const counter = new LineCounter()
  const document = parse(text, { lineCounter: counter, merge: true, uniqueKeys: true, logLevel: 'error' })
  const fault = document.errors[0]
  if (fault !== undefined)
    throw new SpecError(
      `Line ${fault.linePos?.[0].line ?? 1}: this is read as an OpenAPI document, and ${fault.message
        .split('\n')[0]!
        .replace(/ at line.*$/, '')
        .replace(/[.:]$/, '')}.`,
      REMEDY,
    )
  let root: unknown
  try {
    root = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    throw new SpecError(`Line 1: this is read as an OpenAPI document, and ${(error as Error).message}.`, REMEDY)
  }
  if (!isObject(root)) throw new SpecError('Line 1: this is read as an OpenAPI document, and it holds no object.', REMEDY)
  const lines = new WeakMap<object, { own: number; members: Map<string, number> }>()
  note(document.contents, root, lines, counter)
  const lineOf: Document['lineOf'] = (owner, key) => {
    const known = typeof owner === 'object' && owner !== null ? lines.get(owner) : undefined
    return (key === undefined ? known?.own : known?.members.get(String(key))) ?? known?.own ?? 1
  }
  const external: Document['external'] = []
  return { root, lineOf, external, resolve: resolver(root, lineOf, external), refName }
}

function note(
  node: Yaml.ParsedNode | Yaml.Node | null,
  value: unknown,
  lines: WeakMap<object, { own: number; members: Map<string, number> }>,
  counter: Yaml.LineCounter,
): void {
  const { isMap, isScalar, isSeq } = yaml()
  if (typeof value !== 'object' || value === null || lines.has(value)) return
  const at = (one: { range?: Yaml.Range | null } | null) => counter.linePos(one?.range?.[0] ?? 0).line
  const members = new Map<string, number>()
  lines.set(value, { own: at(node as Yaml.Node), members })
  if (isMap(node))
    for (const pair of node.items) {
      if (!isScalar(pair.key)) continue
      const key = String(pair.key.value)
      members.set(key, at(pair.key))
      note(pair.value as Yaml.Node | null, (value as Json)[key], lines, counter)
    }
  else if (isSeq(node))
    for (const [index, item] of node.items.entries()) {
      members.set(String(index), at(item as Yaml.Node))
      note(item as Yaml.Node, (value as unknown[])[index], lines, counter)
    }
}

const refName = (value: unknown): string | null => {
  const ref = isObject(value) ? value['$ref'] : undefined
  return typeof ref === 'string' ? (ref.match(/^#\/components\/schemas\/([^/]+)$/)?.[1] ?? null) : null
}

function resolver(root: Json, lineOf: Document['lineOf'], external: Document['external']): Document['resolve'] {
  return (value) => {
    let current = value
    for (let hops = 0; hops < 20; hops += 1) {
      if (!isObject(current)) return {}
      const ref = current['$ref']
      if (typeof ref !== 'string') return current
      const target = ref.startsWith('#/') ? pointed(root, ref.slice(2)) : undefined
      if (target === undefined) {
        if (!external.some((one) => one.what === ref)) external.push({ what: ref, line: lineOf(current, '$ref') })
        return {}
      }
      current = target
    }
    return {}
  }
}

function pointed(root: Json, pointer: string): unknown {
  let current: unknown = root
  for (const part of pointer.split('/')) {
    const key = decodeURIComponent(part.replace(/~1/g, '/').replace(/~0/g, '~'))
    if (typeof current !== 'object' || current === null) return undefined
    current = Object.hasOwn(current, key) ? (current as Json)[key] : undefined
  }
  return current
}
