import { describe, expect, it } from 'vitest'
import { ask } from './support/ask'

// Lists, figures, trees and actions that the path names and the models explain; what they do not explain stays for a model.

const MODELS = `# Works API

## Models
- Person (id, email string unique, name string, role: chief/worker)
- Site (id, name string, is_archived boolean)
- Job (id, title string, state: open/running/done, urgency: low/high, due_on date, lead_id FK persons, site_id FK sites, views integer, done_at datetime nullable, created_at)
- Part (id, code string unique, label string, stock integer, reorder_level integer, price decimal)
- Topic (id, name string, parent_id FK topics nullable)
- Sale (id, person_id FK persons, total decimal, state: placed/settled/cancelled, shipping_code string nullable, cancel_reason string nullable, created_at)
- Shift (id, person_id FK persons, starts_at datetime, ends_at datetime, state: planned/cancelled)
- Note (id, job_id FK jobs, parent_id FK notes nullable, body text)
- Crew (id, site_id FK sites, person_id FK persons, duty: lead/help)
- Mark (id, label string)

## Endpoints
`
const api = (...lines: string[]) => ask(`${MODELS}${lines.map((line) => `- ${line}\n`).join('')}`)
const one = (line: string) => api(line).endpoint(line.match(/^\S+ [^\s?]+/)![0])

describe('a list by its name', () => {
  it.each([
    ['GET /jobs/recent', { ranked: { by: 'created_at', order: 'desc' } }],
    ['GET /jobs/latest?limit=5', { ranked: { by: 'created_at', limit: { name: 'limit', default: 10, max: 100 } }, paginated: false }],
    ['GET /jobs/popular', { ranked: { by: 'views', order: 'desc' } }],
    ['GET /jobs/most-viewed - the top 3 jobs', { ranked: { by: 'views', limit: { default: 3 } } }],
    [
      'GET /jobs/overdue',
      {
        when: [
          { field: 'due_on', is: 'past' },
          { field: 'state', not: ['done'] },
        ],
      },
    ],
    [
      'GET /shifts/upcoming',
      {
        when: [
          { field: 'starts_at', is: 'future' },
          { field: 'state', not: ['cancelled'] },
        ],
        ranked: { by: 'starts_at', order: 'asc' },
      },
    ],
    ['GET /sites/active', { where: { is_archived: false } }],
    ['GET /parts/low-stock', { when: [{ field: 'stock', atMost: 'reorder_level' }] }],
    ['GET /parts/out-of-stock', { when: [{ field: 'stock', atMost: 0 }] }],
    ['GET /jobs/by-state/{state}', { matches: { param: 'state', field: 'state' } }],
    ['GET /parts/search?q=', { searchParam: 'q' }],
    ['GET /topics/roots', { when: [{ field: 'parent_id', is: 'null' }] }],
  ])('%s', (line, expected) => expect(one(line)).toMatchObject({ operation: 'list', unsupported: null, ...expected }))

  it('is that of the row which a path names', () => {
    expect(one('GET /jobs/by-site/{site_id}')).toMatchObject({ operation: 'nested-list', parent: { entity: 'Site', field: 'site_id' } })
    expect(one('GET /persons/by-email/{email}')).toMatchObject({ operation: 'get', lookup: 'email' })
  })

  it.each([
    'GET /parts/recent',
    'GET /sites/popular',
    'GET /jobs/trending - by engagement',
    'GET /marks/overdue',
    'GET /parts/low-stock - below the level',
  ])('%s is left for a model', (line) => expect(one(line).unsupported).not.toBeNull())
})

describe('a filter by the name of a joined row', () => {
  const LINKS = `${MODELS.replace('- Mark (id, label string)', '- Mark (id, label string unique)\n- JobMark (job_id FK jobs, mark_id FK marks)')}
- GET /persons/by-email/{email}
`
  const linked = (line: string) => ask(`${LINKS}- ${line}\n`).endpoint(line.match(/^\S+ [^\s?]+/)![0])

  it('goes by the only unique name, or by that which the text or a path says', () => {
    expect(linked('GET /jobs?mark=').linked).toMatchObject([
      { name: 'mark', target: 'Mark', by: 'label', through: { own: 'job_id', field: 'mark_id' } },
    ])
    expect(linked('GET /jobs?lead=').linked).toEqual([{ name: 'lead', field: 'lead_id', target: 'Person', by: 'email' }])
    expect(linked('GET /jobs?lead=').filters).toEqual([])
  })

  it('is one by the key where nothing says so', () => {
    expect(linked('GET /jobs?site=')).toMatchObject({ filters: [{ name: 'site', field: 'site_id', kind: 'equals' }] })
    expect(linked('GET /jobs?site=').linked).toBeUndefined()
    expect(linked('GET /jobs?lead_id=').linked).toBeUndefined()
  })
})

describe('a report', () => {
  const figures = (line: string) => one(line).figures?.map((each) => [each.name.join('.'), each.function, each.field ?? null])

  it.each([
    [
      'GET /reports/sales?group_by=&from=&to= - sales per day',
      { name: 'day', field: 'created_at', periods: ['day', 'week', 'month'], param: 'group_by' },
    ],
    ['GET /analytics/jobs/monthly', { name: 'month', field: 'created_at', periods: ['month'] }],
    ['GET /reports/sales-by-state', { name: 'state', field: 'state' }],
    ['GET /reports/jobs - jobs by urgency [{"urgency": "low", "jobs": 3}]', { name: 'urgency', field: 'urgency' }],
    ['GET /reports/sales/daily - [{"date": "2026-01-05", "total": "12.00"}]', { name: 'date', field: 'created_at', periods: ['day'] }],
  ])('%s', (line, grouped) => expect(one(line)).toMatchObject({ operation: 'report', unsupported: null, grouped }))

  it('says how many there are, what they sum up to, and what an example names', () => {
    expect(figures('GET /reports/revenue - revenue per month')).toEqual([
      ['count', 'count', null],
      ['revenue', 'sum', 'total'],
    ])
    expect(figures('GET /reports/sales/daily - [{"day": "2026-01-05", "sales_count": 2, "settled": 1, "average_total": 1.5}]')).toEqual([
      ['sales_count', 'count', null],
      ['settled', 'count', null],
      ['average_total', 'average', 'total'],
    ])
  })

  it('lies between two days', () => {
    expect(one('GET /reports/sales - daily sales (from, to)').range).toEqual({ from: 'from', to: 'to', fields: { Sale: 'created_at' } })
  })

  it.each([
    'GET /reports/sales - sales of settled customers per day',
    'GET /reports/visitors - unique visitors per day',
    'GET /reports/sales - sales per day between two dates',
    'GET /reports/sales/daily?region=',
    'GET /reports/sales/daily - [{"day": "05.01.2026", "count": 2}]',
    'GET /reports/sales/daily - [{"day": "2026-01-05", "growth": 2}]',
    'GET /reports/jobs-by-lead',
    'GET /reports/top-persons - top persons',
    'GET /reports/marks/daily',
  ])('%s is left for a model', (line) => expect(one(line).unsupported).not.toBeNull())
})

describe('figures', () => {
  const figures = (line: string) => one(line).figures?.map((each) => [each.name.join('.'), each.entity, each.function, each.field ?? each.by ?? null])

  it('are told in words, in an example, or are the number of rows', () => {
    expect(figures('GET /stats - number of jobs, average price of parts')).toEqual([
      ['number_of_jobs', 'Job', 'count', null],
      ['average_price_of_parts', 'Part', 'average', 'price'],
    ])
    expect(figures('GET /stats - total sales, total revenue, sales by state')).toEqual([
      ['total_sales', 'Sale', 'count', null],
      ['total_revenue', 'Sale', 'sum', 'total'],
      ['sales_by_state', 'Sale', 'count', 'state'],
    ])
    expect(figures('GET /sales/summary - Response: {"count": 3, "settled": 1, "averageTotal": 2.5, "by_state": {"placed": 2}}')).toEqual([
      ['count', 'Sale', 'count', null],
      ['settled', 'Sale', 'count', null],
      ['averageTotal', 'Sale', 'average', 'total'],
      ['by_state', 'Sale', 'count', 'state'],
    ])
    expect(figures('GET /dashboard - Response: {"jobs": {"total": 4, "completed": 1}, "sites": 2}')).toEqual([
      ['jobs.total', 'Job', 'count', null],
      ['jobs.completed', 'Job', 'count', null],
      ['sites', 'Site', 'count', null],
    ])
    expect(figures('GET /jobs/count')).toEqual([['count', 'Job', 'count', null]])
  })

  it('lie between two moments, and below one row', () => {
    expect(one('GET /sales/stats?from=&to= - total, revenue').range).toEqual({ from: 'from', to: 'to', fields: { Sale: 'created_at' } })
    expect(one('GET /sites/{id}/stats - total jobs, done jobs')).toMatchObject({
      operation: 'stats',
      entity: 'Job',
      parent: { entity: 'Site', field: 'site_id' },
    })
  })

  it.each(['GET /sales/stats', 'GET /sales/stats - growth rate, churn', 'GET /dashboard - key metrics', 'GET /stats - average rating'])(
    '%s is left for a model',
    (line) => expect(one(line).unsupported).toContain('figures'),
  )
})

describe('a tree', () => {
  it.each([
    ['GET /topics/tree', 'tree'],
    ['GET /topics/{id}/tree', 'tree'],
    ['GET /topics/{id}/children', 'nested-list'],
    ['GET /topics/{id}/subtopics', 'nested-list'],
    ['GET /topics/{id}/descendants', 'descendants'],
    ['GET /topics/{id}/ancestors', 'ancestors'],
  ])('%s', (line, operation) => expect(one(line)).toMatchObject({ operation, entity: 'Topic', unsupported: null }))

  it('of answers takes from the row above what a row has to point at', () => {
    expect(one('POST /notes/{id}/replies')).toMatchObject({ operation: 'nested-create', body: ['body'], parent: { field: 'parent_id' } })
  })
})

describe('an action', () => {
  it.each([
    [
      'POST /sales/{id}/cancel - body: {reason}',
      { sets: { state: 'cancelled' }, body: ['cancel_reason'], aliases: { cancel_reason: 'reason' }, optional: ['cancel_reason'] },
    ],
    ['POST /jobs/{id}/assign {lead_id}', { body: ['lead_id'] }],
    ['POST /jobs/{id}/move {site_id}', { body: ['site_id'] }],
    ['POST /shifts/{id}/reschedule {starts_at, ends_at}', { body: ['starts_at', 'ends_at'] }],
    ['PATCH /sites/{site_id}/jobs/{job_id}/state', { body: ['state'], parent: { entity: 'Site', field: 'site_id' } }],
  ])('%s', (line, expected) => expect(one(line)).toMatchObject({ operation: 'action', unsupported: null, ...expected }))

  it.each(['POST /sales/{id}/settle {amount}', 'POST /parts/{id}/inspect {supplier}'])('%s is left for a model, since the body says more', (line) =>
    expect(one(line).unsupported).toContain('of which the models do not say'),
  )
})

describe('what joins two rows', () => {
  it('holds what the body says about it', () => {
    const asked = api('POST /sites/{id}/people {person_id, duty}')
    expect(asked.endpoint('POST /sites/{id}/people')).toMatchObject({ operation: 'nested-create', entity: 'Crew', body: ['person_id', 'duty'] })
    expect(asked.entity('Crew').uniqueTogether).toContainEqual(['site_id', 'person_id'])
  })

  it('is replaced as a whole', () => {
    const asked = api('PUT /jobs/{id}/marks {mark_ids}', 'POST /jobs/{id}/marks/{mark_id}', 'DELETE /jobs/{id}/marks/{mark_id}', 'POST /marks')
    expect(asked.endpoint('PUT /jobs/{id}/marks')).toMatchObject({ operation: 'link-add', replaces: true, body: ['mark_ids'], status: 200 })
  })
})

describe('a path of three levels', () => {
  it('names what stands above the parent', () => {
    expect(one('GET /sites/{site_id}/jobs/{job_id}/notes')).toMatchObject({ parent: { entity: 'Job', within: { entity: 'Site', field: 'site_id' } } })
  })

  it('is left for a model where nothing points at the upper row', () => {
    expect(one('GET /parts/{part_id}/jobs/{job_id}/notes').unsupported).toContain('{part_id}')
  })
})
