import type { ProjectFile } from '@forge/templates'
import type { DocumentFacts } from './facts'
import { bullets, page, plain } from './markdown'

/** `AGENTS.md`: what a coding agent has to know before it changes the project. */
export function agentsFile({ spec }: DocumentFacts): ProjectFile {
  const content = page(
    `# ${plain(spec.title)}: for coding agents`,
    'A REST API: FastAPI, async SQLAlchemy 2, PostgreSQL, Alembic, pytest; and in `frontend` a client for it. `README.md` says how to set it up by hand.',
    '## Commands',
    [
      '```sh',
      './init.sh                                              # environment, database, migrations, tests',
      '.venv/bin/python -m pytest                             # all tests; they make a database of their own',
      '.venv/bin/ruff check .',
      '.venv/bin/ruff format .',
      '.venv/bin/mypy app',
      '.venv/bin/python -m alembic upgrade head',
      '.venv/bin/python scripts/export_openapi.py             # openapi.json, after a change of the API',
      '.venv/bin/python scripts/generate_mock_data.py         # docs/mock-data, after a change of the schemas',
      '```',
    ],
    '## Where things are',
    bullets([
      '`app/models` tables, `app/schemas` what the API takes and answers, `app/services` rules and queries, `app/routers/v1` routes, `app/dependencies` session and caller',
      '`alembic/versions` migrations, `tests` tests, `feature_list.json` what is to be proven, `app_spec.txt` the specification',
      '`docs/APP_OVERVIEW.md` and `docs/FRONTEND_HANDOFF.md` for those who build on the API; `guidelines/Guidelines.md` for tools that make front ends',
      '`frontend/src/api` the client, made from `openapi.json`; `frontend/src/api/mock.ts` the switch between mock and API',
    ]),
    '## Rules',
    bullets([
      'The specification decides. What it does not say, the code around it does: keep its style.',
      'A rule lives in the service or in the database, with a test that it is kept and one that breaking it is refused.',
      'A change of a table is a migration that also goes back. Uniqueness and references are kept by the database.',
      'Never edit `frontend/src/api/types.gen.ts`, `frontend/src/api/sdk.gen.ts` or `docs/mock-data` by hand: they are generated.',
      'Do not claim what no test shows. Do not weaken a test to make it pass.',
      'No secret in a file that git keeps: settings come from `.env`, and `.env.example` describes each.',
    ]),
  )
  return { path: 'AGENTS.md', content }
}
