import type { FieldFacts } from '../facts'
import { unquote } from './members'
import type { Production } from './production'

/** Presence, uniqueness, who sets it, references and defaults. */
export const FLAGS: Production[] = [
  [
    /^(?:always )?(?:required|mandatory|not null|non-null(?:able)?|not nullable|cannot be null)$/i,
    (f) => {
      f.required = true
      f.nullable = false
    },
  ],
  [
    /^(?:optional|not required|may be (?:empty|omitted))$/i,
    (f) => {
      f.required = false
    },
  ],
  [
    /^(?:nullable|null|can be null|may be null|null allowed|or null|allow(?:s)? null|default:? null|defaults to null)$/i,
    (f) => {
      f.nullable = true
      f.required ??= false
    },
  ],
  [
    /^can be null or empty(?: string)?$|^can be (?:empty|blank)$/i,
    (f) => {
      f.nullable = true
      f.required = false
    },
  ],
  [
    /^(?:must be |globally )?unique(?: constraint| index| key)?$/i,
    (f) => {
      f.unique ??= 'exact'
    },
  ],
  [
    /^(?:must be )?unique[ (]+(?:case[- ]insensitive|ignoring case)\)?$|^case[- ]insensitive(?:ly)? unique$|^case[- ]insensitive$/i,
    (f) => {
      f.unique = 'case-insensitive'
    },
  ],
  [
    /^(?:indexed?|db index|with index)$/i,
    (f) => {
      f.indexed = true
    },
  ],
  [
    /^(?:primary(?: key)?|pk|primary key.*|identifier)$/i,
    (f) => {
      f.primary = true
      f.readOnly = true
    },
  ],
  [
    /^(?:auto|auto[- ]?increment(?:ed|s)?|auto[- ]?generated|generated|server[- ]generated|system[- ]generated|auto-?set|computed|calculated|read[- ]?only|set by (?:the )?(?:server|system)|managed by (?:the )?(?:server|system)|automatic(?:ally)?(?: (?:set|generated))?|derived)$/i,
    (f) => {
      f.readOnly = true
    },
  ],
  [
    /^(?:auto[- ]?(?:set|updated?|generated|managed)?|set|updated?|automatic(?:ally)?(?: set| updated)?)\s*(?:timestamp )?(?:on|at|when|upon)\s*(?:every |each )?(?:create|creation|insert|created)$|^auto_?now_?add$|^(?:set|auto)[- ]on[- ]create$/i,
    (f) => {
      f.readOnly = true
      f.auto = 'created'
    },
  ],
  [
    /^(?:auto[- ]?(?:set|updated?|generated|managed)?|set|updated?|automatic(?:ally)?(?: set| updated)?)\s*(?:on|at|when|upon|with)\s*(?:every |each )?(?:updated?|change|write|modification|save)$|^auto_?now$|^on ?update.*$/i,
    (f) => {
      f.readOnly = true
      f.auto = 'updated'
    },
  ],
  [
    /^(?:write[- ]?only|hashed|encrypted|never returned|not returned|hidden|bcrypt(?: hash(?:ed)?)?|hashed with .*|stored hashed)$/i,
    (f) => {
      f.writeOnly = true
    },
  ],
  [
    /^(?:foreign key|fk|references?|reference to|ref|belongs to|links? to|link to|points to|relation to|id of(?: the)?)$/i,
    (f) => {
      f.references = ''
    },
  ],
  [
    /^(?:must reference |(?:integer |int |uuid )?(?:foreign key|fk|references?|ref|belongs to|reference to|links? to|points to)[:\s]*)(?:\(|to |→|->|=>|on |an? |the |existing )*\s*["'`]?([A-Za-z_]\w*)["'`]?(?:\s*[.(]\s*\w+\s*\)?)?\)?(?:\s+(?:table|model|entity))?(?:\s+on delete (cascade|set null|restrict|no action))?$/i,
    (f, m) => {
      f.references = m[1]!
      setOnDelete(f, m[2])
    },
  ],
  [
    /^(?:→|->|=>)\s*["'`]?([A-Za-z_]\w*)["'`]?(?:\s*[.(]\s*\w+\s*\)?)?$/,
    (f, m) => {
      f.references = m[1]!
    },
  ],
  [
    /^([a-z]\w*)\.(?:id|uuid|_id)$/i,
    (f, m) => {
      f.references = m[1]!
    },
  ],
  [/^on delete:? (cascade|set null|restrict|no action|protect)$|^(cascade)(?: delete)?$/i, (f, m) => setOnDelete(f, m[1] ?? m[2])],
  [/^default(?:s)?(?: value)?(?: is| to)?\s*[:=]?\s*(.+)$|^=\s*(.+)$/i, (f, m) => setDefault(f, (m[1] ?? m[2])!)],
]

function setOnDelete(facts: FieldFacts, word: string | undefined): void {
  const rule = word?.toLowerCase()
  if (rule === 'cascade') facts.onDelete = 'cascade'
  else if (rule === 'set null') facts.onDelete = 'set-null'
  else if (rule !== undefined) facts.onDelete = 'restrict'
}

function setDefault(facts: FieldFacts, text: string): void {
  const value = unquote(text.replace(/::.*$/, ''))
  if (/^(now|now\(\)|current[_ ]timestamp|current_date|now\(\) at.*|current (time|date|datetime)|today|creation time|timestamp)$/i.test(value)) {
    facts.auto = 'created'
    return
  }
  if (/^(null|none)$/i.test(value)) facts.nullable = true
  else if (/^(gen_random_uuid|uuid_generate_v4|uuid4?|nextval|auto)\b/i.test(value)) facts.readOnly = true
  else if (/^(true|false)$/i.test(value)) facts.default = value.toLowerCase() === 'true'
  else if (/^-?\d+(\.\d+)?$/.test(value) && !/^["']/.test(text.trim())) facts.default = Number(value)
  else facts.default = value
}
