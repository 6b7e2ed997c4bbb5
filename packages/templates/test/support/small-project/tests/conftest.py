"""What every test gets."""

import os
from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", os.environ["DATABASE_URL"])

from app.database import engine  # noqa: E402
from app.main import app  # noqa: E402


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    """Give a client on an empty, migrated database."""
    async with engine.begin() as connection:
        await connection.execute(text("TRUNCATE notes RESTART IDENTITY"))
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as opened:
        yield opened
    await engine.dispose()
