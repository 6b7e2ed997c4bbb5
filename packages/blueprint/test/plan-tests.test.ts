import { spawnSync } from 'node:child_process'
import type { ApiSpec } from '@forge/spec'
import { sizes } from '@forge/templates'
import { describe, expect, test } from 'vitest'
import { tracker } from '../../spec/test/fixtures/tracker'
import { emitTests } from '../src/emit/tests/index'
import { planFeatures } from '../src/plan/index'

const emit = (spec: ApiSpec) => {
  const plans = planFeatures(spec, sizes.medium)
  const files = new Map(emitTests(spec, plans).map(({ path, content }) => [path, content]))
  return { plans, files, text: [...files.values()].join('\n') }
}
const { plans, files, text } = emit(tracker)

describe('the emitted tests', () => {
  test('are Python', () => {
    const program = 'import ast, json, sys\nfor path, text in json.load(sys.stdin): ast.parse(text, path)'
    const result = spawnSync('python3', ['-c', program], { input: JSON.stringify([...files]), encoding: 'utf8' })
    expect(result.stderr).toBe('')
    expect(result.status).toBe(0)
  })

  test('mark every listed case once, and no other', () => {
    const marked = [...text.matchAll(/pytest\.mark\.feature\((\d+), "(\w+)"\)/g)].map(([, id, name]) => `${id} ${name}`)
    const listed = plans.flatMap(({ id, cases, listed: count }) =>
      cases
        .slice(0, count)
        .filter(({ guess }) => !guess)
        .map(({ name }) => `${id} ${name}`),
    )
    expect(marked.sort()).toEqual(listed.sort())
  })

  test('define each function once', () => {
    for (const [path, content] of files) {
      const names = [...content.matchAll(/^(?:async )?def (test_\w+)/gm)].map(([, name]) => name)
      expect([path, new Set(names).size]).toEqual([path, names.length])
    }
  })

  test('keep to the width of the formatter', () => {
    expect(text.split('\n').filter((line) => line.length > 120)).toEqual([])
  })

  test('gather cases that differ in a value in one table', () => {
    const users = files.get('tests/api/v1/test_users.py')!
    expect(users).toContain('async def test_create_user_refuses_invalid_input(client: AsyncClient, field: str, value: Any) -> None:')
    expect(users).toMatch(/pytest\.param\("email", "not-an-email", id="email_bad_format"/)
    expect(users).toContain('json={"email": "person1@example.com", "name": "Name 1", "role": "member", field: value}')
  })

  test('write long texts short', () => {
    expect(files.get('tests/api/v1/test_tasks.py')).toContain('"a" * 5001')
  })
})

describe('the fixtures', () => {
  test('ask with the header that the specification names', () => {
    const auth = { ...tracker.auth, kind: 'header' as const, header: 'X-User-ID', required: true }
    const spec = emit({ ...tracker, auth })
    expect(spec.files.get('tests/conftest.py')).toContain('identity = as_user(1)')
    expect(spec.files.get('tests/support.py')).toContain('return {"X-User-ID": f"{user_id}:{role}" if role else f"{user_id}"}')
    expect(spec.files.get('tests/api/v1/test_tags.py')).toContain('response = await anonymous.request(method, path)')
  })

  test('expect errors in the shape that the specification defines', () => {
    expect(files.get('tests/support.py')).toContain('assert body["error_code"] == code')
    const problem = emit({ ...tracker, errors: { ...tracker.errors, format: 'problem', fields: [] } })
    expect(problem.files.get('tests/support.py')).toContain('assert response.headers["Content-Type"] == "application/problem+json"')
  })

  test('insert what no endpoint creates, and create everything else over the API', () => {
    const factories = files.get('tests/factories.py')!
    expect(factories).toContain('return await self._insert(TaskTag, body)')
    expect(factories).toContain('return await self._create("/api/v1/tags", body, headers)')
  })
})
