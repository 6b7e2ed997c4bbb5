import { appendFileSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { write } from './proof-project'
import { CREATE, GET, TWICE, type TestText } from './test-text'

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
    name: 'a test with a long parameter',
    about: 'gets_note',
    code: `@pytest.mark.parametrize("unused", [pytest.param("x" * 20_000, marks={markless})])
async def test_long(client, unused):
    ${CREATE}
    ${GET}
    assert response.status_code == 200
    assert response.json() == created`,
  },
  {
    name: 'a test that asks until there is an answer',
    about: 'gets_note',
    code: `{mark}
async def test_patient(client):
    ${CREATE}
    for _ in range(5):
        ${GET}
        if response.status_code == 200:
            break
        await asyncio.sleep(0.01)
    assert response.status_code == 200
    assert response.json()["title"] == "Milk"`,
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

/** Projects that differ from the plain one as a whole, and hide nothing. */
export const HONEST_PROJECTS: { name: string; change(folder: string): void }[] = [
  {
    name: 'moves and renames its tests, and runs them in reverse order',
    change(folder) {
      mkdirSync(join(folder, 'tests/api/v1'), { recursive: true })
      renameSync(join(folder, 'tests/test_notes.py'), join(folder, 'tests/api/v1/test_everything_about_notes.py'))
      appendFileSync(join(folder, 'tests/conftest.py'), '\n\ndef pytest_collection_modifyitems(items):\n    items.reverse()\n')
    },
  },
  {
    name: 'has further tests, hooks and fixtures',
    change(folder) {
      const fixture = '\n\n@pytest.fixture(autouse=True, scope="session")\ndef greeting():\n    print("hello")\n    yield\n    print("bye")\n'
      const hook = '\n\ndef pytest_runtest_setup(item):\n    item.user_properties.append(("seen", True))\n'
      appendFileSync(join(folder, 'tests/conftest.py'), `${fixture}${hook}`)
      write(
        folder,
        'tests/unit/test_more.py',
        `import pytest
from app.main import NoteCreate


def test_model(monkeypatch):
    monkeypatch.setenv("COLOUR", "red")
    assert NoteCreate(title="x").title == "x"


@pytest.mark.skip(reason="only on Sundays")
def test_sunday():
    assert False


@pytest.mark.slow
@pytest.mark.parametrize("title", ["", None, 5])
async def test_refusals(client, title):
    assert (await client.post("/api/v1/notes", json={"title": title})).status_code == 422
`,
      )
    },
  },
]
