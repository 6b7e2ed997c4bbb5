/** The text of `tests/test_schemas.py`: the shared types of bodies and parameters. */
export function schemasModule(): string {
  return `"""The shared types of bodies and parameters: what they accept, and what they refuse."""

import datetime as dt
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from app.schemas import base

HOUR = dt.timedelta(hours=1)
NOW = dt.datetime.now(dt.UTC)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        pytest.param(base.Text, "a\\x00b", id="text_with_nul"),
        pytest.param(base.Json, {"a": ["\\x00"]}, id="json_with_nul"),
        pytest.param(base.Json, {"\\x00": 1}, id="json_name_with_nul"),
        pytest.param(base.Json, [float("nan")], id="json_with_nan"),
        pytest.param(base.Integer, 2**31, id="integer_too_large"),
        pytest.param(base.Integer, "1", id="integer_as_text"),
        pytest.param(base.Boolean, 1, id="boolean_as_number"),
        pytest.param(base.Date, 20_000, id="date_as_number"),
        pytest.param(base.Date, "20000", id="date_as_digits"),
        pytest.param(base.Uuid, 1, id="uuid_as_number"),
        pytest.param(base.IdParam, "1.0", id="id_with_fraction"),
        pytest.param(base.IntegerParam, "1_0", id="parameter_with_underscore"),
        pytest.param(base.QueryInstant, "4070908800", id="moment_as_digits"),
        pytest.param(base.Instant, "2099-01-15T09:00:00", id="moment_without_zone"),
        pytest.param(base.Instant, "0001-01-01T00:00:00+14:00", id="moment_before_all_time"),
        pytest.param(base.Time, "09:00:00+02:00", id="time_with_zone"),
        pytest.param(base.Url, "not a url", id="address_without_scheme"),
    ],
)
def test_refused(kind: Any, value: Any) -> None:
    """What no column can hold, or means something else, is refused."""
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        pytest.param(base.Text, " kept ", " kept ", id="text"),
        pytest.param(base.Json, {"a": [1, None, "b"]}, {"a": [1, None, "b"]}, id="json"),
        pytest.param(base.Url, "https://example.com", "https://example.com", id="address_as_written"),
        pytest.param(base.Date, "2099-01-15", dt.date(2099, 1, 15), id="date"),
        pytest.param(base.Time, "09:30:00", dt.time(9, 30), id="time"),
        pytest.param(
            base.Instant,
            "2099-01-15T10:00:00+01:00",
            dt.datetime(2099, 1, 15, 9, tzinfo=dt.UTC),
            id="moment_in_utc",
        ),
        pytest.param(
            base.QueryInstant,
            "2099-01-15T09:00:00",
            dt.datetime(2099, 1, 15, 9, tzinfo=dt.UTC),
            id="parameter_without_zone",
        ),
    ],
)
def test_accepted(kind: Any, value: Any, expected: Any) -> None:
    """What is accepted keeps its meaning."""
    assert TypeAdapter(kind).validate_python(value) == expected


def test_what_must_lie_ahead() -> None:
    """A moment that has passed is refused, the present day is not."""
    assert base.not_in_past(NOW + HOUR) == NOW + HOUR
    assert base.not_in_past(NOW.date() + dt.timedelta(days=1)) == NOW.date() + dt.timedelta(days=1)
    with pytest.raises(ValueError, match="past"):
        base.not_in_past(NOW - HOUR)


def test_what_must_lie_behind() -> None:
    """A moment still to come is refused."""
    assert base.not_in_future(NOW - HOUR) == NOW - HOUR
    assert base.not_in_future(NOW.date() - dt.timedelta(days=1)) == NOW.date() - dt.timedelta(days=1)
    with pytest.raises(ValueError, match="future"):
        base.not_in_future(NOW + HOUR)


def test_commas_separate_values() -> None:
    """A parameter may be repeated, or hold several values."""
    assert base.split_commas(["a,b", "c"]) == ["a", "b", "c"]
    assert base.split_commas(None) is None
`
}
