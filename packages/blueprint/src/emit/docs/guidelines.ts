import type { ProjectFile } from '@forge/templates'
import { capitalized } from '../../words'
import { type DocumentFacts, plural } from './facts'
import { bullets, code, page, plain } from './markdown'

const MOST_RESOURCES = 60

/** `guidelines/Guidelines.md`, under the name that Figma Make reads, and `guidelines/guideline.md`, which points to it. */
export function guidelineFiles(facts: DocumentFacts): ProjectFile[] {
  return [
    { path: 'guidelines/Guidelines.md', content: guidelines(facts) },
    {
      path: 'guidelines/guideline.md',
      content: page([
        'The guidelines for front ends of this API are in [Guidelines.md](Guidelines.md), the name under which Figma Make reads them. They say which files',
        'hold the contract, how to call the API with its client, when to use the mock data, and what every screen has to do. Nothing more stands here.',
      ]),
    },
  ]
}

function guidelines({ spec, resources, schemas }: DocumentFacts): string {
  const { params, envelope, names } = spec.paging
  const items = code(names?.items ?? 'items')
  const errors = Object.keys(schemas['ErrorRead']?.properties ?? {})
  const shown = resources.slice(0, MOST_RESOURCES)
  return page(
    `# Guidelines: front ends of ${plain(spec.title)}`,
    '## Where things are',
    bullets([
      'What the application is for, who uses it, which screens: `docs/APP_OVERVIEW.md`',
      'Endpoints, rules, conventions: `docs/FRONTEND_HANDOFF.md`',
      'Types: `frontend/src/api/types.gen.ts`. Functions: `frontend/src/api/sdk.gen.ts`. Both are made from `openapi.json`: never edit them',
      'The switch between mock and API: `frontend/src/api/mock.ts`. Rows: `frontend/src/api/mock-data.ts`, the same as in `docs/mock-data`',
    ]),
    '## Hard rules',
    bullets([
      'The backend exists. Invent no endpoint, no field, no enumeration, no database and no storage of your own.',
      'A preview in the cloud cannot reach localhost: keep `USE_MOCK_DATA` on there. Call `connect()` once, before the first request.',
      'Call the API only through the functions of the client. No address in a component: `API_BASE_URL` in `frontend/src/api/mock.ts` is the only one.',
      'Names and values exactly as in the types, upper and lower case included. Show friendly labels, send the values.',
      'No `any`, no type assertion to get past the compiler. No secret in the front end.',
    ]),
    '## Calling',
    bullets([
      'A function answers with `data` or with `error`; look at `error` first.',
      envelope.length > 0 && params !== null
        ? `A list is a page: the rows are in ${items}. Ask for the next page, never for all of them.`
        : 'A list comes as the types say.',
      errors.length > 0
        ? `An error has ${errors.map(code).join(', ')}. Show its message; use its code for decisions.`
        : 'Show the message of an error.',
      spec.auth.kind === 'none'
        ? 'The API asks nobody who they are.'
        : 'Who is asking is set in one place, with `client.setConfig`; see `docs/FRONTEND_HANDOFF.md`.',
      'Moments are UTC: show them in the zone of the reader, send them with a zone.',
    ]),
    '## Status of answers',
    bullets([
      '401: ask who it is. 403: say that it is not allowed, and hide the action next time.',
      '404: say that it is gone, and lead back to the list. 409: show the message, keep what was typed.',
      `${spec.statusCodes.validation}: show each message at its field, and keep what was typed. 5xx or no answer: offer to try again.`,
    ]),
    '## Every screen',
    bullets([
      'Has a state for loading (a skeleton), for nothing found (with the action that changes that) and for an error (with "try again").',
      'Disables what is being sent, and says when it is done. Optimistic changes are taken back when the API refuses.',
      'Asks before it deletes.',
      'Works with keyboard alone, has labels, visible focus and contrast to WCAG 2.2 AA; works from 360 px on.',
      'Loads lists page by page, and waits for a pause in typing before it searches.',
    ]),
    '## Layout of the code',
    bullets([
      'One folder for each resource: its list, its detail, its form',
      'What fetches apart from what shows',
      'Tests for forms and for the error state',
    ]),
    '## Resources',
    bullets(shown.map(({ entity, schema }) => `${capitalized(plural(entity))}${schema === undefined ? '' : `: ${code(schema)}`}`)),
    shown.length < resources.length && `And ${resources.length - shown.length} more, in \`docs/FRONTEND_HANDOFF.md\`.`,
  )
}
