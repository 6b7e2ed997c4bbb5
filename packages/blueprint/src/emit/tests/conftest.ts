import type { ApiSpec } from '@forge/spec'
import type { World } from '../../plan/world'
import { isPassword } from '../../plan/credentials'
import { quoted } from '../app/python'
import { isBackEdge } from '../app/table-order'

const CHEAP_HASHES = `
# Hashing is slow on purpose, and tests do it all the time.
security.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
`

const EMPTYING = `# Rows go before those that they refer to.
EMPTYING = "; ".join(str(sa.delete(table)) for table in reversed(Base.metadata.sorted_tables))`

const EMPTYING_TANGLED = `# Tables that refer to themselves or to each other can only be emptied together, which takes longer.
EMPTYING = "TRUNCATE " + ", ".join(f'"{name}"' for name in Base.metadata.tables) + " CASCADE"`

const isTangled = ({ entities }: ApiSpec): boolean =>
  entities.some((entity) => entity.fields.some((field) => field.reference?.entity === entity.name || isBackEdge(entities, entity, field)))

/** The text of `tests/conftest.py`. */
export function conftestModule({ spec, builtInId, roleField }: World): string {
  const { auth, roles } = spec
  const hashes = spec.entities.some((entity) => entity.fields.some((field) => isPassword(spec, entity, field)))
  // Where no table holds the roles, whoever asks says which one is theirs.
  const role = roleField === null && roles.length > 0 ? `, ${quoted(String(auth.mockUser['role'] ?? roles[0]))}` : ''
  const builtIn = `as_user(${JSON.stringify(builtInId)}${role})`
  const named = auth.kind === 'header' || (auth.kind === 'bearer' && auth.required)
  const identity = named ? builtIn : `${builtIn} if get_settings().auth_mode == "jwt" else {}`
  return `"""The fixtures: a migrated database that forgets what a test wrote, and clients of the application."""

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
${hashes ? 'from argon2 import PasswordHasher\n' : ''}from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

${hashes ? 'from app import security\n' : ''}from app.config import get_settings
from app.main import app
from app.models import Base
from app.seed import seed
from tests.factories import Make
from tests.support import as_user
${hashes ? CHEAP_HASHES : ''}
# A database that others may use, too: the application in another process. Without it the tests make one of their own.
GIVEN = os.environ.get("TEST_DATABASE_URL")
# These look into the application, and drop its tables.
collect_ignore = ["test_database.py"] if GIVEN else []

${isTangled(spec) ? EMPTYING_TANGLED : EMPTYING}


@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest) -> str:
    """Migrate the given database, or else one of the tests' own; parallel workers have one each."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    os.environ["DATABASE_URL"] = GIVEN or make_database(get_settings().database_url, f"_test{worker}")
    # Identities are mocked, unless AUTH_MODE=jwt and a JWT_SECRET ask for signed tokens.
    os.environ |= {"ENVIRONMENT": "test", "AUTH_MODE": os.environ.get("AUTH_MODE", "mock")}
    get_settings.cache_clear()
    command.upgrade(Config(request.config.rootpath / "alembic.ini"), "head")
    return get_settings().database_url


def make_database(neighbour: str, suffix: str) -> str:
    """Make a database beside this one, named after it, and return its URL."""
    url = sa.make_url(neighbour).set(drivername="postgresql+asyncpg")
    name = f"{url.database}{suffix}"
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
    await empty(test_engine)
    async with app.router.lifespan_context(app):
        yield test_engine
    await test_engine.dispose()


async def empty(engine: AsyncEngine) -> None:
    """Leave in the tables only what the application starts with."""
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.execute(EMPTYING)
    async with async_sessionmaker(engine)() as session:
        await seed(session)


@pytest.fixture
async def committed(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Commit for real, so that others see what a test does while it runs, and empty the tables afterwards."""
    app.state.session_factory.configure(bind=engine, join_transaction_mode="conditional_savepoint")
    async with engine.connect() as own:
        yield await own.execution_options(isolation_level="AUTOCOMMIT")
    await empty(engine)


@pytest.fixture
async def rolled_back(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Hold all that a test does in one transaction, and roll it back; the application commits savepoints."""
    async with engine.connect() as outer:
        transaction = await outer.begin()
        app.state.session_factory.configure(bind=outer, join_transaction_mode="create_savepoint")
        yield outer
        await transaction.rollback()


@pytest.fixture
def connection(request: pytest.FixtureRequest) -> AsyncConnection:
    """Look into the database as the test changes it."""
    found: AsyncConnection = request.getfixturevalue("committed" if GIVEN else "rolled_back")
    return found


@pytest.fixture
async def session(connection: AsyncConnection) -> AsyncIterator[AsyncSession]:
    """Open a session as a request does."""
    async with app.state.session_factory() as open_session:
        yield open_session


@pytest.fixture
async def client(connection: AsyncConnection) -> AsyncIterator[AsyncClient]:
    """Ask the application as the built-in user."""
    identity = ${identity}
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test", headers=identity) as built_in_user:
        yield built_in_user


@pytest.fixture
async def anonymous(connection: AsyncConnection) -> AsyncIterator[AsyncClient]:
    """Ask the application without an identity."""
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as without_identity:
        yield without_identity


@pytest.fixture
def make(client: AsyncClient, connection: AsyncConnection) -> Make:
    """Make rows."""
    return Make(client, connection)
`
}
