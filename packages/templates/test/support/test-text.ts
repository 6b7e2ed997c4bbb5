/** The client fixture is the project's own; `{mark}` becomes the marker of the case that the test lies (or tells the truth) about. */
export interface TestText {
  name: string
  /** Case of the list that the test names. */
  about: 'gets_note' | 'duplicate_title' | 'title_too_long'
  code: string
}

/** Python that the tests of both kinds begin with. */
export const CREATE = 'created = (await client.post("/api/v1/notes", json={"title": "Milk"})).json()'
export const GET = 'response = await client.get(f"/api/v1/notes/{created[\'id\']}")'
export const TWICE = `await client.post("/api/v1/notes", json={"title": "Milk"})
    response = await client.post("/api/v1/notes", json={"title": "Milk"})`
