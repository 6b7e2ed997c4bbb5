"""The OpenAPI document, corrected where the framework cannot know this API's answers."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from app.schemas.base import MAX_BIGINT
from app.schemas.error import ERROR_MEDIA_TYPE, ErrorRead

SCHEMAS = "#/components/schemas/"

# What the statuses mean in this API.
MEANINGS = {
    200: "What was asked for",
    201: "What was made",
    204: "Done; there is nothing to say",
    400: "The input is invalid",
    401: "Nobody, or somebody unknown, is asking",
    403: "The caller may not do this",
    404: "There is no such row, or none that the caller may see",
    409: "Another row has this value, or the state of the data forbids it",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "The input is invalid, or refers to a row that does not exist",
    503: "The database cannot be reached",
}

LOCATION = {
    "description": "Where it is read",
    "required": True,
    "schema": {"type": "string", "format": "uri-reference"},
}


def error_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document the failures of a route."""
    return {status: {"model": ErrorRead, "description": MEANINGS.get(status, "It failed")} for status in statuses}


def creation_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document the failures of a route that makes a row, and that its answer says where the row is."""
    return {201: {"headers": {"Location": LOCATION}}, **error_responses(*statuses)}


def operation_id(route: APIRoute) -> str:
    """Name an operation after its function: `listTasks`."""
    first, *rest = route.name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def build_openapi(app: FastAPI) -> dict[str, Any]:
    """Describe the application, once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            servers=app.servers,
            tags=app.openapi_tags,
        )
        for responses in all_responses(document):
            document_errors(responses)
            document_successes(responses)
        drop_unused_schemas(document)
        write_limits_exactly(document)
        app.openapi_schema = document
    return app.openapi_schema


def all_responses(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Walk over the answers of every operation."""
    for operations in document["paths"].values():
        for operation in operations.values():
            yield operation["responses"]


def document_errors(responses: dict[str, Any]) -> None:
    """Give every error its real media type and schema, and drop the framework's own validation answer."""
    content = {ERROR_MEDIA_TYPE: {"schema": {"$ref": f"{SCHEMAS}{ErrorRead.__name__}"}}}
    for status, response in list(responses.items()):
        if "HTTPValidationError" in str(response.get("content")):
            del responses[status]
        elif status >= "400":
            response["content"] = content


def document_successes(responses: dict[str, Any]) -> None:
    """Say what a success means, where the framework says no more than that it is one."""
    for status, response in responses.items():
        if status < "300":
            response["description"] = MEANINGS.get(int(status), "It succeeded")


def drop_unused_schemas(document: dict[str, Any]) -> None:
    """Leave out schemas that nothing refers to: the framework's own errors, and what the library makes of JSON."""
    schemas = document["components"]["schemas"]
    used = set(references(document["paths"]))
    pending = list(used)
    while pending:
        found = set(references(schemas[pending.pop()])) - used
        used |= found
        pending += found
    document["components"]["schemas"] = {name: schema for name, schema in schemas.items() if name in used}


def references(part: Any) -> Iterator[str]:
    """Walk over the names of the schemas that a part of the document refers to."""
    if isinstance(part, dict):
        reference = part.get("$ref")
        if isinstance(reference, str):
            yield reference.removeprefix(SCHEMAS)
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def write_limits_exactly(part: Any) -> None:
    """Turn limits back into the whole numbers that they are: the framework makes floats of them, which lose digits."""
    if isinstance(part, dict):
        for name in ("minimum", "maximum"):
            limit = part.get(name)
            if isinstance(limit, float) and limit.is_integer():
                part[name] = min(int(limit), MAX_BIGINT)
        for value in part.values():
            write_limits_exactly(value)
    elif isinstance(part, list):
        for value in part:
            write_limits_exactly(value)
