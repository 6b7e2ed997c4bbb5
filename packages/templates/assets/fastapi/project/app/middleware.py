"""What happens to every request before a route sees it."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import logs
from app.errors import (
    AppError,
    MethodNotAllowedError,
    PayloadTooLargeError,
    UnsupportedMediaTypeError,
    error_response,
)

REQUEST_ID_HEADER = "X-Request-ID"
MAX_BODY_BYTES = 1_000_000


class RequestIdMiddleware:
    """Give each request an id, the caller's own where it is well-formed, and send it back."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        received = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
        request_id = received if re.fullmatch(r"[\w.:-]{1,128}", received, re.ASCII) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        logs.request_id.set(request_id)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
            await send(message)

        await self.app(scope, receive, send_with_id)


class MethodMiddleware:
    """Refuse methods that a path does not have, and say which it has. A literal path is never read as an id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.resources: list[tuple[re.Pattern[str], list[str]]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        methods = self.methods_of(scope) if scope["type"] == "http" else []
        if not methods or scope["method"] in methods:
            await self.app(scope, receive, send)
            return
        allowed = ", ".join(methods)
        response = error_response(Request(scope), MethodNotAllowedError(f"What may be used here: {allowed}"))
        response.headers["Allow"] = allowed
        await response(scope, receive, send)

    def methods_of(self, scope: Scope) -> list[str]:
        """List the methods of a documented path; none for any other."""
        if not self.resources:
            self.resources = list(resources_of(scope["app"].openapi()))
        return next((methods for pattern, methods in self.resources if pattern.fullmatch(scope["path"])), [])


def resources_of(document: dict[str, Any]) -> Iterator[tuple[re.Pattern[str], list[str]]]:
    """Walk over the paths of the API, those with the fewest parameters first, each with its methods."""
    for path, operations in sorted(document["paths"].items(), key=lambda item: str(item[0]).count("{")):
        pattern = re.sub(r"\\{.*?\\}", "[^/]+", re.escape(path))
        yield re.compile(pattern), [method.upper() for method in operations]


class JsonBodyMiddleware:
    """Refuse bodies that are too large or not JSON."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in {"POST", "PUT", "PATCH"}:
            await self.app(scope, receive, send)
            return
        try:
            body = await read_json_body(Headers(scope=scope), receive)
        except AppError as error:
            await error_response(Request(scope), error)(scope, receive, send)
            return
        pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return pending.pop() if pending else await receive()

        await self.app(scope, replay, send)


async def read_json_body(headers: Headers, receive: Receive) -> bytes:
    """Read the body, up to the limit."""
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > MAX_BODY_BYTES:
        raise PayloadTooLargeError(f"The body may have at most {MAX_BODY_BYTES} bytes")
    body = bytearray()
    more_body = True
    while more_body:
        message = await receive()
        body += message.get("body", b"")
        more_body = message.get("more_body", False)
        if len(body) > MAX_BODY_BYTES:
            raise PayloadTooLargeError(f"The body may have at most {MAX_BODY_BYTES} bytes")
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and media_type != "application/json":
        raise UnsupportedMediaTypeError("The body must be JSON, with Content-Type: application/json")
    return bytes(body)
