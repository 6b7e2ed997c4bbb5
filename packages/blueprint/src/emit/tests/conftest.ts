import type { World } from '../../plan/world'
import { isPassword } from '../../plan/credentials'
import { quoted } from '../app/python'

const CHEAP_HASHES = `
# Hashing is slow on purpose, and tests do it all the time.
security.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
`

const ANONYMOUS_CLIENT = `

@pytest.fixture
async def anonymous(clean_database: None) -> AsyncIterator[AsyncClient]:
    """Ask the application without an identity."""
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as without_identity:
        yield without_identity
`

const SAME_CLIENT = `

@pytest.fixture
def anonymous(client: AsyncClient) -> AsyncClient:
    """Ask the application without an identity, as \`client\` does anyway."""
    return client
`

/** The text of `tests/conftest.py`. */
export function conftestModule({ spec, builtInId, roleField }: World): string {
  const { auth, roles } = spec
  const hashes = spec.entities.some((entity) => entity.fields.some((field) => isPassword(spec, entity, field)))
  // Where no table holds the roles, whoever asks says which one is theirs.
  const role = roleField === null && roles.length > 0 ? `:${String(auth.mockUser['role'] ?? roles[0])}` : ''
  const [header, value] =
    auth.kind === 'header' ? [auth.header, `${String(builtInId)}${role}`] : ['Authorization', `Bearer mock:${String(builtInId)}${role}`]
  const named = auth.kind === 'header' || (auth.kind === 'bearer' && auth.required)
  const identity = named ? `    identity = {${quoted(header)}: ${quoted(value)}}\n` : ''
  const headers = named ? ', headers=identity' : ''
  const anonymous = named ? ANONYMOUS_CLIENT : SAME_CLIENT
  return `"""The fixtures: a migrated database, emptied before each test, and clients of the application."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
${hashes ? 'from argon2 import PasswordHasher\n' : ''}from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

${hashes ? 'from app import security\n' : ''}from app.config import get_settings
from app.main import app
from app.seed import seed
from tests.factories import Make
${hashes ? CHEAP_HASHES : ''}

@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest) -> str:
    """Migrate the database of TEST_DATABASE_URL, or else one of the tests' own, made afresh."""
    given = os.environ.get("TEST_DATABASE_URL")
    os.environ["DATABASE_URL"] = given or make_database(get_settings().database_url)
    os.environ |= {"ENVIRONMENT": "test", "AUTH_MODE": "mock"}
    get_settings.cache_clear()
    command.upgrade(Config(request.config.rootpath / "alembic.ini"), "head")
    return get_settings().database_url


def make_database(application_url: str) -> str:
    """Make the database named after the application's, with _test behind, and return its URL."""
    url = sa.make_url(application_url)
    name = f"{url.database}_test"
    server = create_async_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")

    async def recreate() -> None:
        async with server.connect() as connection:
            await connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            await connection.execute(sa.text(f'CREATE DATABASE "{name}"'))

    asyncio.run(recreate())
    return url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Connect to the tests' database, and run the application's own start and end around all tests."""
    test_engine = create_async_engine(database_url)
    async with app.router.lifespan_context(app):
        yield test_engine
    await test_engine.dispose()


# Tables that hold rows or held some: of many, few need to be emptied.
FILLED = """
SELECT string_agg(quote_ident(relname), ', ') FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
AND pg_relation_size(oid) > 0
"""


@pytest.fixture
async def clean_database(engine: AsyncEngine) -> None:
    """Empty all tables, and put in what the application starts with."""
    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        filled = await driver.fetchval(FILLED)
        if filled:
            await driver.execute(f"TRUNCATE {filled} CASCADE")
    async with async_sessionmaker(engine)() as session:
        await seed(session)


@pytest.fixture
async def client(clean_database: None) -> AsyncIterator[AsyncClient]:
    """Ask the application as the built-in user."""
${identity}    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test"${headers}) as built_in_user:
        yield built_in_user
${anonymous}

@pytest.fixture
def make(client: AsyncClient, engine: AsyncEngine) -> Make:
    """Make rows."""
    return Make(client, engine)
`
}
