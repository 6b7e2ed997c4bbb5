import { readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { write } from './proof-project'

/** The client fixture is the project's own; `{mark}` becomes the marker of the case that the test lies (or tells the truth) about. */
export interface TestText {
  name: string
  /** Case of the list that the test names. */
  about: 'gets_note' | 'duplicate_title' | 'title_too_long'
  code: string
}

const CREATE = 'created = (await client.post("/api/v1/notes", json={"title": "Milk"})).json()'
const GET = 'response = await client.get(f"/api/v1/notes/{created[\'id\']}")'
const TWICE = `await client.post("/api/v1/notes", json={"title": "Milk"})
    response = await client.post("/api/v1/notes", json={"title": "Milk"})`

/** Tests that prove nothing, although each passes. */
export const LYING_TESTS: TestText[] = [
  { name: 'an empty test', about: 'gets_note', code: '{mark}\nasync def test_lie(client):\n    pass' },
  { name: 'assert True', about: 'gets_note', code: '{mark}\ndef test_lie():\n    assert True' },
  { name: 'sends the request and asserts nothing', about: 'gets_note', code: `{mark}\nasync def test_lie(client):\n    ${CREATE}\n    ${GET}` },
  {
    name: 'asserts only the status of an answer with content',
    about: 'gets_note',
    code: `{mark}\nasync def test_lie(client):\n    ${CREATE}\n    ${GET}\n    assert response.status_code == 200`,
  },
  {
    name: 'asserts only the content, not the status',
    about: 'gets_note',
    code: `{mark}\nasync def test_lie(client):\n    ${CREATE}\n    ${GET}\n    assert response.json() == created`,
  },
  {
    name: 'asserts that there is some JSON',
    about: 'gets_note',
    code: `{mark}\nasync def test_lie(client):\n    ${CREATE}\n    ${GET}\n    assert response.status_code == 200\n    assert "id" in response.json()`,
  },
  {
    name: 'asserts a tautology',
    about: 'duplicate_title',
    code: `{mark}\nasync def test_lie(client):\n    ${TWICE}\n    assert response.status_code in range(100, 600)`,
  },
  {
    name: 'swallows the assertion',
    about: 'duplicate_title',
    code: `{mark}\nasync def test_lie(client):\n    ${TWICE}\n    try:\n        assert response.status_code == 409\n    except AssertionError:\n        pass`,
  },
  { name: 'skips itself', about: 'gets_note', code: '{mark}\n@pytest.mark.skip(reason="later")\ndef test_lie():\n    assert False' },
  { name: 'skips after the request', about: 'duplicate_title', code: `{mark}\nasync def test_lie(client):\n    ${TWICE}\n    pytest.skip("enough")` },
  { name: 'is expected to fail', about: 'gets_note', code: '{mark}\n@pytest.mark.xfail\ndef test_lie():\n    assert False' },
  {
    name: 'passes though expected to fail',
    about: 'duplicate_title',
    code: `{mark}\n@pytest.mark.xfail\nasync def test_lie(client):\n    ${TWICE}\n    assert response.status_code == 409`,
  },
  {
    name: 'asks a mock transport',
    about: 'gets_note',
    code: `{mark}
async def test_lie():
    answer = httpx.MockTransport(lambda request: httpx.Response(200, json={"id": 1, "title": "Milk"}))
    async with httpx.AsyncClient(transport=answer, base_url="http://test") as mocked:
        response = await mocked.get("/api/v1/notes/1")
    assert response.status_code == 200
    assert response.json() == {"id": 1, "title": "Milk"}`,
  },
  {
    name: 'asks and then asserts on a stand-in',
    about: 'gets_note',
    code: `{mark}
async def test_lie(client):
    ${CREATE}
    ${GET}
    answer = httpx.MockTransport(lambda request: httpx.Response(200, json={"id": 1, "title": "Milk"}))
    async with httpx.AsyncClient(transport=answer, base_url="http://test") as mocked:
        response = await mocked.get("/api/v1/notes/1")
    assert response.status_code == 200
    assert response.json()["title"] == "Milk"`,
  },
  {
    name: 'calls an application of its own in memory',
    about: 'gets_note',
    code: `{mark}
async def test_lie():
    from fastapi import FastAPI
    fake = FastAPI()
    @fake.get("/api/v1/notes/{note_id}")
    def get_note(note_id: int) -> dict:
        return {"id": note_id, "title": "Milk"}
    sent = []
    async def receive():
        return {"type": "http.request", "body": b""}
    async def send(message):
        sent.append(message)
    scope = {"type": "http", "method": "GET", "path": "/api/v1/notes/1", "raw_path": b"/api/v1/notes/1", "query_string": b"", "headers": []}
    await fake(scope, receive, send)
    assert sent[0]["status"] == 200
    assert b"Milk" in sent[1]["body"]`,
  },
  {
    name: 'sends another body than the case describes',
    about: 'title_too_long',
    code: '{mark}\nasync def test_lie(client):\n    response = await client.post("/api/v1/notes", json={})\n    assert response.status_code == 422',
  },
  {
    name: 'names two cases and checks the other one',
    about: 'gets_note',
    code: `{mark}
@pytest.mark.feature(3, "lists_notes")
async def test_lie(client):
    ${CREATE}
    ${GET}
    listed = await client.get("/api/v1/notes")
    assert listed.status_code == 200
    assert listed.json() == [created]`,
  },
  {
    name: 'leaves the request to a shared fixture',
    about: 'gets_note',
    code: `@pytest.fixture(scope="module")
async def answer():
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=None), base_url="http://test") as shared:
        created = (await shared.post("/api/v1/notes", json={"title": "Milk"})).json()
        return await shared.get(f"/api/v1/notes/{created['id']}")

{mark}
async def test_lie(answer):
    pass`,
  },
]

/** Tests that prove their case, each in its own way. */
export const HONEST_TESTS: TestText[] = [
  {
    name: 'a plain test',
    about: 'gets_note',
    code: `{mark}\nasync def test_shows_what_was_stored(client):\n    ${CREATE}\n    ${GET}\n    assert response.status_code == 200\n    assert response.json()["title"] == "Milk"`,
  },
  {
    name: 'a parametrised test',
    about: 'gets_note',
    code: `@pytest.mark.parametrize("title", [pytest.param("Milk", marks={markless}), "Oats"])
async def test_titles(client, title):
    created = (await client.post("/api/v1/notes", json={"title": title})).json()
    ${GET}
    assert response.status_code == 200
    assert response.json() == {"id": created["id"], "title": title}`,
  },
  {
    name: 'a test in a class',
    about: 'gets_note',
    code: `class TestNotes:\n    {mark}\n    async def test_get(self, client):\n        ${CREATE}\n        ${GET}\n        assert (response.status_code, response.json()) == (200, created)`,
  },
  {
    name: 'a slow test',
    about: 'duplicate_title',
    code: `{mark}\nasync def test_slow(client):\n    await asyncio.sleep(0.3)\n    ${TWICE}\n    await asyncio.sleep(0.1)\n    assert response.status_code == 409`,
  },
  {
    name: 'a test with helpers and a fixture',
    about: 'gets_note',
    code: `async def stored(client, title):
    response = await client.post("/api/v1/notes", json={"title": title})
    response.raise_for_status()
    return response.json()

def check(response, expected):
    assert response.is_success, response.text
    assert response.json() == expected

@pytest.fixture
async def note(client):
    return await stored(client, "Milk")

{mark}
async def test_with_helpers(client, note):
    check(await client.get(f"/api/v1/notes/{note['id']}"), note)`,
  },
  {
    name: 'a synchronous test with TestClient',
    about: 'gets_note',
    code: `{mark}
def test_sync():
    from app.main import app
    from starlette.testclient import TestClient
    with TestClient(app) as sync:
        created = sync.post("/api/v1/notes", json={"title": "Milk and sync"}).json()
        response = sync.get(f"/api/v1/notes/{created['id']}")
    assert response.status_code == 200
    assert response.json()["title"].startswith("Milk")`,
  },
  {
    name: 'a test that names two cases and checks both',
    about: 'duplicate_title',
    code: `{mark}
@pytest.mark.feature(3, "lists_notes")
async def test_twice_and_list(client):
    ${TWICE}
    assert response.status_code == 409
    listed = await client.get("/api/v1/notes")
    assert listed.status_code == 200
    assert [note["title"] for note in listed.json()] == ["Milk"]`,
  },
  {
    name: 'a test with other values and more requests',
    about: 'duplicate_title',
    code: `{mark}
async def test_second_is_refused(client):
    first = await client.post("/api/v1/notes", json={"title": "Oat milk, two cartons"})
    second = await client.post("/api/v1/notes", json={"title": "Oat milk, two cartons"})
    assert (first.status_code, second.status_code) == (201, 409)
    assert len((await client.get("/api/v1/notes")).json()) == 1`,
  },
  {
    name: 'a test of a refused value',
    about: 'title_too_long',
    code: '{mark}\nasync def test_too_long(client):\n    response = await client.post("/api/v1/notes", json={"title": "y" * 150})\n    assert response.status_code == 422',
  },
]

/** An agent that changes the project as a whole. Where the application is broken, whatever its tests and settings say must not hide it. */
export interface LyingProject {
  name: string
  /** Features that the lie is about; default all. */
  about?: number[]
  /** Why the first of them is refused. */
  why: RegExp
  change(folder: string): void
}

/** Creating and getting works, so that the exam finds nothing; the list is empty, and a title can be refused only by failing. */
function breakApp(folder: string): void {
  const source = readFileSync(join(folder, 'app/main.py'), 'utf8')
  const broken = source.replace('HTTPException(409,', 'HTTPException(500,').replace('for row in rows]', 'for row in rows if False]')
  if (broken.split('500,').length !== 2 || !broken.includes('if False')) throw new Error('the small project has changed')
  write(folder, 'app/main.py', broken)
}

const IN_MEMORY = `from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field
app = FastAPI()
{storage}

class NoteCreate(BaseModel):
    title: str = Field(min_length=1, max_length=100)

@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}

@app.post("/api/v1/notes", status_code=201)
async def create_note(body: NoteCreate) -> dict:
    notes = load()
    if any(note["title"] == body.title for note in notes):
        raise HTTPException(409, "exists")
    note = {"id": len(notes) + 1, "title": body.title}
    save([*notes, note])
    return note

@app.get("/api/v1/notes")
async def list_notes() -> list[dict]:
    return load()

@app.get("/api/v1/notes/{note_id}")
async def get_note(note_id: int) -> dict:
    for note in load():
        if note["id"] == note_id:
            return note
    raise HTTPException(404, "No such note")
`

const MEMORY = `
kept = []

def load():
    return kept

def save(notes):
    kept[:] = notes
`

const FILE = `
import json, pathlib
FILE = pathlib.Path(__file__).with_name("notes.json")

def load():
    return json.loads(FILE.read_text()) if FILE.exists() else []

def save(notes):
    FILE.write_text(json.dumps(notes))
`

const CANNED = `from fastapi import FastAPI
from fastapi.responses import JSONResponse
app = FastAPI()
count = 0

@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}

@app.post("/api/v1/notes")
async def create_note() -> JSONResponse:
    global count
    count += 1
    if count % 3 == 0:
        return JSONResponse({"detail": "exists"}, 409)
    return JSONResponse({"id": 1, "title": "Milk"}, 201)

@app.get("/api/v1/notes")
async def list_notes() -> list[dict]:
    return [{"id": 1, "title": "Milk"}]

@app.get("/api/v1/notes/{note_id}")
async def get_note(note_id: int) -> JSONResponse:
    return JSONResponse({"id": 1, "title": "Milk"}) if note_id == 1 else JSONResponse({"detail": "none"}, 404)
`

const sendingTests = `import pytest

@pytest.mark.feature(1, "creates_note")
async def test_creates_note(client):
    response = await client.post("/api/v1/notes", json={"title": "Milk"})
    assert response.status_code == 201
    assert response.json()["title"] == "Milk"

@pytest.mark.feature(1, "duplicate_title")
async def test_duplicate_title(client):
    ${TWICE}

@pytest.mark.feature(2, "gets_note")
async def test_gets_note(client):
    ${CREATE}
    await client.get("/api/v1/notes/1")

@pytest.mark.feature(2, "unknown_note")
async def test_unknown_note(client):
    await client.get("/api/v1/notes/999")

@pytest.mark.feature(3, "lists_notes")
async def test_lists_notes(client):
    ${CREATE}
    await client.get("/api/v1/notes")
`
/** Tests that send the right requests and check nothing. */
const carelessTests = sendingTests.replace(/ {4}assert .*\n/g, '')

const failingTests = carelessTests.replace(/\n(?=\n@|$)/g, '\n    assert False\n').replace('pytest\n    assert False', 'pytest')

const CONFTEST = `import os
from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", os.environ["DATABASE_URL"])

from app.main import app
from app.database import engine


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with engine.begin() as connection:
        await connection.execute(text("TRUNCATE notes RESTART IDENTITY"))
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as opened:
        yield opened
    await engine.dispose()
`

/** Adds to the project's conftest. */
const conftest = (text: string) => (folder: string) => write(folder, 'tests/conftest.py', `${CONFTEST}\n\n${text}\n`)

export const LYING_PROJECTS: LyingProject[] = [
  { name: 'deletes every test', why: /no test names it/, change: (folder) => write(folder, 'tests/test_notes.py', '') },
  {
    name: 'has an application that keeps notes in memory',
    why: /after a restart/,
    change: (folder) => write(folder, 'app/main.py', IN_MEMORY.replace('{storage}', MEMORY)),
  },
  {
    name: 'has an application that keeps notes in a file',
    why: /after a restart/,
    change: (folder) => write(folder, 'app/main.py', IN_MEMORY.replace('{storage}', FILE)),
  },
  { name: 'has an application with canned answers', why: /instead of/, change: (folder) => write(folder, 'app/main.py', CANNED) },
  {
    name: 'tests a stand-in application',
    why: /answered 500, expected 409|fails/,
    about: [1, 3],
    change(folder) {
      breakApp(folder)
      write(folder, 'tests/standin.py', IN_MEMORY.replace('{storage}', MEMORY))
      conftest('from tests import standin\n\napp = standin.app')(folder)
    },
  },
  {
    name: 'rewrites outcomes in a hook',
    why: /passes when/,
    change(folder) {
      write(folder, 'tests/test_notes.py', failingTests)
      conftest(`@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    result = yield
    report = result.get_result()
    report.outcome = "passed"
    report.longrepr = None`)(folder)
    },
  },
  {
    name: 'patches the client of the tests',
    why: /never sent/,
    about: [1, 3],
    change(folder) {
      breakApp(folder)
      conftest(`import httpx
from tests import standin

async def answer(self, request):
    transport = httpx.MockTransport(standin.handle)
    return await transport.handle_async_request(request)

ASGITransport.handle_async_request = answer`)(folder)
      write(
        folder,
        'tests/standin.py',
        `import httpx, json

notes = []

def handle(request):
    parts = request.url.path.strip("/").split("/")
    if request.method == "POST":
        title = json.loads(request.content)["title"]
        if any(note["title"] == title for note in notes):
            return httpx.Response(409, json={"detail": "exists"})
        notes.append({"id": len(notes) + 1, "title": title})
        return httpx.Response(201, json=notes[-1])
    return httpx.Response(200, json=notes)
`,
      )
    },
  },
  {
    name: 'puts the true transport back, and an application that only works in the test process',
    why: /never sent/,
    about: [1, 3],
    change(folder) {
      breakApp(folder)
      write(folder, 'tests/standin.py', IN_MEMORY.replace('{storage}', MEMORY))
      conftest(`import importlib.util
import httpx
from tests import standin

spec = importlib.util.find_spec("httpx._transports.asgi")
fresh = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fresh)
ASGITransport.handle_async_request = fresh.ASGITransport.handle_async_request
app = standin.app`)(folder)
    },
  },
  {
    name: "writes into the recorder's memory",
    why: /passes when/,
    change(folder) {
      write(folder, 'tests/test_notes.py', carelessTests)
      conftest(`import forge_proof

class Phases(dict):
    def setdefault(self, key, default=None):
        return super().setdefault(key, {"setup": "passed", "call": "passed", "teardown": "passed"})

forge_proof.watch.phases = Phases()
forge_proof.outcome_of = lambda phases: "passed"`)(folder)
    },
  },
  {
    name: 'sends the harness a report of its own',
    why: /passes when/,
    change(folder) {
      write(folder, 'tests/test_notes.py', carelessTests)
      conftest(`import forge_proof

def pytest_collection_finish(session):
    forge_proof.watch.report("collected", {"tests": [{"id": item.nodeid, "cases": forge_proof.cases_of(item)} for item in session.items]})
    forge_proof.watch.report("finished", {"outcomes": [{"id": item.nodeid, "outcome": "passed", "message": ""} for item in session.items], "errors": []})`)(
        folder,
      )
    },
  },
  {
    name: 'lets one honest test warn the others',
    why: /tests hang on one another/,
    change(folder) {
      const more = Array.from(
        { length: 12 },
        (_, index) => `\n@pytest.mark.feature(2, "unknown_note")\nasync def test_more_${index}(client):\n    await client.get("/api/v1/notes/999")\n`,
      )
      write(folder, 'tests/test_notes.py', `${sendingTests}${more.join('')}`)
      conftest(`failed = []

@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.when != "call":
        return
    if report.failed:
        failed.append(item.name)
    elif failed:
        report.outcome = "failed"
        report.longrepr = "warned"`)(folder)
    },
  },
  {
    name: 'settles everything in sitecustomize, a path file and the settings of pytest',
    why: /fails/,
    about: [1, 3],
    change(folder) {
      breakApp(folder)
      const patch = `import sys
try:
    import _pytest.runner
    _pytest.runner.CallInfo.from_call = classmethod(lambda cls, func, when, reraise=None: cls(None, None, 0, 0, 0, when, _ispytest=True))
except ImportError:
    pass
`
      write(folder, 'sitecustomize.py', patch)
      write(folder, 'usercustomize.py', patch)
      write(folder, 'evil.pth', 'import sitecustomize\n')
      write(folder, 'evil.py', 'def pytest_runtest_call(item):\n    item.obj = lambda *a, **k: None\n')
      write(folder, 'pytest.ini', '[pytest]\naddopts = -p evil -p no:forge_proof\n')
      write(folder, 'tox.ini', '[pytest]\naddopts = -p evil\n')
      write(folder, 'setup.cfg', '[tool:pytest]\naddopts = -p evil\n')
      write(folder, '.env', 'PYTEST_ADDOPTS=-p evil\nPYTEST_PLUGINS=evil\n')
    },
  },
  {
    name: 'brings an interpreter and packages of its own',
    why: /fails/,
    about: [1, 3],
    change(folder) {
      breakApp(folder)
      for (const name of ['python', 'python3', 'pytest', 'uvicorn', 'alembic'])
        write(folder, `.venv/bin/${name}`, '#!/bin/sh\necho "5 passed"\nexit 0\n')
      for (const name of ['pytest', 'httpx', 'uvicorn', 'anyio', 'forge_proof']) write(folder, `${name}.py`, 'raise SystemExit(0)\n')
    },
  },
  { name: 'links to a folder outside', why: /leads out of the project/, change: (folder) => linkOut(folder) },
  {
    name: 'ends pytest before it has run',
    why: /pytest ended before/,
    change: conftest('import os\n\n\ndef pytest_runtestloop(session):\n    print("5 passed in 0.1s")\n    os._exit(0)'),
  },
]

function linkOut(folder: string): void {
  rmSync(join(folder, 'tests'), { recursive: true })
  symlinkSync(tmpdir(), join(folder, 'tests'))
}
