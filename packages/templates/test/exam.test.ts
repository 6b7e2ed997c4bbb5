import { mkdtempSync, rmSync } from 'node:fs'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as readText } from 'node:stream/consumers'
import type { Feature } from '@forge/core'
import { readSpec } from '@forge/spec'
import { afterAll, describe, expect, it } from 'vitest'
import { examine } from '../src/fastapi/proof/exam'
import { SPEC } from './support/proof-project'

const folder = mkdtempSync(join(tmpdir(), 'forge-exam-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const spec = readSpec(`${SPEC}- \`PATCH /api/v1/notes/{note_id}\` - Update a note
- \`DELETE /api/v1/notes/{note_id}\` - Delete a note
`)
const features = spec.endpoints.map(
  ({ method, path }, index): Feature => ({
    ...{ id: index + 1, category: 'endpoint', method, path, description: path, request_schema: null, response_schema: null, passes: false },
    test_cases: [{ name: 'one', description: '', method, path, input: null, expected_status: 200 }],
  }),
)

interface Note {
  id: number
  title: string
}
/** What a served application does: the rows survive a restart, `session` does not. */
interface Application {
  rows: Map<number, Note>
  session: Map<number, Note>
}
type Answer = [status: number, body?: unknown]
type Operation = 'create' | 'get' | 'list' | 'update' | 'delete'
type Behaviour = Record<Operation, (application: Application, id: number, sent: Partial<Note>) => Answer | ((response: ServerResponse) => void)>

const ABSENT: Answer = [404, { detail: 'none' }]
const HONEST: Behaviour = {
  create({ rows, session }, _id, { title = '' }) {
    const note = { id: rows.size + 1, title }
    rows.set(note.id, note)
    session.set(note.id, note)
    return [201, note]
  },
  get: ({ rows }, id) => (rows.has(id) ? [200, rows.get(id)] : ABSENT),
  list: ({ rows }) => [200, [...rows.values()]],
  update({ rows }, id, sent) {
    const note = rows.get(id)
    if (note === undefined) return ABSENT
    rows.set(id, { ...note, ...sent })
    return [200, rows.get(id)]
  },
  delete: ({ rows }, id) => (rows.delete(id) ? [204] : ABSENT),
}

async function objections(behaviour: Behaviour, limitMs?: number): Promise<(string | undefined)[]> {
  const rows = new Map<number, Note>()
  let count = 0
  const serve = async () => {
    const application = { rows, session: new Map<number, Note>() }
    const server = createServer((request, response) => void answer(behaviour, application, request, response))
    const socket = join(folder, `s${Math.random()}${count++}`)
    await new Promise<void>((resolve) => server.listen(socket, resolve))
    return { socket, stop: () => stop(server) }
  }
  const objectionTo = await examine({ spec, features, serve, limitMs, signal: AbortSignal.timeout(20_000) })
  return features.map(objectionTo)
}

async function answer(behaviour: Behaviour, application: Application, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await readText(request)
  const id = Number(/\/notes\/(\d+)/.exec(request.url ?? '')?.[1] ?? 0)
  const operations: Record<string, Operation> = { GET: id === 0 ? 'list' : 'get', POST: 'create', PATCH: 'update', DELETE: 'delete' }
  const said = behaviour[operations[request.method!]!](application, id, text === '' ? {} : (JSON.parse(text) as Partial<Note>))
  if (typeof said === 'function') return said(response)
  response.writeHead(said[0], { 'content-type': 'application/json' })
  response.end(said[1] === undefined ? undefined : JSON.stringify(said[1]))
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}

const [CREATE, LIST, GET, UPDATE, DELETE] = [0, 1, 2, 3, 4]

describe('the exam', () => {
  it.each<[string, Partial<Behaviour>]>([
    ['does what it says', {}],
    ['refuses to update and to delete', { update: () => [403, {}], delete: () => [409, {}] }],
    ['leaves a title as it is, and says so', { update: ({ rows }, id) => [200, rows.get(id)] }],
    [
      'keeps deleted rows, and lists them no more',
      {
        delete({ rows }, id) {
          rows.set(-id, { id: -id, title: '' })
          return [204]
        },
        list: ({ rows }) => [200, [...rows.values()].filter((note) => !rows.has(-note.id))],
      },
    ],
  ])('has nothing against an application that %s', async (_name, more) => {
    expect(await objections({ ...HONEST, ...more })).toEqual(features.map(() => undefined))
  })

  it.each<[string, Partial<Behaviour>, number[], RegExp]>([
    ['echoes what an update sends', { update: ({ rows }, id, sent) => [200, { ...rows.get(id), ...sent }] }, [UPDATE!], /then GET shows title/],
    ['answers nothing to an update, and does nothing', { update: () => [204] }, [UPDATE!], /then GET shows title/],
    ['says that it deleted', { delete: () => [204] }, [DELETE!], /then GET shows the row as it was/],
    ['lists from its memory', { list: ({ session }) => [200, [...session.values()]] }, [LIST!], /does not list .* after a restart/],
    [
      'updates in its memory',
      {
        update: ({ rows, session }, id, sent) => [200, session.set(id, { ...rows.get(id)!, ...sent }).get(id)],
        get: ({ rows, session }, id) => (rows.has(id) ? [200, session.get(id) ?? rows.get(id)] : ABSENT),
      },
      [UPDATE!],
      /then GET shows title .* after a restart/,
    ],
    [
      'breaks its answers off',
      { get: () => (response) => void response.writeHead(200, { 'content-length': '100' }).write('{"id"', () => response.destroy()) },
      [CREATE!, LIST!, GET!, UPDATE!, DELETE!],
      /no answer/,
    ],
    [
      'nests its answer without end',
      { create: () => (response) => void response.end(`{"id": 1, "title": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`) },
      [CREATE!, LIST!, GET!, UPDATE!, DELETE!],
      /does not answer with a id/,
    ],
    [
      'gives keys that no path can hold',
      { create: (_application, _id, { title }) => [201, { id: '\ud800', title }] },
      [CREATE!, LIST!, GET!, UPDATE!, DELETE!],
      /does not answer with a id/,
    ],
  ])('refuses an application that %s', async (_name, more, about, why) => {
    const found = await objections({ ...HONEST, ...more })
    expect(found.flatMap((objection, index) => (objection === undefined ? [] : [index]))).toEqual(about)
    expect(found[about[0]!]).toMatch(why)
  })

  it('ends, although an application never does', async () => {
    const trickle = (response: ServerResponse) => {
      const timer = setInterval(() => response.write(' '), 50)
      response.once('close', () => clearInterval(timer))
    }
    const found = await objections({ ...HONEST, get: () => trickle }, 1_000)
    expect(found[GET!]).toMatch(/no answer/)
  })
})
