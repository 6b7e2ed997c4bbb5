"""Migrate the database of the environment."""

import asyncio

from alembic import context
from app.database import engine
from app.models import Base
from sqlalchemy import Connection


def run(connection: Connection) -> None:
    """Migrate over this connection."""
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    """Connect and migrate."""
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())
