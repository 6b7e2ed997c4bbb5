"""The rows of docs/mock-data, for a database that people look at."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Base

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "mock-data"

Values = dict[str, Any]
Hidden = Mapping[str, Values]


async def load_mock_data(session: AsyncSession, hidden: Hidden) -> None:
    """Insert the rows that are missing; `hidden` has, by table, the values that the API takes and never shows."""
    tables = Base.metadata.sorted_tables
    waiting = []
    for index, table in enumerate(tables):
        later = later_columns(table, tables[index:])
        for values in mock_rows(table, hidden):
            now = {name: value for name, value in values.items() if name not in later}
            statement = insert(table).values(now).on_conflict_do_nothing().returning(sa.true())
            if await session.scalar(statement) and later:
                waiting.append((table, later, values))
        await continue_numbers(session, table)
    for table, later, values in waiting:
        await point_later(session, table, later, values)
    await session.commit()


def later_columns(table: sa.Table, unfilled: Sequence[sa.Table]) -> set[str]:
    """Name the optional columns that refer to rows which are not there yet when this table is filled."""
    keys = (key for key in table.foreign_keys if key.column.table in unfilled and key.parent.nullable)
    return {key.parent.name for key in keys}


async def point_later(session: AsyncSession, table: sa.Table, later: set[str], values: Values) -> None:
    """Set the references that had to wait, and keep what a change by a user would set anew."""
    kept = later | {column.name for column in table.columns if column.onupdate is not None}
    change = {name: value for name, value in values.items() if name in kept}
    same = [column == values[column.name] for column in table.primary_key]
    await session.execute(sa.update(table).where(*same).values(change))


async def continue_numbers(session: AsyncSession, table: sa.Table) -> None:
    """Let the next number follow the highest."""
    for column in table.primary_key:
        sequence = await session.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, column.name)))
        highest = sequence and await session.scalar(sa.select(sa.func.max(column)))
        if highest:
            await session.execute(sa.select(sa.func.setval(sequence, highest)))


def mock_rows(table: sa.Table, hidden: Hidden) -> list[Values]:
    """Return the rows of a table's file, as values of its columns."""
    file = FOLDER / f"{table.name}.json"
    rows: list[Values] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    columns = {str(column.info.get("json_name", column.name)): column for column in table.columns}
    return [hidden.get(table.name, {}) | values_of(row, columns) for row in rows]


def values_of(row: Values, columns: Mapping[str, sa.Column[Any]]) -> Values:
    """Turn JSON into what the columns hold; what the database computes is left to it."""
    known = ((columns[name], value) for name, value in row.items() if name in columns)
    return {column.name: value_of(column, value) for column, value in known if column.computed is None}


def value_of(column: sa.Column[Any], value: Any) -> Any:
    """Read a date, a number or an identifier from its JSON form."""
    if value is None or isinstance(column.type, sa.JSON):
        return value
    return TypeAdapter[Any](column.type.python_type).validate_python(value)
