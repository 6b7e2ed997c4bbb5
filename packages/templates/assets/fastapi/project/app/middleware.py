"""What happens to every request before a route sees it."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
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


class OriginMiddleware(CORSMiddleware):
    """Let browsers of the configured origins call the API; those of any other are told nothing about it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = Headers(scope=scope).get("origin") if scope["type"] == "http" else None
        if origin is None or self.is_allowed_origin(origin):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Resource:
    """A path of the API, and what may be done there."""

    pattern: re.Pattern[str]
    parameters: int
    methods: list[str]


class MethodMiddleware:
    """Refuse methods that a path does not have, and say which it has. A literal path is never read as an id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.resources: list[Resource] = []

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
            self.resources = [resource(*item) for item in scope["app"].openapi()["paths"].items()]
        matching = [each for each in self.resources if each.pattern.fullmatch(scope["path"])]
        fewest = min((each.parameters for each in matching), default=0)
        return [method for each in matching if each.parameters == fewest for method in each.methods]


def resource(path: str, operations: dict[str, Any]) -> Resource:
    """Read a path of the OpenAPI document."""
    pattern = re.sub(r"\\{.*?\\}", "[^/]+", re.escape(path))
    return Resource(re.compile(pattern), path.count("{"), [method.upper() for method in operations])


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
