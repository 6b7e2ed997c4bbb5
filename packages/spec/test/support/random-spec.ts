/** Numbers in [0, 1), the same ones every time. */
export function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

const ENTITIES = [
  'Task',
  'Rule',
  'Error',
  'Page',
  'Test',
  'UserGroup',
  'Order',
  'Class',
  'Category',
  'Status',
  'Screen',
  'Address',
  'TimeEntry',
  'Seed',
  'Role',
]
const FIELDS = [
  'code',
  'title',
  'dueDate',
  'price',
  'isOpen',
  'notes',
  'class',
  'metadata',
  'homepage',
  'quantity',
  'ratio',
  'opens',
  'kind',
  'state',
  'sku',
]
const TYPES = ['string', 'text', 'integer', 'bigint', 'boolean', 'datetime', 'date', 'time', 'decimal(8,3)', 'float', 'uuid', 'json', 'email', 'url']
const FORMS = ['# {title}', '{title}\n======']

/** A specification made up at random, in one of the forms that people use; the same for the same seed. */
export function randomSpec(seed: number): string {
  const next = numbers(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!
  const some = <T>(list: readonly T[], least: number): T[] => {
    const kept = list.filter(() => next() < 0.35)
    return kept.length >= least ? kept : list.slice(0, least)
  }
  const entities = some(ENTITIES, 2)
  const withUser = next() < 0.6
  const models = entities.map((name) => {
    const others = some(
      entities.filter((one) => one !== name),
      0,
    ).slice(0, 2)
    return [
      `### ${name}`,
      next() < 0.7 ? `- id (${pick(['integer', 'uuid'])}, primary key)` : '',
      ...some(FIELDS, 2).map((field) => `- ${field}: ${randomField(next, pick)}`),
      ...others.map(
        (other) =>
          `- ${other}_id: ${pick(['reference to', 'foreign key to'])} ${other}, ${pick(['required', 'optional', 'nullable, on delete cascade', 'on delete set null'])}`,
      ),
      withUser && next() < 0.4 ? '- owner_id: reference to User' : '',
      next() < 0.5 ? '- created_at: datetime, auto-set on create' : '',
      next() < 0.3 ? '- updated_at' : '',
    ]
      .filter((line) => line !== '')
      .join('\n')
  })
  const user = withUser
    ? ['### User\n- id: integer, primary key\n- email: email, required, unique\n- role: enum: admin, member (default: member)\n- is_active: boolean']
    : []
  return [
    pick(FORMS).replace('{title}', pick(['Field service API', 'Shop backend'])),
    pick(['', 'Keeps what a small firm has to keep of its customers and their work.']),
    pick(['', '## Authentication\n- Header X-User-ID is required', '## Authentication\nNo authentication.']),
    pick(['', '## Pagination\n- limit: default 10, max 50\n- offset: default 0', '## Pagination\nNo pagination.']),
    pick([
      '',
      '## Errors\n```json\n{"error": "not_found", "message": "text"}\n```\n- 400: validation failed',
      '## Errors\n- 403: the row belongs to another user',
    ]),
    '## Data Models',
    ...user,
    ...models,
    '## API Endpoints',
    ...(next() < 0.5 ? [`CRUD for ${entities.join(', ')}`] : entities.slice(0, 3).map((name) => randomEndpoints(name, next))),
    '## Business Rules',
    ...some(
      [
        `- ${entities[0]} code must be unique`,
        `- A ${entities[1]} cannot be deleted`,
        `- Only admins can delete a ${entities[0]}`,
        '- Everything is archived at night',
      ],
      1,
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function randomField(next: () => number, pick: <T>(list: readonly T[]) => T): string {
  if (next() < 0.15) return `enum: "${pick(['a', 'not yet'])}", "b-1", "C"${next() < 0.5 ? ', default: "C"' : ''}`
  const type = pick(TYPES)
  const parts = [next() < 0.1 ? `list of ${type}` : type]
  const text = type === 'string' || type === 'text'
  if (text && next() < 0.4) parts.push(`min length ${1 + Math.floor(next() * 3)}`)
  if (text && next() < 0.4) parts.push(`max ${10 + Math.floor(next() * 90)} characters`)
  if (type === 'string' && next() < 0.2) parts.push(pick(['alphanumeric', 'pattern: ^[A-Z]{2,3}-[0-9]+$', 'slug']))
  if (/integer|decimal|float/.test(type) && next() < 0.5) parts.push(pick(['positive', 'min 0', '1-5', '> 0', '<= 99']))
  if (/integer/.test(type) && next() < 0.2) parts.push('default: 3')
  if (text && next() < 0.2) parts.push(`default: ${pick(['open', '"two words"'])}`)
  parts.push(
    ...pick([[], ['required'], ['optional'], ['nullable'], ['unique'], ['unique', 'case-insensitive'], ['indexed'], ['read-only'], ['write-only']]),
  )
  return parts.join(', ')
}

function randomEndpoints(name: string, next: () => number): string {
  const path = `/api/v1/${name.toLowerCase()}s`
  const lines = [
    `- GET ${path} - List (filters: code, kind; search in title; sort by price)`,
    `- POST ${path} - Create${next() < 0.3 ? ' (admin only)' : ''}`,
    `- GET ${path}/{id}`,
    `- PATCH ${path}/:id — Change`,
    `- DELETE ${path}/{id}${next() < 0.3 ? ' (soft delete)' : ''}`,
  ]
  return lines.filter(() => next() < 0.85).join('\n')
}
