import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startProcessHost } from '@forge/core'
import type { ApiSpec } from '@forge/spec'
import { projectFiles } from '@forge/templates'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tracker } from '../../spec/test/fixtures/tracker'
import { ensurePythonEnv, type PythonEnv } from '../../templates/src/fastapi/environment/python-env'
import { type DatabaseServer, startDatabaseServer } from '../../templates/src/fastapi/machine/database'
import { emitApp } from '../src/emit/app'
import { workshop } from './fixtures/workshop'

// The emitted application for real: its linters, its migration on PostgreSQL, and answers to requests.

const folder = mkdtempSync(join(tmpdir(), 'forge-emit-'))
let host: Awaited<ReturnType<typeof startProcessHost>>
let env: PythonEnv
let server: DatabaseServer

beforeAll(async () => {
  host = await startProcessHost()
  env = await ensurePythonEnv({ host })
  server = await startDatabaseServer({ host })
}, 600_000)

afterAll(async () => {
  await server?.stop()
  await host?.close()
  rmSync(folder, { recursive: true, force: true })
})

function write(name: string, spec: ApiSpec): string {
  const root = join(folder, name)
  for (const { path, content, executable } of [...projectFiles(), ...emitApp(spec)]) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
    if (executable) chmodSync(join(root, path), 0o755)
  }
  return root
}

describe.each([
  ['tracker', tracker],
  ['workshop', workshop],
] as const)('%s', (name, spec) => {
  let root: string
  const run = async (argv: string[], environment: Record<string, string> = {}) => {
    const program = argv[0] === 'python' ? env.python : join(env.bin, argv[0]!)
    const result = await host.exec([program, ...argv.slice(1)], {
      cwd: root,
      timeoutMs: 240_000,
      env: { PATH: env.bin, HOME: root, PYTHONDONTWRITEBYTECODE: '1', ...environment },
    })
    return { code: result.exitCode, output: `${result.stdout}${result.stderr}` }
  }

  beforeAll(() => {
    root = write(name, spec)
  })

  test('pleases its linters', { timeout: 300_000 }, async () => {
    expect(await run(['ruff', 'check', '--no-cache', '.'])).toMatchObject({ code: 0 })
    expect(await run(['ruff', 'format', '--no-cache', '--check', '.'])).toMatchObject({ code: 0 })
    expect(await run(['mypy', 'app'])).toMatchObject({ code: 0 })
  })

  test('migrates up, down and up again, with no drift, and answers', { timeout: 300_000 }, async () => {
    const database = await server.createDatabase()
    try {
      const environment = { DATABASE_URL: database.url }
      for (const command of [['upgrade', 'head'], ['check'], ['downgrade', 'base'], ['upgrade', 'head'], ['check']]) {
        expect(await run(['python', '-m', 'alembic', ...command], environment)).toMatchObject({ code: 0 })
      }
      expect(await run(['python', '-c', name === 'tracker' ? TRACKER_REQUESTS : WORKSHOP_REQUESTS], environment)).toMatchObject({
        code: 0,
        output: '',
      })
    } finally {
      await database.drop()
    }
  })
})

const CLIENT = `
import asyncio
import httpx
from app.main import app

async def ask(client, method, path, expected, body=None, who=None, query=None):
    headers = {"Authorization": f"Bearer mock:{who}"} if who else {}
    response = await client.request(method, path, json=body, headers=headers, params=query)
    assert response.status_code == expected, (method, path, response.status_code, response.text)
    if "Location" in response.headers:
        made = (await client.get(response.headers["Location"], headers=headers)).json()
        assert {**made, **response.json()} == made, (response.headers["Location"], made)
    return response.json() if response.content else None

async def main():
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            await check(lambda *given, **more: ask(client, *given, **more))
`

const TRACKER_REQUESTS = `${CLIENT}
async def check(ask):
    document = await ask("GET", "/openapi.json", 200)
    ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids)) and "listTasks" in ids, ids
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert (await ask("GET", "/api/v1/users/me", 200))["email"] == "test@example.com"
    ann = await ask("POST", "/api/v1/users", 201, {"email": "ann@example.com", "name": "Ann", "role": "member"})
    await ask("POST", "/api/v1/users", 409, {"email": "ann@example.com", "name": "Ann"})
    await ask("POST", "/api/v1/users", 403, {"email": "b@example.com", "name": "B"}, who=ann["id"])
    await ask("GET", "/api/v1/users", 401, who=999999)
    project = await ask("POST", "/api/v1/projects", 201, {"name": "One"})
    make = {"title": " Paint ", "project_id": project["id"], "assignee_id": ann["id"]}
    task = await ask("POST", "/api/v1/tasks", 201, make)
    assert task["title"] == "Paint" and task["creator_id"] == 1
    await ask("POST", "/api/v1/tasks", 422, {**make, "surprise": 1})
    await ask("POST", "/api/v1/tasks", 422, {**make, "title": "\\u0000"})
    await ask("POST", "/api/v1/tasks", 422, {**make, "project_id": 999999})
    await ask("POST", "/api/v1/tasks", 422, {**make, "due_date": "2020-01-01T00:00:00Z"})
    await ask("POST", "/api/v1/tasks", 409, {**make, "priority": "urgent"})
    await ask("DELETE", "/api/v1/projects/1", 409)
    done = await ask("PATCH", "/api/v1/tasks/1/complete", 200, who=ann["id"])
    assert done["completed_at"] is not None and done["updated_at"] > task["updated_at"]
    again = await ask("PUT", "/api/v1/tasks/1", 200, {**task, "status": "pending"})
    assert again["completed_at"] is None and again["id"] == task["id"]
    for number in range(45):
        await ask("POST", "/api/v1/tasks", 201, {**make, "title": f"100% {number}", "priority": "low"})
    seen = []
    for page in (1, 2, 3):
        found = await ask("GET", "/api/v1/tasks", 200, query={"page": page, "sort_by": "priority", "search": "100%"})
        seen += [row["id"] for row in found["items"]]
    assert found["total"] == 45 and found["total_pages"] == 3 and len(set(seen)) == 45, found
    beyond = await ask("GET", "/api/v1/tasks", 200, query={"page": 2147483647, "page_size": 100})
    assert beyond["items"] == [] and beyond["total"] == 46
    order = await ask("GET", "/api/v1/tasks", 200, query={"sort_by": "priority", "sort_order": "desc", "status": "pending,completed"})
    assert order["items"][0]["priority"] == "medium"
    await ask("GET", "/api/v1/tasks", 422, query={"page_size": 101})
    await ask("GET", "/api/v1/tasks/99999999999", 422)
    race = [ask("POST", "/api/v1/tags", 201, {"name": "Red"}), *(ask("POST", "/api/v1/tags", 409, {"name": "rED"}) for _ in range(9))]
    await race[0]
    await asyncio.gather(*race[1:])
    await ask("POST", "/api/v1/tasks/1/tags", 200, {"tag_ids": [1, 1]})
    await ask("POST", "/api/v1/tasks/1/tags", 422, {"tag_ids": [7777]})
    assert (await ask("GET", "/api/v1/tags/1", 200))["task_count"] == 1
    await ask("DELETE", "/api/v1/tasks/1/tags/1", 204)
    await ask("DELETE", "/api/v1/tasks/1/tags/1", 404)

asyncio.run(main())
`

const WORKSHOP_REQUESTS = `${CLIENT}
async def check(ask):
    ada = "00000000-0000-4000-8000-000000000001:chief"
    problem = await ask("GET", "/workshops", 401)
    assert problem["code"] == "UNAUTHORIZED" and problem["status"] == 401 and problem["request_id"], problem
    await ask("GET", "/api/status", 200)
    await ask("POST", "/members", 400, {"userName": "bob", "password": " " * 8}, who=ada)
    bob = (await ask("POST", "/members", 201, {"userName": "bob", "password": "  12345678"}, who=ada))["id"]
    await ask("POST", "/members", 409, {"userName": "ada", "password": "12345678"}, who=ada)
    full = {
        "code": "ABCD", "class": "24/7", "opensOn": "2024-01-02", "closesOn": "2024-01-03", "startsAt": "09:00:00",
        "price": 5.25, "rating": 1.5, "visits": 2**63 - 1, "homepage": "http://a.b/c", "metadata": {"a": [1, None]},
        "labels": ["x"], "days": ["mon"], "from": "here",
    }
    made = await ask("POST", "/workshops", 201, full, who=ada)
    assert {name: made[name] for name in full} == full, made
    place = f"/workshops/{made['id']}"
    await ask("POST", "/workshops", 409, full, who=ada)
    await ask("POST", "/workshops", 400, {**full, "code": "ABCE", "closesOn": "2024-01-01"}, who=ada)
    await ask("POST", "/workshops", 400, {**full, "code": "ABCE", "foundedOn": "2999-01-01"}, who=ada)
    await ask("POST", "/workshops", 403, {"code": "ABCE", "price": 9}, who=f"{bob}:guest")
    await ask("PATCH", place, 400, {"class": None}, who=ada)
    await ask("PATCH", place, 404, {"rating": 2}, who=bob)
    assert (await ask("PATCH", place, 200, {"metadata": None}, who=ada))["metadata"] is None
    wanted = {
        "class": "24/7,in-house", "minPrice": 5, "maxRating": 2, "opens_before": "2024-02-01", "created_after": "2020-01-01",
        "overdue": "true", "code_like": "bc", "labels": "x", "search": "HER", "sort_by": "class",
    }
    found = await ask("GET", "/workshops", 200, who=ada, query=wanted)
    assert found["count"] == 1 and found["items"][0]["toolCount"] == 0, found
    for name, other in {"class": "in-house", "minPrice": 6, "maxRating": 1, "overdue": "false", "labels": "y", "search": "%"}.items():
        assert (await ask("GET", "/workshops", 200, who=ada, query={**wanted, name: other}))["items"] == [], name
    assert (await ask("GET", "/workshops", 200, who=bob))["items"] == []
    await ask("POST", f"{place}/tools", 422, {"serial": "s1", "parentSerial": "none"}, who=ada)
    await ask("POST", f"{place}/tools", 404, {"serial": "s1"}, who=bob)
    await ask("POST", f"{place}/tools", 201, {"serial": "s1"}, who=ada)
    await ask("POST", f"{place}/tools", 201, {"serial": "道具 2"}, who=ada)
    assert await ask("GET", "/tools", 200, who=bob) == []
    assert (await ask("POST", "/tools/s1/lend", 200, who=ada))["lentAt"] is not None
    await ask("DELETE", "/tools/s1", 409, who=ada)
    await ask("POST", "/tools/s1/return", 204, who=ada)
    await ask("POST", "/tools/s1/move", 400, {"note": "to nowhere"}, who=ada)
    await ask("POST", "/tools/s1/move", 404, {"workshopId": made["id"], "note": "mine"}, who=bob)
    assert (await ask("GET", f"{place}/tools/s1", 200, who=ada))["lentAt"] is None
    await ask("POST", "/skills", 403, {"name": "Glueing"}, who=bob)
    await ask("PUT", f"{place}/skills/3", 200, who=ada)
    await ask("PUT", f"{place}/skills/3", 200, who=ada)
    await ask("PUT", f"{place}/skills/33", 404, who=ada)
    await ask("POST", f"{place}/skills", 204, {"skillId": 1}, who=ada)
    assert len(await ask("GET", f"{place}/skills", 200, who=ada)) == 2
    await ask("DELETE", place, 204, who=ada)
    await ask("GET", place, 404, who=ada)
    assert await ask("GET", "/tools", 200, who=ada) == []

asyncio.run(main())
`
