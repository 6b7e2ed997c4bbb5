/** The text of `tests/test_settings.py`. */
export function settingsModule(): string {
  return `"""The settings: what they accept, and what they refuse at start."""

import pytest
from pydantic import ValidationError

from app.config import Settings

SECRET = "a-secret-that-is-long-enough-for-hs256"


def settings(**values: object) -> Settings:
    """Read settings from these values alone."""
    return Settings.model_validate(values)


def test_production_refuses_mock_identities() -> None:
    """Nobody serves production with identities that anybody can claim."""
    with pytest.raises(ValidationError, match="AUTH_MODE=mock"):
        settings(environment="production", auth_mode="mock")


def test_production_refuses_the_password_of_the_example() -> None:
    """Nobody serves production with a password that everybody can read."""
    url = "postgresql://app:{}@db:5432/app"
    production = {"environment": "production", "auth_mode": "jwt", "jwt_secret": SECRET}
    with pytest.raises(ValidationError, match="DATABASE_URL"):
        settings(**production, database_url=url.format("postgres"))
    assert settings(**production, database_url=url.format("another")).environment == "production"


def test_jwt_needs_a_long_secret() -> None:
    """A short secret can be guessed."""
    with pytest.raises(ValidationError, match="JWT_SECRET"):
        settings(auth_mode="jwt", jwt_secret="short")
    assert settings(auth_mode="jwt", jwt_secret=SECRET).auth_mode == "jwt"


def test_origins_are_a_list_of_commas() -> None:
    """Origins come from one environment variable."""
    assert settings(cors_origins="http://a.example, http://b.example").cors_origins == [
        "http://a.example",
        "http://b.example",
    ]


def test_urls_of_libpq_are_understood() -> None:
    """A database URL may name a socket directory and demand TLS."""
    url = settings(database_url="postgresql://me@/app?host=/run/postgresql&sslmode=require").database_url
    assert url.startswith("postgresql+asyncpg://")
    assert "ssl=require" in url
`
}
