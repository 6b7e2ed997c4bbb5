import { type ApiSpec, readSpec } from '@forge/spec'
import { projectFiles } from '@forge/templates'
import { describe, expect, test } from 'vitest'
import { tracker } from '../../spec/test/fixtures/tracker'
import { emitApp } from '../src/emit/app'
import { workshop } from './fixtures/workshop'

const filesOf = (spec: ApiSpec) => new Map(emitApp(spec).map(({ path, content }) => [path, content]))
const files = filesOf(tracker)
const text = (path: string, of = files): string => {
  const content = of.get(path)
  if (content === undefined) throw new Error(`${path} was not emitted; there are ${[...of.keys()].join(', ')}`)
  return content
}
/** Method and path of every route, as the routers declare them. */
const declared = (of: Map<string, string>, prefix: string) =>
  [...of]
    .flatMap(([path, content]) => (path.startsWith('app/routers/v1/') ? [...content.matchAll(/@router\.(\w+)\(\s*"([^"]*)"/g)] : []))
    .map(([, method, path]) => `${method!.toUpperCase()} ${prefix}${path}`)

describe('the emitted application', () => {
  test.each([
    ['tracker', tracker, '/api/v1'],
    ['workshop', workshop, ''],
  ] as const)('has a route for each endpoint that it can have, and no other: %s', (_, spec, prefix) => {
    const wanted = spec.endpoints
      .filter((each) => each.unsupported === null && each.operation !== 'health')
      .map(({ method, path }) => `${method} ${path}`)
    expect(declared(filesOf(spec), prefix).sort()).toEqual(wanted.sort())
  })

  test('is the same every time', () => {
    expect(emitApp(structuredClone(tracker))).toEqual(emitApp(tracker))
  })

  test('overwrites no file that all projects share', () => {
    const shared = new Set(projectFiles().map(({ path }) => path))
    expect([...files.keys(), ...filesOf(workshop).keys()].filter((path) => shared.has(path))).toEqual([])
  })

  test('declares literal paths before parameters', () => {
    const users = text('app/routers/v1/users.py')
    expect(users.indexOf('"/users/me"')).toBeGreaterThan(0)
    expect(users.indexOf('"/users/me"')).toBeLessThan(users.indexOf('"/users/{id}"'))
  })

  test('keeps JSON names, and gives Python its own', () => {
    const schema = text('app/schemas/workshop.py', filesOf(workshop))
    expect(schema).toContain('class_: WorkshopClass = Field(default=WorkshopClass.IN_HOUSE, alias="class")')
    expect(schema).toContain('owner_id: UUID = Field(serialization_alias="ownerId")')
    expect(schema).not.toContain('password')
  })

  test('tells strict order from order, and refuses once what two sentences forbid', () => {
    const source = `Trips API

User: email (required), is_active (bool, default true)
Trip: title (required), starts_at (datetime), ends_at (datetime), min_seats (int), max_seats (int), assignee_id

CRUD for both.

Rules:
- ends_at must be after starts_at
- max_seats must be greater than or equal to min_seats
- Cannot assign trips to inactive users
- assignee_id: must reference existing active user
`
    const service = text('app/services/trip.py', filesOf(readSpec(source)))
    expect(service).toContain('trip.starts_at >= trip.ends_at')
    expect(service).toContain('"must lie after starts_at"')
    expect(service).toContain('trip.min_seats > trip.max_seats')
    expect(service.match(/assignee_row\.is_active is not True/g)).toHaveLength(1)
    expect(service).toContain('raise RuleViolationError("Cannot assign trips to inactive users")')
    expect(service).not.toContain('must reference existing active user')
  })

  test("shows pages under the specification's own names", () => {
    const paging = { ...tracker.paging, names: { items: 'data', total_pages: 'totalPages' } }
    const pagination = text('app/pagination.py', filesOf({ ...tracker, paging }))
    expect(pagination).toContain('    data: list[Row]\n')
    expect(pagination).toContain('"data": found.rows')
    expect(pagination).toContain('total_pages: int = Field(alias="totalPages")')
    expect(pagination).not.toContain('items')
  })

  test('leaves uniqueness to the database', () => {
    expect(text('app/models/user.py')).toContain('email: Mapped[str] = mapped_column(sa.String(255), unique=True)')
    const migration = text('alembic/versions/0001_create_tables.py')
    expect(migration).toContain('sa.UniqueConstraint("email", name=op.f("uq_users_email"))')
    expect(migration).toContain('op.create_index("uq_tags_name_lower", "tags", [sa.text("lower(name)")], unique=True)')
  })

  test('takes away in the opposite order of creation', () => {
    const [up = '', down = ''] = text('alembic/versions/0001_create_tables.py').split('def downgrade')
    const created = [...up.matchAll(/create_table\(\s*"(\w+)"/g)].map(([, table]) => table)
    expect([...down.matchAll(/drop_table\("(\w+)"\)/g)].map(([, table]) => table)).toEqual(created.reverse())
    expect(created).toHaveLength(tracker.entities.length)
  })

  test('refuses with the words of the rule', () => {
    expect(text('app/services/project.py')).toContain('raise RuleViolationError("Cannot delete a project that has tasks")')
  })

  test('emits only the helpers that are used', () => {
    const few = filesOf({ ...tracker, endpoints: tracker.endpoints.filter(({ operation }) => operation === 'me') })
    expect(text('app/services/rows.py', few)).not.toContain('def delete_row')
    expect([...few.keys()]).not.toContain('app/services/filters.py')
  })

  test('gives seed rows without a key one of their own, so that a second start adds none', () => {
    const seed = text('app/seed.py', filesOf(workshop))
    expect(seed).toContain('{"id": 3, "name": "Welding"}')
    expect(seed).toContain('{"id": 1, "name": "Turning"}')
  })

  test('survives entities that are named like what the libraries call theirs', () => {
    const renamed = JSON.parse(JSON.stringify(tracker).replaceAll('"Tag"', '"Page"').replaceAll('"Project"', '"Response"')) as ApiSpec
    const of = filesOf(renamed)
    expect(text('app/schemas/page.py', of)).toContain('class PagePage(Page[PageRead]):')
    expect(text('app/services/page.py', of)).toContain('sa.select(models.Page)')
    expect(text('app/routers/v1/projects.py', of)).toContain('-> models.Response:')
  })

  test('cannot be broken by what the specification says', () => {
    const hostile = '"""\\" {x} \u0000 \u2028 """); import os # \ud83d\ude00'
    const of = filesOf({
      ...tracker,
      title: hostile,
      description: hostile,
      endpoints: tracker.endpoints.map((endpoint) => ({ ...endpoint, summary: hostile })),
      rules: tracker.rules.map((rule) => ({ ...rule, text: hostile })),
    })
    for (const content of of.values()) expect(content.split('"""').length % 2).toBe(1)
    expect(text('app/routers/v1/tasks.py', of)).not.toMatch(/^import os/m)
  })
})

describe('the files that all projects share', () => {
  test('have the names that they have in a project', () => {
    const shared = new Map(projectFiles().map((file) => [file.path, file]))
    expect(shared.get('init.sh')?.executable).toBe(true)
    expect(shared.get('.env.example')?.content).toContain('DATABASE_URL=')
    expect([...shared.keys()].filter((path) => path.startsWith('dot-') || path.includes('__pycache__'))).toEqual([])
  })
})
