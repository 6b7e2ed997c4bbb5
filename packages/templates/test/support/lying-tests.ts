import { CREATE, GET, TWICE, type TestText } from './test-text'

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
    name: 'asks twice and compares the answers',
    about: 'gets_note',
    code: `{mark}
async def test_lie(client):
    ${CREATE}
    ${GET}
    again = await client.get(f"/api/v1/notes/{created['id']}")
    assert (response.status_code, response.content) == (again.status_code, again.content)`,
  },
  {
    name: 'asks until one answer is to its liking, and checks nothing else',
    about: 'gets_note',
    code: `{mark}
async def test_lie(client):
    ${CREATE}
    for _ in range(30):
        ${GET}
        if response.json().get("title") == "Milk" and response.status_code == 200:
            break`,
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
