"""The OpenAPI document, corrected where the framework cannot know this API's error format."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from app.schemas.error import ERROR_MEDIA_TYPE, ErrorRead

FRAMEWORK_SCHEMAS = ("HTTPValidationError", "ValidationError")


def error_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document the failures of a route."""
    return {status: {"model": ErrorRead, "description": HTTPStatus(status).phrase} for status in statuses}


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
        for name in FRAMEWORK_SCHEMAS:
            document["components"]["schemas"].pop(name, None)
        app.openapi_schema = document
    return app.openapi_schema


def all_responses(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Walk over the answers of every operation."""
    for operations in document["paths"].values():
        for operation in operations.values():
            yield operation["responses"]


def document_errors(responses: dict[str, Any]) -> None:
    """Give every error its real media type and schema, and drop the framework's own validation answer."""
    content = {ERROR_MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{ErrorRead.__name__}"}}}
    for status, response in list(responses.items()):
        if "HTTPValidationError" in str(response.get("content")):
            del responses[status]
        elif status >= "400":
            response["content"] = content
