import type { ApiSpec } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { credentialsOf } from '../../plan/credentials'
import type { AppFacts } from './app-facts'

/** `README.md`: how to set the project up, test it and serve it by hand. */
export function readmeFile(facts: AppFacts): ProjectFile {
  const { spec } = facts
  const routes = facts.routes.map(
    ({ endpoint }) => `| ${endpoint.method} | \`${endpoint.path}\` | ${(endpoint.summary || '').replace(/\|/g, '\\|').replace(/\s+/g, ' ')} |`,
  )
  const health = ['| GET | `/health` | The process is up |', '| GET | `/health/ready` | The database answers as well |']
  const content = `# ${spec.title}

${spec.description === '' ? '' : `${spec.description.trim()}\n\n`}A REST API: FastAPI, async SQLAlchemy 2, PostgreSQL 15 or newer, Alembic, pytest.

## Set up

You need Python 3.11 or newer, and PostgreSQL 15 or newer: a server of your own, or Docker for the one in \`docker-compose.yml\`.
\`./init.sh\` (Windows: \`./init.ps1\`) does all of this section, and runs the tests. By hand:

\`\`\`sh
python3 -m venv .venv
.venv/bin/python -m pip install --require-hashes -r requirements-dev.lock
cp .env.example .env
docker compose up --detach --wait db      # or set DATABASE_URL in .env
.venv/bin/python -m alembic upgrade head
\`\`\`

\`DATABASE_URL\` may be any URL that libpq takes, for example \`postgresql://user@/app?host=/run/postgresql\` for a unix socket.
Every setting is described in \`.env.example\`.

## Run the tests

\`\`\`sh
.venv/bin/python -m pytest
\`\`\`

The tests use a database of their own, named after that of \`DATABASE_URL\` with \`_test\` behind it, which they make afresh; the user needs the
right to create databases. Each test runs in one transaction, which is rolled back; tests of what happens at the same time commit, and empty the
tables afterwards. With \`TEST_DATABASE_URL\` all of them do so in the database that it names, and \`tests/test_database.py\` is left out.

\`\`\`sh
.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy app
\`\`\`

## Serve

\`\`\`sh
.venv/bin/uvicorn app.main:app --reload
\`\`\`

\`.venv/bin/python -m app.seed\` puts the rows of \`docs/mock-data\` into the database, those that are not there yet; with
\`ENVIRONMENT=production\` only what the application starts with.

The documentation is at \`/docs\`, the OpenAPI document at \`/openapi.json\`. \`.venv/bin/python scripts/export_openapi.py\` writes the document to the
file \`openapi.json\`, which a test keeps current.

## Deploy

\`Dockerfile\` makes an image that runs as a user without rights. On one machine, with PostgreSQL and the migrations:

\`\`\`sh
docker compose up --detach --wait --build
\`\`\`

The API is then at the port \`API_PORT\` of \`.env\`. For Kubernetes, \`deploy/kubernetes/kustomization.yaml\` begins with the steps;
\`deploy/kubernetes/secret.example.yaml\` shows the two secret settings. \`.github/workflows/ci.yml\` and \`.gitlab-ci.yml\` check every change:
lint, types, migrations up, down and up again, tests with their coverage.

With \`ENVIRONMENT=production\` the application starts only with \`AUTH_MODE=jwt\`, a \`JWT_SECRET\` of at least 32 characters, and a password of
the database other than that of \`.env.example\`.

## Who is asking

${identities(facts)}

## Routes

| Method | Path | |
|---|---|---|
${[...routes, ...health.filter((line) => !routes.includes(line))].join('\n')}

## Where things are

| Folder | Holds |
|---|---|
| \`app/models\` | the tables, one module each |
| \`app/schemas\` | what the API takes and answers |
| \`app/services\` | the rules and the queries |
| \`app/routers/v1\` | the routes |
| \`app/dependencies\` | session, caller and services, as routes ask for them |
| \`alembic/versions\` | the migrations |
| \`tests\` | the tests |
`
  return { path: 'README.md', content }
}

function identities({ spec, roleType }: AppFacts): string {
  const { kind, header, required, userEntity, mockUser } = spec.auth
  if (kind === 'none') return 'The API asks nobody who they are.'
  const id = String(mockUser['id'] ?? 1)
  const unknown = userEntity === null ? '' : ' An id that no user has is refused with 401.'
  const role = roleType === null ? '' : ', and `:<role>` behind it for a role other than the user’s own'
  const mock =
    kind === 'header'
      ? `\`AUTH_MODE=mock\`, the default: the header \`${header}\` names the caller by id${role}. ${required ? 'Without it a request is refused with 401.' : `Without it the built-in user (id ${id}) asks.`}${unknown}`
      : `\`AUTH_MODE=mock\`, the default: ${required ? 'a request needs a bearer token' : `a request without a token asks as the built-in user (id ${id})`}. \`Authorization: Bearer mock:<id>\` is the user of that id${role}.${unknown} It refuses to start with \`ENVIRONMENT=production\`.`
  const jwt = `\`AUTH_MODE=jwt\`: \`Authorization: Bearer <token>\` with a token signed by HS256 with \`JWT_SECRET\`. It has \`sub\`, the id of the caller, \`exp\`, \`iat\`,\n\`jti\`, and \`typ\`, which is \`access\`.${roleType === null ? '' : ' A `role` in it is the role that the caller acts in, instead of the usual one.'} Everything else is refused with 401.
With \`AUTH_MODE=jwt\` and a \`JWT_SECRET\` in the environment, the tests ask with such tokens, too.`
  return [mock, jwt, ...signingIn(spec)].join('\n\n')
}

/** How people come by a token, where the application gives them out. */
function signingIn(spec: ApiSpec): string[] {
  const credentials = credentialsOf(spec)
  if (credentials === undefined) return []
  const { logins, paths } = credentials
  const names = logins.map((field) => `\`${field.name}\``).join(' or ')
  return [
    `\`POST ${paths.login}\` trades ${names} and \`password\` for an access token, good for 15 minutes, and a refresh token, good for one use within 30 days.
\`POST ${paths.refresh}\` trades that for new tokens; a refresh token that is used twice ends the session, since somebody has stolen it.
\`POST ${paths.logout}\` ends the session of the refresh token in its body, or without a body all sessions of the caller.
Passwords are kept as Argon2id hashes.`,
  ]
}
