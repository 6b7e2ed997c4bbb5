"""The log lines that machines read."""

import json
import logging
import sys

import pytest

from app.logs import JsonFormatter, log_as_json, request_id


def test_line_names_its_request() -> None:
    """A line is JSON, and holds the id of the request that is being answered."""
    token = request_id.set("request-1")
    try:
        line = json.loads(JsonFormatter().format(logging.makeLogRecord({"msg": "hello %s", "args": ("you",)})))
    finally:
        request_id.reset(token)
    assert line["message"] == "hello you"
    assert line["request_id"] == "request-1"


def test_failures_come_with_their_trace() -> None:
    """A trace stays inside the line; outside of requests there is no id."""
    try:
        raise ValueError("broken")
    except ValueError:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": sys.exc_info()})
    line = json.loads(JsonFormatter().format(record))
    assert "ValueError: broken" in line["exception"]
    assert "request_id" not in line


def test_the_server_writes_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    """What the server logs goes the same way."""
    root, access = logging.getLogger(), logging.getLogger("uvicorn.access")
    before = root.handlers[:], root.level, access.handlers[:], access.propagate
    try:
        log_as_json()
        access.info("GET /health")
    finally:
        root.handlers[:], level, access.handlers[:], access.propagate = before
        root.setLevel(level)
    assert json.loads(capsys.readouterr().err)["logger"] == "uvicorn.access"
