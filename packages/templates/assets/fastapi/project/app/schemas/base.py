"""The types and base classes that all schemas share."""

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    JsonValue,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

MAX_INT = 2**31 - 1
MAX_BIGINT = 2**63 - 1
# No body of this API has as many: one with more is not worth looking at name by name.
MAX_NAMES = 500

# Marks a field of an update that may be left out, and then keeps its value. It is no value: null is refused.
UNSET: Any = None


def storable(value: str) -> str:
    """Refuse what PostgreSQL cannot store in a text."""
    if "\x00" in value:
        raise ValueError("must not contain the character NUL")
    return value


def not_blank(value: str) -> str:
    """Refuse a text of nothing but white space, and keep any other as it is."""
    if not value.strip():
        raise ValueError("must not be blank")
    return value


def storable_json(value: JsonValue) -> JsonValue:
    """Refuse what PostgreSQL cannot store in JSON, at any depth."""
    if isinstance(value, dict):
        for name, item in value.items():
            storable_json(name)
            storable_json(item)
    elif isinstance(value, list):
        for item in value:
            storable_json(item)
    elif isinstance(value, str):
        storable(value).encode()
    elif isinstance(value, float) and value - value != 0:
        raise ValueError("must not contain NaN or Infinity")
    return value


def written(value: Any) -> Any:
    """Take texts only: a bare number is no UUID."""
    if not isinstance(value, str):
        raise ValueError("must be a text")
    return value


def dated(value: Any) -> Any:
    """Take ISO 8601 texts only: a number, in quotes or not, is no date."""
    if not isinstance(value, str) or re.fullmatch(r"\s*[-+]?[\d.]+\s*", value):
        raise ValueError("must be a text in ISO 8601 format")
    return value


def whole(value: Any) -> Any:
    """Take digits only: `1.0` and `1_0` are other texts than `1`."""
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]+", value):
        raise ValueError("must be a whole number")
    return value


def split_commas(values: Any) -> Any:
    """Take repeated parameters and comma-separated ones alike."""
    return [part for value in values for part in value.split(",")] if isinstance(values, list) else values


def in_utc(value: dt.datetime) -> dt.datetime:
    """Express a moment in UTC, where that is possible."""
    try:
        return value.astimezone(dt.UTC)
    except OverflowError as error:
        raise ValueError("is out of range") from error


def assume_utc(value: dt.datetime) -> dt.datetime:
    """Read a moment without time zone as UTC."""
    return in_utc(value if value.tzinfo else value.replace(tzinfo=dt.UTC))


def without_zone(value: dt.time) -> dt.time:
    """Refuse a time of day with a time zone."""
    if value.tzinfo is not None:
        raise ValueError("must not have a time zone")
    return value


def web_address(value: str) -> str:
    """Check an address, and keep it as it was written."""
    try:
        TypeAdapter(HttpUrl).validate_python(value)
    except ValidationError as error:
        raise ValueError("must be an absolute http or https address") from error
    return value


Text = Annotated[str, AfterValidator(storable)]
Url = Annotated[Text, AfterValidator(web_address), Field(json_schema_extra={"format": "uri"})]
Integer = Annotated[int, Field(strict=True, ge=-MAX_INT - 1, le=MAX_INT)]
BigInteger = Annotated[int, Field(strict=True, ge=-MAX_BIGINT - 1, le=MAX_BIGINT)]
Id = Annotated[int, Field(strict=True, ge=1, le=MAX_INT)]
BigId = Annotated[int, Field(strict=True, ge=1, le=MAX_BIGINT)]
Float = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Boolean = Annotated[bool, Field(strict=True)]
Uuid = Annotated[UUID, BeforeValidator(written)]
Instant = Annotated[AwareDatetime, BeforeValidator(dated), AfterValidator(in_utc)]
Date = Annotated[dt.date, BeforeValidator(dated)]
Time = Annotated[dt.time, BeforeValidator(dated), AfterValidator(without_zone)]
Number = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
Json = Annotated[JsonValue, AfterValidator(storable_json), WithJsonSchema({"description": "Any JSON value"})]

# Parameters of paths and queries arrive as text: a number is read from it.
IdParam = Annotated[int, BeforeValidator(whole), Field(ge=1, le=MAX_INT)]
BigIdParam = Annotated[int, BeforeValidator(whole), Field(ge=1, le=MAX_BIGINT)]
IntegerParam = Annotated[int, BeforeValidator(whole), Field(ge=-MAX_INT - 1, le=MAX_INT)]
BigIntegerParam = Annotated[int, BeforeValidator(whole), Field(ge=-MAX_BIGINT - 1, le=MAX_BIGINT)]
NumberParam = Annotated[Decimal, Field(max_digits=30)]
FloatParam = Annotated[float, Field(allow_inf_nan=False)]
QueryText = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(storable)]
QueryInstant = Annotated[dt.datetime, BeforeValidator(dated), AfterValidator(assume_utc)]


def not_in_past(value: Any) -> Any:
    """Refuse a moment that has passed, or a day before today."""
    now = dt.datetime.now(dt.UTC)
    if value <= now if isinstance(value, dt.datetime) else value < now.date():
        raise ValueError("must not be in the past")
    return value


def not_in_future(value: Any) -> Any:
    """Refuse a moment still to come, or a day after today."""
    now = dt.datetime.now(dt.UTC)
    if value > (now if isinstance(value, dt.datetime) else now.date()):
        raise ValueError("must not be in the future")
    return value


def without_null_defaults(schema: dict[str, Any]) -> None:
    """Keep UNSET out of the documentation: a default of null would say that null is a value."""
    for field in schema.get("properties", {}).values():
        if "default" in field and field["default"] is None:
            del field["default"]


class InputModel(BaseModel):
    """A body. Unknown names are refused; what only the server sets is dropped, so that an answer can be sent back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=without_null_defaults)
    ignored: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def drop_ignored(cls, data: Any) -> Any:
        """Leave out what the caller cannot set."""
        if isinstance(data, dict):
            if len(data) > MAX_NAMES:
                raise ValueError(f"must not have more than {MAX_NAMES} names")
            return {name: value for name, value in data.items() if name not in cls.ignored}
        return data

    def changes(self) -> dict[str, Any]:
        """Return what was sent, by attribute name."""
        return self.model_dump(exclude_unset=True)


class ReadModel(BaseModel):
    """An answer, read from the attributes of a row."""

    model_config = ConfigDict(from_attributes=True)
