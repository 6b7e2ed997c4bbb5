/** Where an item comes from. `inferred` items follow from a convention rather than from the text. */
export interface Source {
  /** 1-based line of the specification; 0 when nothing in the text says it. */
  line: number
  origin: 'stated' | 'inferred'
}

export interface ApiSpec {
  version: 1
  title: string
  description: string
  /** Common prefix of the API's paths, `''` or for example `/api/v1`. */
  basePath: string
  auth: AuthConvention
  errors: ErrorConvention
  paging: PagingConvention
  statusCodes: StatusConvention
  entities: Entity[]
  endpoints: Endpoint[]
  rules: Rule[]
  /** Role names, most privileged first. Empty when the spec knows none. */
  roles: string[]
  seeds: Seed[]
  /** What the text says a role is or does, by its name. */
  roleTexts: Record<string, string>
  /** User workflows, screens, priorities: material for the hand-off, not for the backend. */
  workflows: Workflow[]
  screens: Screen[]
  priorities: Priority[]
  /** What the spec says about the stack that Forge does not follow (another database, framework, layout). */
  notFollowed: { text: string; line: number; instead: string }[]
  diagnostics: Diagnostic[]
}

export interface Diagnostic {
  level: 'warning' | 'info'
  message: string
  lines: number[]
}

export interface AuthConvention {
  /** `bearer`: Authorization: Bearer. `header`: the id of the caller in a header of the spec's own. `none`: the spec rules out authentication. */
  kind: 'bearer' | 'header' | 'none'
  /** Header name as the spec writes it, for example `X-User-ID`; `Authorization` for bearer. */
  header: string
  /** True when a request without identity is refused with 401. False: it acts as the built-in mock user; always so for mocked bearer tokens. */
  required: boolean
  /** Type of the caller's id: the key type of `userEntity`, else what the spec says, else `string`. */
  idType: 'integer' | 'uuid' | 'string'
  /** The entity that holds the callers, if any. */
  userEntity: string | null
  /** Built-in user of mock mode; fields of the user entity where there is one. */
  mockUser: Record<string, string | number | boolean>
  source: Source
}

export interface ErrorConvention {
  /** `problem`: RFC 9457. `custom`: the object below, everywhere. */
  format: 'problem' | 'custom'
  /** Field name → its meaning, in the spec's order. Empty for `problem`. */
  fields: { name: string; meaning: 'message' | 'code' | 'field-errors' | 'details' | 'request-id' | 'status' }[]
  /** How codes are spelt: `VALIDATION_ERROR` or `validation_error`. */
  codeCase: 'upper' | 'lower'
  source: Source
}

export interface PagingConvention {
  style: 'page' | 'offset' | 'none'
  /** Names of the query parameters. */
  params: { page: string; size: string } | { offset: string; limit: string } | null
  /** Names in the envelope, in order; empty = bare array. */
  envelope: ('items' | 'total' | 'page' | 'page_size' | 'total_pages' | 'limit' | 'offset' | 'count')[]
  /** What the text calls members of the envelope, where not by the names above (`{ items: 'data' }`). */
  names?: Partial<Record<PagingConvention['envelope'][number], string>>
  defaultSize: number
  maxSize: number
  source: Source
}

/** Deviations from the contract's defaults that the spec states. */
export interface StatusConvention {
  /** 422 unless the spec answers 400 to invalid input. */
  validation: number
  /** 404 unless the spec answers 403 to another user's row. */
  otherOwner: number
}

export type FieldType =
  | 'integer'
  | 'bigint'
  | 'string'
  | 'text'
  | 'boolean'
  | 'datetime'
  | 'date'
  | 'time'
  | 'decimal'
  | 'float'
  | 'uuid'
  | 'json'
  | 'email'
  | 'url'
  | 'enum'
  | 'reference'

export interface Field {
  /** JSON name, exactly as the spec writes it. */
  name: string
  type: FieldType
  /** Element type when the field is a list (stored as JSON). */
  list: boolean
  required: boolean
  nullable: boolean
  readOnly: boolean
  unique: false | 'exact' | 'case-insensitive'
  indexed: boolean
  minLength?: number
  maxLength?: number
  min?: number
  max?: number
  /** Anchored regular expression, valid in Python and JavaScript alike. */
  pattern?: string
  /** The sentence behind the pattern, for messages. */
  patternText?: string
  precision?: number
  scale?: number
  /** Members in the spec's order, for `enum`. */
  values?: string[]
  /** JSON literal. `null` means "no default". */
  default: string | number | boolean | null
  /** Set by the server: `created`: once on insert; `updated`: at every write. */
  auto?: 'created' | 'updated'
  reference?: { entity: string; onDelete: 'cascade' | 'set-null' | 'restrict' }
  /** The server sets it to the caller's id on insert; never taken from a body. Implies `readOnly`. */
  fromCaller?: true
  /** Only in inputs (passwords). */
  writeOnly?: boolean
  source: Source
}

export interface Entity {
  /** Singular PascalCase, for example `TaskTag`. */
  name: string
  /** Plural snake_case, for example `task_tags`. */
  table: string
  /** Always exactly one field named here is the key, unless `key` has several (junction). */
  key: string[]
  fields: Field[]
  uniqueTogether: string[][]
  /** Boolean field that a soft delete turns off, if the spec deletes softly. */
  softDelete: { field: string; deletedValue: boolean } | null
  /** A junction table of a many-to-many relation. */
  junction: { left: string; right: string } | null
  relations: Relation[]
  source: Source
}

export interface Relation {
  kind: 'belongs-to' | 'has-many' | 'many-to-many'
  /** Name of the relation, for example `assignee` or `tags`. */
  name: string
  target: string
  /** belongs-to: own field. has-many: field of the target. */
  field?: string
  /** many-to-many: the junction entity. */
  through?: string
  source: Source
}

export type Operation =
  | 'list'
  | 'create'
  | 'get'
  | 'update'
  | 'replace'
  | 'delete'
  /** Current caller (`/users/me`). */
  | 'me'
  /** Children below a parent: `/tasks/{task_id}/comments`. */
  | 'nested-list'
  | 'nested-create'
  /** Many-to-many below an owner: `/tasks/{id}/tags`, `/tasks/{id}/tags/{tag_id}`. */
  | 'link-list'
  | 'link-add'
  | 'link-remove'
  /** Sets named fields of one row: `/todos/{id}/complete`, `/tasks/{id}/status`. */
  | 'action'
  /** Joins the caller to the row, or parts them; doing it again changes nothing: `/posts/{id}/like`. */
  | 'mark'
  | 'unmark'
  /** One change of many rows, all of them or none: `/tasks/bulk-update` with a list of keys in the body. */
  | 'bulk'
  /** The one row of the caller, which `own` names: `/settings`, `/me/profile`. It is made the first time it is asked for, unless an endpoint creates it. */
  | 'single-get'
  | 'single-update'
  /** Changes a number of one row by an amount of the body: `/accounts/{id}/deposit`. */
  | 'adjust'
  /** Rows above or below one row, at any distance: flat, those next to it first. */
  | 'ancestors'
  | 'descendants'
  /** Rows with those below them in `children`: of everything, or (`param`) of one row. */
  | 'tree'
  /** Figures about rows: `/orders/stats`, `/dashboard`, `/tasks/count`. */
  | 'stats'
  /** A row with figures for each day, month or value of a field: `/reports/sales?group_by=day`. */
  | 'report'
  | 'health'
  | 'custom'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Endpoint {
  method: Method
  /** As the spec writes it, with `{name}` parameters. */
  path: string
  summary: string
  operation: Operation
  /** Entity the endpoint returns or changes; null for health and custom. */
  entity: string | null
  /** nested-*, link-*: the owner named in the path, and the path parameter that identifies it. */
  parent?: {
    entity: string
    param: string
    field?: string
    through?: string
    /** link-*: fields of `through` that point at the parent and at what is linked, where its references leave that open. */
    ends?: [parent: string, other: string]
    /** Unique field of the parent that `param` holds, where that is not its key. */
    lookup?: string
    /** What stands above the parent in the path; the parent points at it with `field`. */
    within?: { entity: string; param: string; field: string }
  }
  /** nested-create below a row of the same kind: fields that are as they are there. */
  inherits?: string[]
  /** list: only rows whose `field` names somebody whom the caller follows; `through` joins followers to those they follow. */
  followed?: { field: string; through: string; follower: string; target: string }
  /** list: only rows to which no row of `entity` points with `field` that lies in part between the two query parameters, both of them required. */
  free?: { entity: string; field: string; start: string; end: string; except?: { field: string; values: string[] }; from: string; to: string }
  /** link-add: what the body does not name is parted, so that it may name nothing. */
  replaces?: true
  /** ancestors, descendants, tree: the field that points at the row above. */
  above?: string
  /** Path parameter of the row itself. */
  param?: string
  /** Unique field that `param` holds, where that is not the key: `/posts/{slug}`. */
  lookup?: string
  /**
   * Field that holds the caller's id. list: only rows of the caller. With `param`: other people's rows are not found. update without `param`:
   * the caller's own row.
   */
  own?: string
  /** list: only rows with these values (`/posts/published`). */
  where?: Record<string, string | boolean>
  /** list: what else holds for every row (`/tasks/overdue`). */
  when?: Condition[]
  /** list: the path parameter that holds the value of a field (`/tasks/by-status/{status}`). */
  matches?: { param: string; field: string }
  /** list: an order that nobody can change, and how many rows there are at most (`/products/top?limit=5`). */
  ranked?: { by: string; order: 'asc' | 'desc'; limit?: { name: string; default: number; max: number } }
  /** mark, unmark: the entity that joins callers to rows, and its fields that point at the row and at the caller. */
  mark?: { through: string; target: string; caller: string }
  /** create, update, nested-create, action: writable fields of the body. */
  body?: string[]
  /** action: fields set to constants (`{completed: true}`); body fields come from the caller. */
  sets?: Record<string, string | number | boolean | null>
  /** action: moment that is set to now, where it is not set yet. */
  stamps?: string
  /** action: what the body calls fields, where not by their names. */
  aliases?: Record<string, string>
  /** action: fields of the body that may be left out. */
  optional?: string[]
  /** action: boolean field that is turned to its opposite. */
  toggles?: string
  /**
   * bulk: the name under which the body lists the keys (1 to 1000), what happens to the rows (`body` and `sets` say to which values), and what
   * is answered: the rows in the order of their keys, their number under the name `count`, or nothing. An unknown key is 404, and nothing changes.
   */
  bulk?: { ids: string; effect: 'update' | 'delete'; answer: 'rows' | 'count' | 'none'; count?: string }
  /**
   * adjust: `field` of the row is made more (`add`), less (`take`), or changed by a signed number (`change`), by what the body holds under
   * `amount`; nothing takes it below zero (409). `to`: the row whose key the body holds under that name gets what is taken. `log` is the row that is
   * written about it: `reference` points at the row, `amount` and `sets` are its values, `notes` those of its fields that the body may hold.
   */
  adjust?: {
    field: string
    amount: string
    direction: 'add' | 'take' | 'change'
    to?: string
    log?: AdjustLog
  }
  /** stats: what is worked out, over the rows that the caller may see. Sums of nothing are 0, averages and extremes null. */
  figures?: Figure[]
  range?: FigureRange
  /** report: by what rows are put together. The answer is in that order, or in that of the figure which `ranked` names. */
  grouped?: Grouping
  filters?: Filter[]
  /** list: filters by the name of a row that is joined to those of the list. */
  linked?: LinkFilter[]
  search?: string[]
  /** Query parameter of the search, where it is not `search`. */
  searchParam?: string
  sort?: { fields: string[]; default: string; defaultOrder: 'asc' | 'desc' }
  /** Extra computed fields of the answer: counts of children ("with task count"). */
  computed?: { name: string; kind: 'count'; of: string; through?: string }[]
  paginated: boolean
  /** Status of success. */
  status: number
  /** False for endpoints that the spec opens to everybody (health). */
  authenticated: boolean
  /** Why nothing deterministic can be written for it; null when the blueprint can. */
  unsupported: string | null
  source: Source
}

/** One number of an answer, or (`by`) one for each member of a field. */
export interface Figure {
  /** Its name in the answer, behind that of the object it lies in. */
  name: string[]
  entity: string
  function: 'count' | 'sum' | 'average' | 'minimum' | 'maximum'
  /** Number that is summed or compared; none for counts. */
  field?: string
  /** Only rows with these values, and for which this holds. */
  where?: Record<string, string | boolean>
  when?: Condition[]
  /** An enumeration or a flag: the figure is an object with a number for each of its members. */
  by?: string
}

/** Query parameters that bound a moment of the rows, both ends included. */
export interface FigureRange {
  from?: string
  to?: string
  /** Entity → its field that lies within. */
  fields: Record<string, string>
}

/** A moment's day, the week by its Monday, or the month, in UTC: `2026-01-05`, `2026-01`. */
export type Period = 'day' | 'week' | 'month'

/** What the rows that make one row of a report have in common. */
export interface Grouping {
  /** Its name in the answer. */
  name: string
  field: string
  /** Of a moment: the period, or those among which the query parameter `param` chooses, the usual one first. */
  periods?: Period[]
  param?: string
  /** Name in the answer → field of the row that `field` points at. */
  shows?: Record<string, string>
}

/** What holds for the rows of a list. `at-most`: the field is no more than another field of the row, or than a number. */
export type Condition =
  | { field: string; is: 'past' | 'future' | 'null' | 'not-null' }
  | { field: string; not: (string | boolean)[] }
  | { field: string; atMost: string | number }

export interface AdjustLog {
  entity: string
  reference: string
  amount: string
  sets: Record<string, string>
  notes: string[]
  /** Field that holds what the number was afterwards. */
  after?: string
  /** What is written about the row that `to` names, where that differs. */
  other?: Record<string, string>
}

export interface Filter {
  /** Query parameter name. */
  name: string
  field: string
  kind: 'equals' | 'in' | 'min' | 'max' | 'before' | 'after' | 'overdue' | 'contains'
  source: Source
}

/** Rows of which `field` points at a row of `target` whose unique field `by` holds the value; or which a row of `through` joins to one. */
export interface LinkFilter {
  /** Query parameter name. */
  name: string
  field?: string
  /** `own` points at the row of the list, `field` at that of `target`. */
  through?: { entity: string; own: string; field: string }
  target: string
  by: string
}

export interface Seed {
  entity: string
  row: Record<string, string | number | boolean | null>
  source: Source
}

export interface Workflow {
  name: string
  role: string | null
  /** What the user wants; `''` when the text does not say. */
  goal: string
  steps: string[]
  /** How to see that it worked; `''` when the text does not say. */
  success: string
  /** What may go wrong, and what the user then sees. */
  failures: string[]
  source: Source
}

/** A screen of the front end, as the text describes it. */
export interface Screen {
  name: string
  /** Heading it stands under: `Manager Screens`; `''` without one. */
  group: string
  purpose: string
  /** Lists under labels: `Key Elements`, `Actions`; `''` for a list without one. */
  details: { title: string; items: string[] }[]
  source: Source
}

/** What the front end needs first. */
export interface Priority {
  /** As written: `Must Have (MVP)`; `''` when the text gives none. */
  level: string
  features: string[]
  source: Source
}

/** One rule sentence of the spec. Never dropped: `effects` empty means a model is needed. */
export interface Rule {
  /** Order of appearance, from 1. */
  id: number
  /** The sentence as written. */
  text: string
  entity: string | null
  effects: RuleEffect[]
  /** `compiled`: the effects say all of it. `partly`: `missing` says what is left. `unparsed`: nothing recognised. */
  status: 'compiled' | 'partly' | 'unparsed'
  missing?: string
  source: Source
}

/** What the deterministic engine can do about a rule. Operations: which endpoints it bears on. */
export type RuleEffect =
  /** Already carried by the fields (unique, required, length, range, pattern, enum, optional, default). `invalid` names the check. */
  | {
      kind: 'field'
      entity: string
      field: string
      check: 'unique' | 'required' | 'length' | 'range' | 'pattern' | 'format' | 'enum' | 'optional' | 'default' | 'type'
    }
  | { kind: 'future'; entity: string; field: string; on: 'create' | 'write' }
  | { kind: 'past'; entity: string; field: string; on: 'create' | 'write' }
  /** `after` never lies before `before`; with `strict` they are not equal either. */
  | { kind: 'order'; entity: string; before: string; after: string; strict?: true }
  /**
   * Only the owner (and `roles`) may do it; `via` when the owner is the parent's. Several fields: any of them. Rows whose `open.field` has
   * one of `open.values` are everybody's to see.
   */
  | {
      kind: 'owner'
      entity: string
      fields: string[]
      operations: ('list' | 'read' | 'create' | 'update' | 'delete')[]
      roles: string[]
      via?: { field: string; entity: string }
      open?: { field: string; values: (string | boolean)[] }
    }
  | { kind: 'role'; entity: string; operations: ('list' | 'read' | 'create' | 'update' | 'delete')[]; roles: string[] }
  /** Only `roles` may use this one endpoint, whatever else may be done with its entity. */
  | { kind: 'endpoint-role'; entity: string | null; method: Endpoint['method']; path: string; roles: string[] }
  /** Only `roles` may change this field. */
  | { kind: 'role-field'; entity: string; field: string; roles: string[] }
  /** The referenced row must have `field` = `value`. */
  | { kind: 'reference-state'; entity: string; reference: string; target: string; field: string; value: string | boolean }
  /** No delete while `child` rows point here (and match `where`: field not in / in). */
  | {
      kind: 'delete-guard'
      entity: string
      child: string
      childField: string
      where?: { field: string; in?: (string | boolean)[]; notIn?: (string | boolean)[] }
    }
  /** The row gets none of `values` while `child` rows point here (and match `where`). */
  | {
      kind: 'move-guard'
      entity: string
      field: string
      values: string[]
      child: string
      childField: string
      where?: { field: string; in?: (string | boolean)[]; notIn?: (string | boolean)[] }
    }
  /** No delete (or update) while `field` has one of the values. */
  | { kind: 'state-guard'; entity: string; operations: ('update' | 'delete')[]; field: string; values: (string | boolean)[] }
  /** No children while the parent's field has one of the values. */
  | { kind: 'parent-guard'; entity: string; parentField: string; parent: string; field: string; values: (string | boolean)[] }
  /** Setting `field` to `value` sets `target` to now. */
  | { kind: 'stamp'; entity: string; field: string; value: string | boolean; target: string }
  /** These values never stand together. */
  | { kind: 'exclusive'; entity: string; a: { field: string; value: string | boolean }; b: { field: string; value: string | boolean } }
  /** Deleting removes the links or children. */
  | { kind: 'cascade'; entity: string; child: string }
  /** Deleting leaves `child` rows, whose `field` then is empty. */
  | { kind: 'cleared'; entity: string; child: string; field: string }
  | { kind: 'soft-delete'; entity: string }
  /** No endpoint changes it after creation. */
  | { kind: 'immutable'; entity: string }
  /** The operation is allowed although one might doubt it ("completed todos can still be edited"). */
  | { kind: 'allowed'; entity: string; operation: 'update' | 'delete'; where: { field: string; value: string | boolean } }
  /** The operation on an unknown row answers 404. */
  | { kind: 'not-found'; entity: string; method: Method; path: string }
  /** All endpoints but health refuse a caller without identity. */
  | { kind: 'authenticated'; entity: string | null }
  /** No two rows have the same values in all of these fields. */
  | { kind: 'unique-together'; entity: string; fields: string[] }
  /** Changes of an enumeration: pairs of the value before and the value after. What another sentence allows, no sentence refuses. */
  | { kind: 'transitions'; entity: string; field: string; refused: Move[]; allowed: Move[] }
  /** The database keeps it: over the `child` rows whose `reference` points at the row, their number or what the product of `of` makes. */
  | {
      kind: 'aggregate'
      entity: string
      field: string
      function: 'count' | 'sum' | 'average' | 'minimum' | 'maximum'
      child: string
      reference: string
      of: string[]
    }
  /** The server sets `field` to the product of other fields of the row. */
  | { kind: 'product'; entity: string; field: string; factors: string[] }
  /** On creation the server sets `field` to what `source` of the referenced row is. */
  | { kind: 'copied'; entity: string; field: string; reference: string; target: string; source: string }
  /** On creation the server sets `field` to a name for addresses, made from `source`. */
  | { kind: 'slug'; entity: string; field: string; source: string }
  /**
   * On creation the server sets `field` to `prefix` and the next number, in at least so many digits; with `year`, the year and that separator stand
   * before it, and each year begins with 1.
   */
  | { kind: 'number'; entity: string; field: string; prefix: string; digits: number; year?: string }
  /**
   * Such a change of a row (with `field`: one that gives that field another value) writes a row of `log`. `values` says what its fields hold: `entity`
   * stands for `title`, `action` for the word that `actions` has for the change, `before` and `after` for the values of `field`,
   * `was` for what the field of the same name was before, and `number` for how many were written about the row, this one included.
   */
  | {
      kind: 'record'
      entity: string
      log: string
      on: ('create' | 'update' | 'delete')[]
      field?: string
      values: Record<string, 'key' | 'caller' | 'now' | 'before' | 'after' | 'action' | 'entity' | 'was' | 'number'>
      actions?: Partial<Record<'create' | 'update' | 'delete', string>>
      title?: string
    }
  /** `field` is never more than `limit` of the referenced row. */
  | { kind: 'bound'; entity: string; field: string; reference: string; target: string; limit: string }
  /** Only creation sets it; a change of it is refused. */
  | { kind: 'fixed'; entity: string; field: string }
  /** These two fields never hold the same. */
  | { kind: 'distinct'; entity: string; fields: [string, string] }
  /** The endpoint at `path` changes no number of the row while `field` has one of the values. */
  | { kind: 'adjust-guard'; entity: string; path: string; field: string; values: (string | boolean)[] }
  /** What an endpoint takes from one row never goes to the same row. */
  | { kind: 'receiver'; entity: string }
  /** No more rows point at one row than a number, or than a field of that row, says. */
  | { kind: 'capacity'; entity: string; reference: string; target: string; limit: number | string }
  /**
   * Creating a row (one with such a value of `when`, if that is given) changes `field` of the referenced row by `amount`. Nothing takes it below
   * zero: 409.
   */
  | {
      kind: 'balance'
      entity: string
      reference: string
      target: string
      field: string
      amount: string
      direction: 'adds' | 'takes'
      when?: { field: string; values: string[] }
    }
  /** What rows of `of` took or added is undone when the row, to which they belong by `through`, reaches one of the values; without `when`, when it is deleted. */
  | { kind: 'reversal'; entity: string; of: string; through?: string; when?: { field: string; values: string[] } }
  /** Nothing that takes from `field` takes it below zero. */
  | { kind: 'floor'; entity: string; field: string }
  /** The server sets `field` to the caller's id; no request carries it. */
  | { kind: 'caller'; entity: string; field: string }
  /** `field` is demanded while the field of `when` has one of the values. */
  | { kind: 'required-when'; entity: string; field: string; when: { field: string; values: (string | boolean)[] } }
  /** The day lies at least so many years back. */
  | { kind: 'age'; entity: string; field: string; years: number }
  /** Of the rows with the same `fields`, one only has this flag. */
  | { kind: 'only-one'; entity: string; fields: string[]; flag: string }
  /** What the row that `reference` names holds in `field` is what the row itself, or the one that `other.reference` names, holds. */
  | { kind: 'agree'; entity: string; reference: string; target: string; field: string; other: { reference?: string; field: string } }
  /** What the rows that point at one hold in `field` is together no more than a number, or than a field of that row, says. */
  | { kind: 'sum-limit'; entity: string; field: string; reference: string; target: string; limit: number | string }
  /** No new row once the moment that the referenced row holds has passed. */
  | { kind: 'deadline'; entity: string; reference: string; target: string; field: string }
  /** Rows with the same `scope` never overlap; `start` belongs to them, `end` does not. Rows with one of the values of `except` do not count. */
  | { kind: 'no-overlap'; entity: string; scope: string; start: string; end: string; except?: { field: string; values: string[] } }

export type Move = [from: string, to: string]
