import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ask, operations } from './support/ask'

// Four whole specifications that are no part of this repository. They are looked for beside the clone, or where FORGE_SPECS says.
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')
const folder = process.env['FORGE_SPECS'] ?? join(root, '..', 'shared', 'specs')
const missing = existsSync(folder) ? '' : ` (not run: no folder ${folder})`
const read = (file: string) => ask(readFileSync(join(folder, file), 'utf8'))
const statuses = (rules: readonly { status: string }[]) =>
  ['compiled', 'partly', 'unparsed'].map((status) => rules.filter((rule) => rule.status === status).length)

describe.skipIf(missing !== '')(`task management${missing}`, () => {
  const all = missing === '' ? read('task_management.txt') : undefined

  it('has its entities, fields and relations', () => {
    const { spec, field, entity } = all!
    expect(spec.entities.map((one) => [one.name, one.table, one.source.line])).toEqual([
      ['User', 'users', 31],
      ['Task', 'tasks', 62],
      ['Tag', 'tags', 127],
      ['TaskTag', 'task_tags', 154],
      ['Comment', 'comments', 166],
    ])
    expect(field('User', 'email')).toMatchObject({ type: 'email', required: true, unique: 'exact', indexed: true, maxLength: 255 })
    expect(field('User', 'name')).toMatchObject({ required: true, minLength: 1, maxLength: 100, pattern: expect.stringContaining("'-]") })
    expect(field('User', 'role')).toMatchObject({ values: ['admin', 'manager', 'user'], default: 'user', required: false, nullable: false })
    expect(field('Task', 'assignee_id')).toMatchObject({
      reference: { entity: 'User', onDelete: 'set-null' },
      required: false,
      nullable: true,
      indexed: true,
    })
    expect(field('Task', 'creator_id')).toMatchObject({ reference: { entity: 'User' }, fromCaller: true, readOnly: true, nullable: false })
    expect(field('Task', 'completed_at')).toMatchObject({ readOnly: true, nullable: true })
    expect(field('Tag', 'name')).toMatchObject({ unique: 'case-insensitive', maxLength: 50, pattern: '^[A-Za-z0-9 -]+$' })
    expect(field('Tag', 'color')).toMatchObject({ pattern: '^#[0-9A-Fa-f]{6}$', nullable: true, required: false })
    expect(entity('TaskTag')).toMatchObject({ key: ['task_id', 'tag_id'], junction: { left: 'Task', right: 'Tag' } })
    expect(field('Comment', 'task_id').reference).toEqual({ entity: 'Task', onDelete: 'cascade' })
    expect(entity('User').softDelete).toEqual({ field: 'is_active', deletedValue: false })
    expect(spec.roles).toEqual(['admin', 'manager', 'user'])
  })

  it('has its endpoints', () => {
    const { spec, endpoint } = all!
    expect(operations(spec)).toEqual([
      'GET /api/v1/users list User',
      'POST /api/v1/users create User',
      'GET /api/v1/users/{id} get User',
      'PUT /api/v1/users/{id} update User',
      'DELETE /api/v1/users/{id} delete User',
      'GET /api/v1/users/me me User',
      'GET /api/v1/tasks list Task',
      'POST /api/v1/tasks create Task',
      'GET /api/v1/tasks/{id} get Task',
      'PUT /api/v1/tasks/{id} update Task',
      'DELETE /api/v1/tasks/{id} delete Task',
      'PATCH /api/v1/tasks/{id}/status action Task',
      'PATCH /api/v1/tasks/{id}/assign action Task',
      'POST /api/v1/tasks/bulk-update bulk Task',
      'GET /api/v1/tags list Tag',
      'POST /api/v1/tags create Tag',
      'GET /api/v1/tags/{id} get Tag',
      'PUT /api/v1/tags/{id} update Tag',
      'DELETE /api/v1/tags/{id} delete Tag',
      'POST /api/v1/tasks/{id}/tags link-add Tag',
      'DELETE /api/v1/tasks/{id}/tags/{tag_id} link-remove Tag',
      'GET /api/v1/tasks/{id}/tags link-list Tag',
      'GET /api/v1/tasks/{task_id}/comments nested-list Comment',
      'POST /api/v1/tasks/{task_id}/comments nested-create Comment',
      'PUT /api/v1/comments/{id} update Comment',
      'DELETE /api/v1/comments/{id} delete Comment',
    ])
    expect(spec.endpoints.filter((one) => one.unsupported !== null).map((one) => one.operation)).toEqual(['bulk'])
    const list = endpoint('GET /api/v1/tasks')
    expect(list.filters?.map((one) => `${one.name} ${one.kind} ${one.field}`)).toEqual([
      'status equals status',
      'priority equals priority',
      'assignee_id equals assignee_id',
      'creator_id equals creator_id',
      'due_before before due_date',
      'due_after after due_date',
      'is_overdue overdue due_date',
    ])
    expect(list).toMatchObject({
      search: ['title', 'description'],
      sort: { fields: ['created_at', 'due_date', 'priority', 'status'], default: 'created_at' },
      paginated: true,
    })
    expect(endpoint('GET /api/v1/tags/{id}').computed).toEqual([{ name: 'task_count', kind: 'count', of: 'Task', through: 'TaskTag' }])
    expect(endpoint('POST /api/v1/tasks/{id}/tags').body).toEqual(['tag_ids'])
    expect(endpoint('PATCH /api/v1/tasks/{id}/assign').body).toEqual(['assignee_id'])
    expect(endpoint('POST /api/v1/tasks').body).toEqual(['title', 'description', 'status', 'priority', 'assignee_id', 'due_date'])
    expect(endpoint('PUT /api/v1/comments/{id}').body).toEqual(['content'])
  })

  it('has its conventions and all its rules', () => {
    const { spec } = all!
    expect(spec.auth).toMatchObject({
      kind: 'bearer',
      required: false,
      userEntity: 'User',
      mockUser: { id: 1, email: 'test@example.com', name: 'Test User', role: 'admin' },
    })
    expect(spec.errors.fields.map((one) => one.name)).toEqual(['detail', 'error_code', 'field_errors'])
    expect(spec.paging).toMatchObject({
      style: 'page',
      defaultSize: 20,
      maxSize: 100,
      envelope: ['items', 'total', 'page', 'page_size', 'total_pages'],
    })
    expect(spec.statusCodes).toEqual({ validation: 422, otherOwner: 404 })
    expect(statuses(spec.rules)).toEqual([34, 0, 0])
    expect(spec.workflows).toHaveLength(5)
    expect(spec.notFollowed).toEqual([])
  })
})

describe.skipIf(missing !== '')(`todo list${missing}`, () => {
  it('is understood in full', () => {
    const { spec, field, endpoint, rule } = read('todo_list.txt')
    expect(spec.entities.map((one) => [one.name, one.table])).toEqual([['Todo', 'todos']])
    expect(field('Todo', 'description')).toMatchObject({ type: 'text', required: false, nullable: true, maxLength: 1000 })
    expect(field('Todo', 'completed')).toMatchObject({ type: 'boolean', default: false, indexed: true })
    expect(spec.endpoints).toHaveLength(7)
    expect(endpoint('PATCH /api/v1/todos/{id}/complete').sets).toEqual({ completed: true })
    expect(endpoint('PATCH /api/v1/todos/{id}/uncomplete').sets).toEqual({ completed: false })
    expect(endpoint('GET /api/v1/todos')).toMatchObject({
      filters: [{ name: 'completed', kind: 'equals' }],
      search: ['title', 'description'],
      sort: { fields: ['created_at', 'updated_at', 'title'] },
    })
    expect(spec.auth).toMatchObject({ kind: 'bearer', required: false, idType: 'integer', userEntity: null, mockUser: { id: 1, name: 'Test User' } })
    expect(rule('non-existent').effects).toEqual([{ kind: 'not-found', entity: 'Todo', method: 'PATCH', path: '/api/v1/todos/{id}/complete' }])
    expect(statuses(spec.rules)).toEqual([8, 0, 0])
  })
})

describe.skipIf(missing !== '')(`notes${missing}`, () => {
  it('are understood in full', () => {
    const { spec, field, endpoint } = read('notes.txt')
    expect(spec.entities.map((one) => [one.name, one.source.line])).toEqual([
      ['User', 34],
      ['Note', 45],
    ])
    expect(field('User', 'username')).toMatchObject({ required: true, unique: 'exact', maxLength: 50 })
    expect(field('Note', 'content')).toMatchObject({ type: 'text', required: false, nullable: true })
    expect(field('Note', 'user_id')).toMatchObject({ fromCaller: true, reference: { entity: 'User' } })
    expect(operations(spec)).toEqual([
      'GET /health health null',
      'GET /notes list Note',
      'POST /notes create Note',
      'GET /notes/{id} get Note',
      'DELETE /notes/{id} delete Note',
    ])
    expect(endpoint('POST /notes').body).toEqual(['title', 'content'])
    expect(spec.auth).toMatchObject({ kind: 'header', header: 'X-User-ID', required: true, idType: 'integer', userEntity: 'User' })
    expect(spec.errors).toMatchObject({
      format: 'custom',
      codeCase: 'lower',
      fields: [
        { name: 'error', meaning: 'code' },
        { name: 'message', meaning: 'message' },
      ],
    })
    expect(spec.paging).toMatchObject({ style: 'offset', defaultSize: 10, maxSize: 50, envelope: ['items', 'total', 'limit', 'offset'] })
    expect(spec.statusCodes).toEqual({ validation: 400, otherOwner: 403 })
    expect(spec.seeds.map((one) => one.row)).toEqual([
      { id: 1, username: 'alice' },
      { id: 2, username: 'bob' },
    ])
    expect(spec.notFollowed.map((one) => one.line)).toEqual([18, 248])
    expect(statuses(spec.rules)).toEqual([4, 0, 0])
  })
})

describe.skipIf(missing !== '')(`document processing${missing}`, () => {
  it('is understood but for the processing', () => {
    const { spec, field, endpoint, rule } = read('document_processing.txt')
    expect(spec.entities.map((one) => [one.name, one.fields.map((each) => each.name)])).toEqual([
      ['Document', ['id', 'filename', 'content', 'user_id', 'uploaded_at']],
      ['Job', ['id', 'document_id', 'operation', 'status', 'result', 'error', 'created_at', 'completed_at']],
    ])
    expect(field('Document', 'user_id')).toMatchObject({ type: 'string', fromCaller: true, nullable: false })
    expect(field('Document', 'uploaded_at')).toMatchObject({ auto: 'created', readOnly: true })
    expect(field('Job', 'operation')).toMatchObject({
      type: 'enum',
      values: ['word_count', 'extract_emails', 'extract_urls', 'summarize', 'to_uppercase'],
    })
    expect(spec.endpoints.filter((one) => one.unsupported !== null).map((one) => `${one.method} ${one.path}`)).toEqual(['POST /documents/{id}/jobs'])
    expect(endpoint('POST /documents').body).toEqual(['filename', 'content'])
    expect(spec.auth).toMatchObject({ kind: 'header', header: 'X-User-ID', required: true, idType: 'string', userEntity: null })
    expect(rule('immutable').effects).toEqual([{ kind: 'immutable', entity: 'Document' }])
    expect(rule('inherit').effects).toEqual([
      { kind: 'owner', entity: 'Job', fields: ['user_id'], operations: ['read'], roles: [], via: { field: 'document_id', entity: 'Document' } },
    ])
    expect(rule('Users can only').effects).toEqual([
      { kind: 'owner', entity: 'Document', fields: ['user_id'], operations: ['list', 'read', 'delete'], roles: [] },
    ])
    expect(spec.rules.filter((one) => one.status === 'unparsed').map((one) => one.text)).toEqual([
      'One operation per job',
      'Jobs execute synchronously',
    ])
  })
})
