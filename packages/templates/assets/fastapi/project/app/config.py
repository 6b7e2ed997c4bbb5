"""Settings, read from the environment and from `.env`."""

import secrets
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url

MIN_SECRET_LENGTH = 32
DEVELOPMENT_DATABASE = "postgresql://postgres:postgres@localhost:5432/app"


class Settings(BaseSettings):
    """Each field is an environment variable of the same name in upper case."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    environment: Literal["development", "test", "production"] = "development"
    database_url: str = DEVELOPMENT_DATABASE
    database_pool_size: Annotated[int, Field(ge=1, le=100)] = 10
    auth_mode: Literal["mock", "jwt"] = "mock"
    jwt_secret: SecretStr = SecretStr("")
    log_format: Literal["text", "json"] = "text"
    cors_origins: Annotated[list[str], NoDecode] = ["http://localhost:3000", "http://localhost:5173"]

    @field_validator("database_url")
    @classmethod
    def use_asyncpg(cls, value: str) -> str:
        """Accept the URLs that libpq accepts, `?host=/socket/directory` and `sslmode` included."""
        url = make_url(value)
        query = {"ssl" if name == "sslmode" else name: setting for name, setting in url.query.items()}
        known = {name: value for name, value in query.items() if name in {"host", "port", "ssl"}}
        return url.set(drivername="postgresql+asyncpg", query=known).render_as_string(hide_password=False)

    @field_validator("cors_origins", mode="before")
    @classmethod
    def split_origins(cls, value: Any) -> Any:
        """Take a comma-separated list."""
        if isinstance(value, str):
            return [origin.strip() for origin in value.split(",") if origin.strip()]
        return value

    @model_validator(mode="after")
    def refuse_unsafe_combinations(self) -> Self:
        """Fail at start rather than serve production with identities that anybody can claim."""
        if self.environment == "production" and self.auth_mode == "mock":
            raise ValueError("AUTH_MODE=mock accepts any identity; set AUTH_MODE=jwt when ENVIRONMENT=production")
        if self.environment == "production" and password_of(self.database_url) == password_of(DEVELOPMENT_DATABASE):
            raise ValueError("DATABASE_URL has the password of .env.example; set another when ENVIRONMENT=production")
        if self.auth_mode == "mock" and not self.jwt_secret.get_secret_value():
            self.jwt_secret = SecretStr(secrets.token_urlsafe(MIN_SECRET_LENGTH))
        if self.auth_mode == "jwt" and len(self.jwt_secret.get_secret_value()) < MIN_SECRET_LENGTH:
            raise ValueError(f"AUTH_MODE=jwt needs JWT_SECRET with at least {MIN_SECRET_LENGTH} characters")
        return self


def password_of(url: str) -> str | None:
    """Return the password in a database's URL."""
    return make_url(url).password


@lru_cache
def get_settings() -> Settings:
    """Return the settings of this process."""
    return Settings()
