import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Feature, formatFeatureList } from '@forge/core'
import { writeSmallProject } from './small-project'

/** What the small project was built from. */
export const SPEC = `# Notes API

A small API for notes, without authentication.

## Resources

### Notes

**Model Fields:**
- \`id\` (integer, primary key)
- \`title\` (string, required, unique)

**Endpoints:**
- \`POST /api/v1/notes\` - Create a note
- \`GET /api/v1/notes\` - List all notes
- \`GET /api/v1/notes/{note_id}\` - Get one note
`

const shared = { request_schema: null, response_schema: null, category: 'endpoint', passes: false } as const
const create = { method: 'POST', path: '/api/v1/notes' } as const
const get = { method: 'GET', path: '/api/v1/notes/{note_id}' } as const
const list = { method: 'GET', path: '/api/v1/notes' } as const

export const FEATURES: Feature[] = [
  {
    ...shared,
    ...create,
    id: 1,
    description: 'Create a note',
    test_cases: [
      {
        ...create,
        name: 'creates_note',
        description: 'Stores a note.',
        input: { title: 'Milk' },
        expected_status: 201,
        expected_response_contains: ['Milk', '"id"'],
      },
      {
        ...create,
        name: 'duplicate_title',
        description: 'Refuses a title twice.',
        input: { title: 'Milk' },
        expected_status: 409,
      },
      {
        ...create,
        name: 'title_too_long',
        description: 'Refuses a title that is too long.',
        input: { title: 'x'.repeat(101) },
        expected_status: 422,
      },
    ],
  },
  {
    ...shared,
    ...get,
    id: 2,
    description: 'Get one note',
    test_cases: [
      { ...get, name: 'gets_note', description: 'Shows a note.', input: null, expected_status: 200, expected_response_contains: ['Milk'] },
      { ...get, name: 'unknown_note', description: 'Knows no such note.', input: null, expected_status: 404 },
    ],
  },
  {
    ...shared,
    ...list,
    id: 3,
    description: 'List all notes',
    test_cases: [
      { ...list, name: 'lists_notes', description: 'Lists what there is.', input: null, expected_status: 200, expected_response_contains: ['Milk'] },
    ],
  },
]

const TOO_LONG = `

@pytest.mark.feature(1, "title_too_long")
async def test_title_too_long(client: AsyncClient) -> None:
    response = await client.post("/api/v1/notes", json={"title": "x" * 101})
    assert response.status_code == 422
`

/** An honest project in which every feature is proven, with the specification and the list that belong to it. */
export function writeHonestProject(folder: string): string {
  writeSmallProject(folder)
  appendFileSync(join(folder, 'tests/test_notes.py'), TOO_LONG)
  write(folder, 'app_spec.txt', SPEC)
  write(folder, 'feature_list.json', formatFeatureList(FEATURES))
  return folder
}

/** Writes a file of a project. */
export function write(folder: string, path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), content)
}

/** A further feature of the list, with a case of another one as its only case. */
export function featureAbout(id: number, name: string): Feature {
  for (const feature of FEATURES) {
    const testCase = feature.test_cases.find((each) => each.name === name)
    if (testCase !== undefined) return { ...feature, id, description: `${feature.description} (${id})`, test_cases: [testCase] }
  }
  throw new Error(`no case is called ${name}`)
}
