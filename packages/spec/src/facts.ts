import type { Endpoint, Field, FieldType, Method, Priority, Relation, Screen, Workflow } from './api-spec'
import type { Section } from './section'

/** What one place of the text says about a field. Unset: it says nothing. */
export interface FieldFacts {
  type?: FieldType
  list?: boolean
  required?: boolean
  nullable?: boolean
  readOnly?: boolean
  writeOnly?: boolean
  unique?: 'exact' | 'case-insensitive'
  indexed?: boolean
  primary?: boolean
  minLength?: number
  maxLength?: number
  min?: number
  max?: number
  pattern?: string
  patternText?: string
  precision?: number
  scale?: number
  values?: string[]
  default?: Field['default']
  auto?: 'created' | 'updated'
  /** Name of the referenced entity as written; `''` when it follows from the field's name. */
  references?: string
  onDelete?: 'cascade' | 'set-null' | 'restrict'
}

/** How much weight a place has when two disagree: names only, table definition, model fields, rules and validation. */
export type Specificity = 0 | 1 | 2 | 3

export interface FieldFact {
  entity: string
  name: string
  line: number
  weight: Specificity
  facts: FieldFacts
}

export interface EntityFact {
  key: string
  /** As written. */
  name: string
  line: number
  junction: boolean
  weight: number
}

export interface RelationFact {
  entity: string
  kind: Relation['kind']
  target: string
  role: string
  through: string | null
  line: number
}

export interface ParamFact {
  /** Told in a sentence ("filter by author"): the parameter takes the field's name. */
  prose?: true
  name: string
  text: string
  line: number
}

export interface EndpointFact {
  method: Method
  path: string
  summary: string
  line: number
  /** Entity of the section it stands in. */
  context: string | null
  notes: { text: string; line: number }[]
  query: ParamFact[]
  body: { name: string; line: number; facts: FieldFacts }[]
  responses: {
    /** 0: not said. */
    status: number
    label: string
    json: JsonBlock | null
    /** Where the shape is written out rather than shown by an example. */
    fields?: EndpointFact['body']
    line: number
  }[]
  inferred?: boolean
}

export interface RuleFact {
  text: string
  line: number
  entity: string | null
  kind: 'rule' | 'validation' | 'note' | 'auth'
}

/** A JSON example: its keys in order and, where it is well-formed enough, its value. */
export interface JsonBlock {
  keys: string[]
  value: unknown
  raw: string
  line: number
}

/** Filters, sorting or paging told outside an endpoint's own lines. */
export interface ListFact {
  kind: 'filters' | 'sorting' | 'pagination'
  path: string | null
  entity: string | null
  name: string
  text: string
  line: number
}

export interface Facts {
  title: string
  description: string
  entities: EntityFact[]
  fields: FieldFact[]
  relations: RelationFact[]
  uniqueTogether: { entity: string; fields: string[]; caseInsensitive: boolean; line: number }[]
  enums: { name: string; values: string[]; line: number; section: Section | null }[]
  enumHints: { entity: string | null; field: string; values: string[]; line: number }[]
  endpoints: EndpointFact[]
  /** Collections with the usual endpoints, or with those of `methods` (`GET {id}` for single rows). */
  crud: { names: string[]; methods?: string[]; base?: string; line: number }[]
  lists: ListFact[]
  rules: RuleFact[]
  seeds: { table: string; row: Record<string, string | number | boolean | null>; line: number }[]
  roles: { name: string; text?: string; line: number }[]
  workflows: (Omit<Workflow, 'source'> & { line: number })[]
  screens: (Omit<Screen, 'source'> & { line: number })[]
  priorities: (Omit<Priority, 'source'> & { line: number })[]
  /** Lines of the authentication, error, paging and technology sections, for the conventions. */
  auth: { text: string; line: number }[]
  errors: { text: string; line: number }[]
  stack: { text: string; line: number }[]
  json: { block: JsonBlock; section: Section }[]
  tree: { text: string; line: number }[]
  basePath: { path: string; line: number } | null
  /** Lines that say nothing which is followed. */
  unread: number[]
}

export type EndpointDraft = Endpoint & { fact: EndpointFact }

/** Nothing is known yet. */
export const blankFacts = (title: string, description = ''): Facts => ({
  title,
  description,
  entities: [],
  fields: [],
  relations: [],
  uniqueTogether: [],
  enums: [],
  enumHints: [],
  endpoints: [],
  crud: [],
  lists: [],
  rules: [],
  seeds: [],
  roles: [],
  workflows: [],
  screens: [],
  priorities: [],
  auth: [],
  errors: [],
  stack: [],
  json: [],
  tree: [],
  basePath: null,
  unread: [],
})
