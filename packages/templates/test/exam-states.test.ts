import { mkdtempSync, rmSync } from 'node:fs'
import { type Server, createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as readText } from 'node:stream/consumers'
import type { Feature } from '@forge/core'
import { readSpec } from '@forge/spec'
import { afterAll, describe, expect, it } from 'vitest'
import { examine } from '../src/fastapi/proof/exam'

const spec = readSpec(`Blog API

- Post (id, title, status (enum: draft, in_review, published; default draft))
- Comment (id, post_id (FK -> Post), text)

- POST /posts
- GET /posts/{id}
- POST /posts/{id}/submit - sets status to in_review
- POST /posts/{id}/publish - sets status to published
- POST /posts/{id}/comments
- GET /comments/{id}

Rules
- Post status: draft -> in_review -> published
- Comments can only be added to published posts
`)
const features = spec.endpoints.map(
  ({ method, path }, index): Feature => ({
    ...{ id: index + 1, category: 'endpoint', method, path, description: path, request_schema: null, response_schema: null, passes: false },
    test_cases: [{ name: 'one', description: '', method, path, input: null, expected_status: 200 }],
  }),
)

const folder = mkdtempSync(join(tmpdir(), 'forge-states-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Row = Record<string, unknown> & { id: number }

/** New posts are drafts, whatever is sent; comments need a published one. */
function blog(posts: Row[], comments: Row[], opens: boolean): Server {
  return createServer((request, response) => {
    const answer = (status: number, body: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    void readText(request).then((text) => {
      const sent = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
      const [, kind, id, action] = (request.url ?? '').split('/')
      const row = (kind === 'posts' ? posts : comments).find((each) => each.id === Number(id))
      const add = (rows: Row[], values: Record<string, unknown>): void => {
        rows.push({ ...values, id: rows.length + 1 })
        answer(201, rows.at(-1))
      }
      if (request.method === 'GET') return row ? answer(200, row) : answer(404, {})
      if (id === undefined)
        return sent['status'] === 'published' ? answer(409, { detail: 'a draft first' }) : add(posts, { status: 'draft', ...sent })
      if (row === undefined) return answer(404, {})
      if (action === 'comments')
        return row['status'] === 'published' && opens ? add(comments, { ...sent, post_id: row.id }) : answer(409, { detail: 'not published' })
      row['status'] = action === 'submit' ? 'in_review' : 'published'
      return answer(200, row)
    })
  })
}

async function objections(opens: boolean): Promise<(string | undefined)[]> {
  const [posts, comments]: Row[][] = [[], []]
  let count = 0
  const serve = async () => {
    const server = blog(posts!, comments!, opens)
    const socket = join(folder, `s${opens}${count++}`)
    await new Promise<void>((resolve) => server.listen(socket, resolve))
    const stop = async (): Promise<void> => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
    return { socket, stop }
  }
  const objectionTo = await examine({ spec, features, serve, signal: AbortSignal.timeout(20_000) })
  return features.map(objectionTo)
}

describe('the exam of rows that can be made only below others in some state', () => {
  it('leads those there, by the actions that the specification names', async () => {
    expect(await objections(true)).toEqual(features.map(() => undefined))
  })

  it('holds it against the application when it refuses all the same', async () => {
    expect((await objections(false)).filter((objection) => objection !== undefined)).toEqual([
      expect.stringContaining('exam of Comment: POST /posts/{id}/comments answered 409'),
      expect.stringContaining('exam of Comment'),
    ])
  })
})
