"""The errors of the application, and how each failure becomes an answer."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from asyncpg import DataError as AsyncpgDataError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Column, Index, Table
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.schema import ColumnCollectionConstraint
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.models import Base
from app.schemas.error import VALIDATION_STATUS, FieldError, render_error

logger = logging.getLogger(__name__)


class AppError(Exception):
    """An expected failure: it becomes an answer with this status and code."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "BAD_REQUEST"

    def __init__(self, message: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.errors = errors


class UnauthorizedError(AppError):
    """Nobody, or somebody unknown, is asking."""

    status = 401
    code = "UNAUTHORIZED"


class ForbiddenError(AppError):
    """The caller is known, and may not do this."""

    status = 403
    code = "FORBIDDEN"


class NotFoundError(AppError):
    """There is no such row, or none that the caller may see."""

    status = 404
    code = "NOT_FOUND"


class MethodNotAllowedError(AppError):
    """The path has no such method."""

    status = 405
    code = "METHOD_NOT_ALLOWED"


class DuplicateError(AppError):
    """Another row has this value."""

    status = 409
    code = "DUPLICATE"


class RuleViolationError(AppError):
    """The request is valid, but the state of the data forbids it."""

    status = 409
    code = "RULE_VIOLATION"


class PayloadTooLargeError(AppError):
    """The body exceeds the limit."""

    status = 413
    code = "PAYLOAD_TOO_LARGE"


class UnsupportedMediaTypeError(AppError):
    """The body is not JSON."""

    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"


class InvalidInputError(AppError):
    """A value breaks a rule that a schema cannot know."""

    status = VALIDATION_STATUS
    code = "VALIDATION_ERROR"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}", [FieldError(field, message)])


class InvalidReferenceError(AppError):
    """A value refers to a row that does not exist."""

    status = 422
    code = "INVALID_REFERENCE"


class UnavailableError(AppError):
    """The database cannot be reached."""

    status = 503
    code = "SERVICE_UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class Failure:
    """What a client is told about a failure."""

    status: int
    code: str
    message: str
    errors: Sequence[FieldError] = ()


MALFORMED_BODY = FieldError("body", "must be valid JSON", loc=["body"], code="json_invalid")


def error_response(request: Request, failure: AppError | Failure) -> Response:
    """Answer in the one error format of this API."""
    headers = {"WWW-Authenticate": "Bearer"} if failure.status == HTTPStatus.UNAUTHORIZED else {}
    return render_error(
        request,
        status=failure.status,
        code=failure.code,
        message=failure.message,
        errors=failure.errors,
        headers=headers,
    )


# One request may break more rules than anybody wants to read about.
MAX_ERRORS = 100


def from_validation(error: RequestValidationError) -> Failure:
    """Describe invalid input, field by field; what was sent is not repeated."""
    errors = []
    for item in error.errors()[:MAX_ERRORS]:
        malformed = item["type"] == "json_invalid"
        location = ["body"] if malformed else [str(part) for part in item["loc"]]
        field = ".".join(location[1:]) or location[0]
        message = f"{field} is required" if item["type"] == "missing" else item["msg"].removeprefix("Value error, ")
        errors.append(FieldError(field, message, loc=location, code=item["type"]))
    first = errors[0]
    message = first.message if first.code == "missing" else f"{first.field}: {first.message}"
    return Failure(VALIDATION_STATUS, "VALIDATION_ERROR", message, errors)


def columns_of(constraint: str | None) -> list[str]:
    """Name the fields of a constraint or index of the database, as the API spells them."""
    for table in Base.metadata.tables.values():
        for index in table.indexes:
            if index.name == constraint:
                return [json_name(column) for column in indexed_columns(index, table)]
        for item in table.constraints:
            if item.name == constraint and isinstance(item, ColumnCollectionConstraint):
                return [json_name(column) for column in item.columns]
    return []


def json_name(column: Column[Any]) -> str:
    """Name a column as the API spells it."""
    return str(column.info.get("json_name", column.name))


def indexed_columns(index: Index, table: Table) -> list[Column[Any]]:
    """List the columns of an index, those inside an expression such as `lower(name)` included."""
    expressions = " ".join(str(expression) for expression in index.expressions)
    words = re.findall(r"\w+", expressions)
    return [column for column in table.columns if column.name in words]


# What a violated constraint means to a client, by SQLSTATE.
CONSTRAINTS: dict[str, tuple[type[AppError], str]] = {
    "23505": (DuplicateError, "already exists"),
    "23503": (InvalidReferenceError, "refers to something that does not exist"),
    "23514": (InvalidInputError, "is not allowed"),
    "23502": (InvalidInputError, "is required"),
}

# Lost connections, exhausted resources, a shutdown, a database that is gone: classes of SQLSTATE.
UNAVAILABLE = {"08", "53", "57", "3D"}


def from_database(error: DBAPIError) -> Failure:
    """Tell what the client did wrong from what is wrong here."""
    cause = error.orig.__cause__ if error.orig is not None else None
    sqlstate = str(getattr(cause, "sqlstate", None) or "")
    if sqlstate in CONSTRAINTS:
        kind, meaning = CONSTRAINTS[sqlstate]
        column = getattr(cause, "column_name", None)
        fields = [column] if column else columns_of(getattr(cause, "constraint_name", None))
        errors = [FieldError(field, f"{field} {meaning}") for field in fields]
        return Failure(kind.status, kind.code, f"{', '.join(fields) or 'A value'} {meaning}", errors)
    if sqlstate[:2] in {"22", "54"} or isinstance(cause, AsyncpgDataError):
        return Failure(VALIDATION_STATUS, "VALIDATION_ERROR", "A value is out of range")
    if sqlstate.startswith("40"):
        return Failure(UnavailableError.status, UnavailableError.code, "Others were changing the same rows; try again")
    if sqlstate[:2] in UNAVAILABLE or isinstance(error, (InterfaceError, OperationalError)):
        logger.error("database not available: %s", error)
        return Failure(UnavailableError.status, UnavailableError.code, "The database cannot be reached")
    return unexpected(error)


def from_http(error: HTTPException) -> Failure:
    """Describe what the framework refused: by 400 it means a body that it cannot parse."""
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.BAD_REQUEST:
        return Failure(VALIDATION_STATUS, "VALIDATION_ERROR", "The body is not valid JSON", [MALFORMED_BODY])
    return Failure(status, status.name, str(error.detail))


def unexpected(error: Exception) -> Failure:
    """Log what nobody foresaw, and keep it from the client."""
    logger.error("unexpected failure", exc_info=error)
    return Failure(500, "INTERNAL_ERROR", "Something went wrong on our side")


def install_error_handlers(app: FastAPI) -> None:
    """Make every failure, the framework's own included, an answer in the one format."""

    @app.exception_handler(AppError)
    async def handle_app_error(request: Request, error: AppError) -> Response:
        return error_response(request, error)

    @app.exception_handler(RequestValidationError)
    async def handle_validation(request: Request, error: RequestValidationError) -> Response:
        return error_response(request, from_validation(error))

    @app.exception_handler(DBAPIError)
    async def handle_database(request: Request, error: DBAPIError) -> Response:
        return error_response(request, from_database(error))

    @app.exception_handler(OSError)
    @app.exception_handler(PoolTimeoutError)
    async def handle_connection(request: Request, error: Exception) -> Response:
        logger.error("connection failed: %s", error)
        return error_response(request, UnavailableError("The database cannot be reached"))

    @app.exception_handler(HTTPException)
    async def handle_http(request: Request, error: HTTPException) -> Response:
        response = error_response(request, from_http(error))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    async def handle_unexpected(request: Request, error: Exception) -> Response:
        return error_response(request, unexpected(error))
