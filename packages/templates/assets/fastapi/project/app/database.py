"""The connection to PostgreSQL."""

from typing import Any

from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from app.config import Settings


def create_engine(settings: Settings) -> AsyncEngine:
    """Make the engine; the application's lifespan disposes of it."""
    return create_async_engine(
        settings.database_url,
        pool_pre_ping=True,
        pool_size=settings.database_pool_size,
        json_serializer=serialize,
    )


def serialize(value: Any) -> str:
    """Write JSON; dates, decimals and UUIDs inside become texts."""
    return to_json(value).decode()


def create_session_factory(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Make the factory of sessions. Rows stay readable after commit; nothing is written before a service says so."""
    return async_sessionmaker(engine, expire_on_commit=False, autoflush=False)
