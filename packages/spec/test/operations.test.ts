import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ask } from './support/ask'

// What the text says an endpoint does. What it does not say stays for a model, with the reason.

const MODELS = `# Reading circle

## Models
- Member (id, handle string unique, email string unique, role: reader/editor, is_active boolean)
- Essay (id, slug string unique, title string, price decimal, status: draft/published, is_featured boolean, author_id FK members, published_at datetime)
- Follow (id, follower_id FK members, followed_id FK members)
- Bookmark (id, member_id FK members, essay_id FK essays)
- Remark (id, essay_id, author_id FK members, body text)
- Notice (id, member_id FK members, text string, is_read boolean)

## Endpoints
`

const api = (...lines: string[]) => ask(`${MODELS}${lines.map((line) => `- ${line}\n`).join('')}`)

describe('one change of many rows', () => {
  it.each([
    ['body: {ids: [1, 2], status: "published"}, returns the updated essays', { answer: 'rows' }],
    ['body: {ids: [1, 2], status: "published"}, returns {changed: int}', { answer: 'count', count: 'changed' }],
    ['body: {essay_ids: [1, 2], status: "published"}, answers with the number of rows', { ids: 'essay_ids', answer: 'count', count: 'updated' }],
    ['body: {ids: [1, 2], status: "published"}, response: 204', { answer: 'none' }],
  ])('is compiled when body and answer are stated: %s', (text, bulk) => {
    const endpoint = api(`POST /essays/bulk-update - ${text}`).endpoint('POST /essays/bulk-update')
    expect(endpoint).toMatchObject({
      operation: 'bulk',
      entity: 'Essay',
      unsupported: null,
      body: ['status'],
      bulk: { ids: 'ids', effect: 'update', ...bulk },
    })
    expect(endpoint.status).toBe(bulk.answer === 'none' ? 204 : 200)
  })

  it('is read from lines below the endpoint, too', () => {
    const { endpoint } = api(
      'POST /essays/bulk-update - Publish many\n  - Request: `ids` (array of ids), `status` (required)\n  - Response: the updated essays',
    )
    expect(endpoint('POST /essays/bulk-update')).toMatchObject({ unsupported: null, body: ['status'], bulk: { ids: 'ids', answer: 'rows' } })
  })

  it('deletes, or does what its verb says', () => {
    const { endpoint } = api('DELETE /essays/bulk - body: {ids: [1]}', 'POST /notices/mark-read - body: {ids: [1]}, returns {read: int}')
    expect(endpoint('DELETE /essays/bulk')).toMatchObject({ status: 204, bulk: { effect: 'delete', answer: 'none' } })
    expect(endpoint('POST /notices/mark-read')).toMatchObject({ sets: { is_read: true }, bulk: { effect: 'update', count: 'read' } })
  })

  it.each([
    ['POST /essays/bulk-update', 'Bulk update essays', 'request body and answer'],
    ['POST /essays/bulk-update', 'body: {ids: [1], status: "draft"}', 'the answer'],
    ['POST /essays/bulk-update', 'body: {ids: [1], mood: "good"}, returns the updated essays', 'known fields'],
    ['POST /essays/bulk-update', 'body: {ids: [1], slug: "a"}, returns the updated essays', 'one unique value to many rows'],
    ['POST /essays/bulk-import', 'body: {ids: [1]}, returns the essays', 'what changes in the rows'],
  ])('%s is left for a model: %s', (route, text, reason) => {
    expect(api(`${route} - ${text}`).endpoint(route)).toMatchObject({ operation: 'bulk', unsupported: expect.stringContaining(reason) })
  })
})

describe('the caller', () => {
  const { endpoint } = api(
    'GET /members/me',
    'PATCH /members/me - Update own profile',
    'GET /members/me/bookmarks',
    'GET /my/essays',
    'GET /essays/mine',
    'GET /notices - List own notices',
    'DELETE /me/notices/{id}',
    'POST /members/me/avatar',
    'GET /bookmarks - own bookmarks, admins see all',
  )

  it('changes the own row, but not the own rights', () => {
    expect(endpoint('PATCH /members/me')).toMatchObject({ operation: 'update', own: 'id', body: ['handle', 'email'], unsupported: null })
  })

  it.each([
    ['GET /members/me/bookmarks', 'Bookmark', 'member_id'],
    ['GET /my/essays', 'Essay', 'author_id'],
    ['GET /essays/mine', 'Essay', 'author_id'],
    ['GET /notices', 'Notice', 'member_id'],
  ])('sees the own rows: %s', (route, entity, own) => {
    expect(endpoint(route)).toMatchObject({ operation: 'list', entity, own, unsupported: null })
  })

  it('reaches single rows of the own', () => {
    expect(endpoint('DELETE /me/notices/{id}')).toMatchObject({ operation: 'delete', entity: 'Notice', own: 'member_id', param: 'id' })
  })

  it('is not told from others where the text lets them see more, and nothing is made up', () => {
    expect(endpoint('GET /bookmarks').own).toBeUndefined()
    expect(endpoint('POST /members/me/avatar').unsupported).toContain('is not stated')
  })

  it('has one row, of which nobody says what is left of it', () => {
    const shop = ask('# Shop\n\n## Models\n- User (id, email unique)\n- Cart (id, user_id)\n\n## Endpoints\n- GET /cart - my cart\n- DELETE /cart\n')
    expect(shop.spec.endpoints.map((one) => one.unsupported)).toEqual([null, expect.stringContaining('what is left')])
  })

  it('has one row whose parts belong to the answer', () => {
    const models = '- User (id, email unique)\n- Cart (id, user_id)\n- CartItem (id, cart_id, title)\n'
    const shop = ask(`# Shop\n\n## Models\n${models}\n## Endpoints\n- GET /cart - my cart\n`)
    expect(shop.spec.endpoints.map((one) => one.unsupported)).toEqual([expect.stringContaining('what belongs to the answer')])
  })
})

describe('whoever a row is about', () => {
  const text = (create: string) => `
Models:
- User (id, email: string unique)
- Team (id, name)
- Membership (id, team_id: FK to Team, user_id: FK to User, title: string optional)

Endpoints:
- ${create}
`

  it.each([
    ['POST /teams/{team_id}/memberships - Add a member to a team', ['user_id', 'title']],
    ['POST /memberships - Invite a new user', ['team_id', 'user_id', 'title']],
    ['POST /users/{user_id}/memberships - Make a membership', ['team_id', 'title']],
  ])('is named by who makes it: %s', (create, body) => {
    const { spec, field } = ask(text(create))
    expect(field('Membership', 'user_id').fromCaller).toBeUndefined()
    expect(spec.endpoints[0]?.body).toEqual(body)
  })

  it.each(['POST /teams/{team_id}/memberships - Join a team', 'POST /memberships - Create a membership'])('is the caller elsewhere: %s', (create) => {
    expect(ask(text(create)).field('Membership', 'user_id').fromCaller).toBe(true)
  })
})

describe('marks', () => {
  it('join the caller to a row by the entity that holds both', () => {
    const { endpoint } = api('POST /members/{id}/follow', 'DELETE /members/{id}/follow', 'POST /essays/{id}/bookmark', 'POST /essays/{id}/unbookmark')
    const follow = { through: 'Follow', target: 'followed_id', caller: 'follower_id' }
    expect(endpoint('POST /members/{id}/follow')).toMatchObject({ operation: 'mark', entity: 'Member', status: 200, mark: follow })
    expect(endpoint('DELETE /members/{id}/follow')).toMatchObject({ operation: 'unmark', status: 204, mark: follow })
    expect(endpoint('POST /essays/{id}/bookmark').mark).toEqual({ through: 'Bookmark', target: 'essay_id', caller: 'member_id' })
    expect(endpoint('POST /essays/{id}/unbookmark').operation).toBe('unmark')
  })

  it('hold each pair once', () => {
    expect(api('POST /essays/{id}/bookmark').entity('Bookmark').uniqueTogether).toEqual([['essay_id', 'member_id']])
  })

  it('bring their table along where no model has it', () => {
    const { endpoint, entity } = api('POST /essays/{id}/like')
    expect(endpoint('POST /essays/{id}/like')).toMatchObject({ operation: 'mark', mark: { through: 'EssayLike', caller: 'member_id' } })
    expect(entity('EssayLike')).toMatchObject({ table: 'essay_likes', key: ['essay_id', 'member_id'] })
  })

  it('are neither comments nor verbs that change a field', () => {
    const { endpoint } = api('POST /essays/{id}/remarks', 'POST /essays/{id}/publish', 'POST /essays/{id}/celebrate')
    expect(endpoint('POST /essays/{id}/remarks').operation).toBe('nested-create')
    expect(endpoint('POST /essays/{id}/publish')).toMatchObject({ operation: 'action', sets: { status: 'published' } })
    expect(endpoint('POST /essays/{id}/celebrate').unsupported).not.toBeNull()
  })

  it('do not keep counters that no rule defines', () => {
    const text =
      '# Blog\n\n## Models\n- User (id, email unique)\n- Post (id, title string, like_count integer)\n\n## Endpoints\n- POST /posts/{id}/like\n'
    expect(ask(text).endpoint('POST /posts/{id}/like').unsupported).toContain('like_count')
  })

  it('show the people they join', () => {
    const { endpoint } = api('GET /members/{id}/followers', 'GET /members/{id}/following', 'GET /members/{id}/friends')
    expect(endpoint('GET /members/{id}/followers').parent?.ends).toEqual(['followed_id', 'follower_id'])
    expect(endpoint('GET /members/{id}/following').parent?.ends).toEqual(['follower_id', 'followed_id'])
    expect(endpoint('GET /members/{id}/friends').unsupported).not.toBeNull()
  })
})

describe('rows named by another field than their key', () => {
  const { endpoint } = api(
    'GET /essays/{slug}',
    'GET /members/{handle}/followers',
    'GET /essays/{slug}/remarks',
    'GET /essays/{title}',
    'GET /notices/{notice_id}',
  )

  it('are found by a unique field', () => {
    expect(endpoint('GET /essays/{slug}')).toMatchObject({ operation: 'get', lookup: 'slug', unsupported: null })
    expect(endpoint('GET /members/{handle}/followers').parent).toMatchObject({ entity: 'Member', lookup: 'handle' })
    expect(endpoint('GET /essays/{slug}/remarks').parent).toMatchObject({ field: 'essay_id', lookup: 'slug' })
    expect(endpoint('GET /notices/{notice_id}').lookup).toBeUndefined()
  })

  it('are left for a model where the field is not unique', () => {
    const titled = api('GET /essays/{title}')
    expect(titled.endpoint('GET /essays/{title}').unsupported).toContain('is not unique')
  })
})

describe('lists', () => {
  it('hold rows in the state that the path names', () => {
    const { endpoint } = api('GET /essays/published', 'GET /essays/drafts', 'GET /essays/featured', 'GET /essays/popular')
    expect(endpoint('GET /essays/published')).toMatchObject({ operation: 'list', where: { status: 'published' } })
    expect(endpoint('GET /essays/drafts').where).toEqual({ status: 'draft' })
    expect(endpoint('GET /essays/featured').where).toEqual({ is_featured: true })
    expect(endpoint('GET /essays/popular').unsupported).not.toBeNull()
  })

  it('have a bound on each side for a range', () => {
    const { endpoint } = api('GET /essays - List essays (filter by price range, published date range)')
    expect(endpoint('GET /essays').filters?.map(({ name, kind, field }) => [name, kind, field])).toEqual([
      ['min_price', 'min', 'price'],
      ['max_price', 'max', 'price'],
      ['published_after', 'after', 'published_at'],
      ['published_before', 'before', 'published_at'],
    ])
  })
})

describe('flags', () => {
  it('are turned by the only name that fits', () => {
    const { endpoint } = api('POST /essays/{id}/toggle-featured', 'POST /notices/{id}/toggle', 'POST /essays/{id}/toggle-mood')
    expect(endpoint('POST /essays/{id}/toggle-featured')).toMatchObject({ operation: 'action', toggles: 'is_featured', unsupported: null })
    expect(endpoint('POST /notices/{id}/toggle').toggles).toBe('is_read')
    expect(endpoint('POST /essays/{id}/toggle-mood').unsupported).not.toBeNull()
  })
})

it('leaves nothing of the specification that shows them all', () => {
  const { spec } = ask(readFileSync(new URL('../../../test/specs/reading-circle.md', import.meta.url), 'utf8'))
  expect(spec.endpoints.filter((endpoint) => endpoint.unsupported !== null)).toEqual([])
  expect(spec.rules.filter((rule) => rule.status !== 'compiled')).toEqual([])
})
