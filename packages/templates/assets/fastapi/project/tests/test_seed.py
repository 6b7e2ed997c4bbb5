"""The mock data fit the database: `python -m app.seed` loads them, once."""

from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.main import app
from app.mock_data import load_mock_data, mock_rows
from app.models import Base
from app.seed import HIDDEN

TABLES = [table for table in Base.metadata.sorted_tables if mock_rows(table, HIDDEN)]


async def stored_rows(session: AsyncSession, table: sa.Table) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Read a table: its rows by their keys."""
    found = await session.execute(sa.select(table))
    return {key_of(table, row): dict(row) for row in found.mappings()}


def key_of(table: sa.Table, row: Mapping[Any, Any]) -> tuple[Any, ...]:
    """Return the key of a row."""
    return tuple(row[column.name] for column in table.primary_key)


async def test_mock_data_are_loaded_once(client: AsyncClient) -> None:
    """Every row gets into the database as the file has it, beside what was there; again changes nothing."""
    if not TABLES:
        pytest.skip("not run: there is no docs/mock-data; make it with scripts/generate_mock_data.py")
    async with app.state.session_factory() as session:
        before = {table.name: await stored_rows(session, table) for table in TABLES}
        for _ in range(2):
            await load_mock_data(session, HIDDEN)
            for table in TABLES:
                found = await stored_rows(session, table)
                hidden = HIDDEN.get(table.name, {})
                for row in mock_rows(table, HIDDEN):
                    key = key_of(table, row)
                    wanted = before[table.name].get(key, row)
                    shown = wanted.keys() - hidden.keys()
                    assert {name: found[key][name] for name in shown} == {name: wanted[name] for name in shown}
