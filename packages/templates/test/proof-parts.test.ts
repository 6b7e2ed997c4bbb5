import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestCase } from '@forge/core'
import { afterAll, describe, expect, it } from 'vitest'
import type { Exchange } from '../src/fastapi/proof/exchange'
import { expectationOf } from '../src/fastapi/proof/expectation'
import { falsify } from '../src/fastapi/proof/falsify'
import { removeTree } from '../src/fastapi/proof/remove-tree'
import { readSnapshot } from '../src/fastapi/proof/snapshot'
import { dealTreatments } from '../src/fastapi/proof/treatments'
import { write } from './support/proof-project'

const folder = mkdtempSync(join(tmpdir(), 'forge-parts-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const testCase = (more: Partial<TestCase>): TestCase => ({
  name: 'one',
  description: '',
  method: 'POST',
  path: '/tasks',
  input: null,
  expected_status: 201,
  ...more,
})

const listed = (input: unknown): Partial<TestCase> => ({ method: 'GET', input, expected_status: 200 })

function exchange(target: string, sent: unknown, status: number, answer: unknown, method = 'POST'): Exchange {
  const body = Buffer.from(JSON.stringify(answer))
  return { method, target, requestBody: Buffer.from(sent === undefined ? '' : JSON.stringify(sent)), answer: { status, headers: [], body } }
}

describe('an expectation', () => {
  const long = 'x'.repeat(201)
  it.each([
    ['the very exchange', {}, exchange('/tasks', {}, 201, {}), 'met'],
    ['a trailing slash', {}, exchange('/tasks/', {}, 201, {}), 'met'],
    ['a parameter', { path: '/tasks/{id}' }, exchange('/tasks/7', {}, 201, {}), 'met'],
    ['a parameter of two segments', { path: '/tasks/{id}' }, exchange('/tasks/7/tags', {}, 201, {}), 'elsewhere'],
    ['another method', { method: 'PUT' as const }, exchange('/tasks', {}, 201, {}), 'elsewhere'],
    ['another status', {}, exchange('/tasks', {}, 200, {}), 'wrong'],
    ['other content', { expected_response_contains: ['"title":"A"'] }, exchange('/tasks', {}, 201, { title: 'B' }), 'wrong'],
    ['another error', { expected_status: 409, expected_error: 'DUPLICATE' }, exchange('/tasks', {}, 409, { code: 'OTHER' }), 'wrong'],
    ['a query that the case has', { path: '/tasks?done=true' }, exchange('/tasks?done=false', {}, 201, {}), 'met'],
    ['no query where the case has one', { path: '/tasks?done=true' }, exchange('/tasks', {}, 201, {}), 'elsewhere'],
    ['other values of the same kind', { input: { title: 'A', hours: 2 } }, exchange('/tasks', { title: 'Buy milk', hours: 40 }, 201, {}), 'met'],
    ['a member that is lacking', { input: { title: 'A' } }, exchange('/tasks', { name: 'A' }, 201, {}), 'wrong'],
    ['another kind of value', { input: { title: null } }, exchange('/tasks', { title: 'A' }, 201, {}), 'wrong'],
    ['a short text for a long one', { input: { title: long } }, exchange('/tasks', { title: 'A' }, 201, {}), 'wrong'],
    ['a text for a blank one', { input: { title: '  ' } }, exchange('/tasks', { title: 'A' }, 201, {}), 'wrong'],
    ['an id for a placeholder', { input: { owner: '{user.id}', project_id: 1 } }, exchange('/tasks', { owner: 5, project_id: 'b7' }, 201, {}), 'met'],
    ['no body', { input: { title: 'A' } }, exchange('/tasks', undefined, 201, {}), 'wrong'],
    ['the input as query', { input: { force: true } }, exchange('/tasks?force=true', undefined, 201, {}), 'met'],
    ['a body kept apart', { input: { body: { title: 'A' }, path: { id: 1 } } }, exchange('/tasks', { title: 'B' }, 201, {}), 'met'],
    ['a query parameter of the input', listed({ done: true }), exchange('/tasks?done=false', undefined, 200, [], 'GET'), 'met'],
    ['a query parameter that is lacking', listed({ done: true }), exchange('/tasks', undefined, 200, [], 'GET'), 'wrong'],
    ['a query kept apart and lacking', listed({ query: { owner: 1 } }), exchange('/tasks', undefined, 200, [], 'GET'), 'wrong'],
    ['what a list case has to arrange', listed({ title: 'A' }), exchange('/tasks', undefined, 200, [], 'GET'), 'met'],
  ] satisfies [string, Partial<TestCase>, Exchange, string][])('on %s', (_name, more, seen, fit) => {
    expect(expectationOf(testCase(more), new Set(['done', 'page'])).compare(seen).fit).toBe(fit)
  })
})

describe('a falsified answer', () => {
  const body = { items: [{ id: 1, title: 'Milk', done: true, due: null, price: 1.5 }], total: 1, empty: [], nothing: {} }
  const answer = { status: 200, headers: [], body: Buffer.from(JSON.stringify(body)) }

  it('has another status and the same body', () => {
    for (const status of [200, 201, 204, 404, 409, 422]) {
      const turned = falsify({ ...answer, status }, 'turned', [], 'seed').status
      expect(turned < 400).toBe(status >= 400)
      expect(falsify({ ...answer, status }, 'broken', [], 'seed').status).toBeGreaterThanOrEqual(500)
    }
    expect(falsify(answer, 'turned', [], 'seed').body).toEqual(answer.body)
  })

  it('has the same status, the same shape and no true value', () => {
    const falsified = falsify(answer, 'content', ['"title":"Milk"'], 'seed')
    const shown = JSON.parse(falsified.body.toString())
    expect(falsified.status).toBe(200)
    expect(Object.keys(shown)).toEqual(Object.keys(body))
    expect(shown.items.length).toBeGreaterThan(1)
    for (const item of shown.items) {
      expect(item).toEqual({ id: expect.any(Number), title: expect.any(String), done: false, due: expect.any(String), price: expect.any(Number) })
      expect([item.id, item.title, item.price]).not.toEqual(expect.arrayContaining([1, 'Milk', 1.5]))
    }
    expect(shown.total).not.toBe(1)
    expect(shown.empty.length).toBeGreaterThan(0)
    expect(shown.nothing).not.toEqual({})
  })

  it('lacks the members that the case expects by name', () => {
    const shown = JSON.parse(falsify(answer, 'content', ['"items"', 'total'], 'seed').body.toString())
    expect(shown).not.toHaveProperty('items')
    expect(shown).not.toHaveProperty('total')
    expect(shown).toHaveProperty('empty')
  })

  it('is in no order', () => {
    const list = { status: 200, headers: [], body: Buffer.from(JSON.stringify([1, 2, 3, 4].map((n) => ({ n, name: `row ${n}` })))) }
    for (let time = 0; time < 20; time += 1) {
      const rows = JSON.parse(falsify(list, 'content', [], `seed ${time}`).body.toString()) as { n: number; name: string }[]
      for (const key of ['n', 'name'] as const) {
        const values = rows.map((row) => row[key])
        const ascending = [...values].sort((a, b) => (a < b ? -1 : 1))
        expect(values).not.toEqual(ascending)
        expect(values).not.toEqual(ascending.reverse())
      }
    }
  })

  it('is the same for who asks twice, and another one with another seed', () => {
    for (const how of ['turned', 'broken', 'content'] as const) {
      const asked = () => falsify(answer, how, ['title'], 'seed')
      expect(asked()).toEqual(asked())
    }
    expect(falsify(answer, 'content', [], 'seed').body).not.toEqual(falsify(answer, 'content', [], 'other').body)
  })

  it('differs from an empty or unreadable one', () => {
    for (const text of ['', 'plain', '"text"', '5', 'true']) {
      const shown = falsify({ ...answer, body: Buffer.from(text) }, 'content', [], 'seed').body.toString()
      expect(shown).not.toBe(text)
    }
  })
})

it('deals each test every treatment that it needs, once', () => {
  const deal = dealTreatments()
  for (let test = 0; test < 20; test += 1) {
    expect([...deal(`a${test}`, false)].sort()).toEqual(['broken', 'intact', 'turned'])
    const withContent = deal(`b${test}`, true)
    expect(withContent).toContain('intact')
    expect(withContent).toContain('content')
    expect(deal(`b${test}`, true)).toBe(withContent)
  }
})

it('removes a folder that goes deeper than a path may be long', async () => {
  const deep = join(folder, 'endless')
  mkdirSync(deep)
  const name = 'd'.repeat(200)
  spawnSync('/bin/sh', ['-c', `for i in $(seq 40); do mkdir ${name} && cd -P ${name}; done`], { cwd: deep })
  await removeTree(deep)
  expect(existsSync(deep)).toBe(false)
})

describe('a snapshot', () => {
  function project(name: string): string {
    write(join(folder, name), 'app/main.py', 'app = 1\n')
    write(join(folder, name), 'feature_list.json', '[]')
    return join(folder, name)
  }

  it('has a digest of what is judged and of nothing else', async () => {
    const { digest } = await readSnapshot(project('a'))
    const same = project('b')
    for (const path of [
      '.git/HEAD',
      '.venv/bin/python',
      'logs/run.log',
      'app/__pycache__/x.pyc',
      '.env',
      '.forge/state.json',
      'claude-progress.txt',
    ]) {
      write(same, path, 'other')
    }
    write(same, 'feature_list.json', '[1]')
    expect((await readSnapshot(same)).digest).toBe(digest)
    write(same, 'app/main.py', 'app = 2\n')
    expect((await readSnapshot(same)).digest).not.toBe(digest)
  })

  it('names folders that it cannot read to the end', async () => {
    const deep = project('deep')
    mkdirSync(join(deep, 'app', ...Array.from({ length: 70 }, () => 'd')), { recursive: true })
    expect((await readSnapshot(deep)).faults).toEqual([expect.stringMatching(/^the folder app\/d.* cannot be read$/)])
  })

  it('copies links within and refuses links that lead out', async () => {
    const inside = project('c')
    symlinkSync('main.py', join(inside, 'app/link.py'))
    const snapshot = await readSnapshot(inside)
    expect(snapshot.faults).toEqual([])
    await snapshot.writeTo(join(folder, 'copy'))
    expect(await readSnapshot(join(folder, 'copy'))).toMatchObject({ digest: snapshot.digest })
    for (const [index, target] of ['/etc/passwd', '../c/app/main.py', '../../../../../etc', '.venv/bin/python'].entries()) {
      const outside = project(`out${index}`)
      mkdirSync(join(outside, '.venv/bin'), { recursive: true })
      symlinkSync(target, join(outside, 'link'))
      expect((await readSnapshot(outside)).faults).toEqual(['link is a link that leads out of the project'])
    }
  })
})
