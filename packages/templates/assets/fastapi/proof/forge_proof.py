"""The pytest plugin of a Forge proof.

It sends every request of a test to the harness's gateway, whatever application the test names, and tells the harness which tests there are and how they
ended. The judged code runs in this very process and could change all of it; nothing that is said here proves anything by itself. The gateway sees the
requests from outside, and it alone decides which answers are falsified.
"""

import http.client
import json
import os
import queue
import socket
from collections.abc import Iterator
from typing import Any

import anyio.to_thread
import httpx
import pytest
from starlette import testclient

GATEWAY = os.environ["FORGE_GATEWAY"]
PLAN = os.environ["FORGE_PLAN"]
TIMEOUT_SECONDS = 120
MESSAGE_LIMIT = 300
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}

RawHeaders = list[tuple[bytes, bytes]]
Answer = tuple[int, RawHeaders, bytes]


class GatewayConnection(http.client.HTTPConnection):
    """HTTP over the gateway's unix socket."""

    def __init__(self) -> None:
        super().__init__("gateway", timeout=TIMEOUT_SECONDS)

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(TIMEOUT_SECONDS)
        self.sock.connect(GATEWAY)


class Gateway:
    """A pool of connections that any thread may use."""

    def __init__(self) -> None:
        self.idle: queue.LifoQueue[GatewayConnection] = queue.LifoQueue()

    def send(self, method: str, target: str, headers: RawHeaders, body: bytes) -> Answer:
        """Send one request and read the whole answer."""
        try:
            connection = self.idle.get_nowait()
        except queue.Empty:
            connection = GatewayConnection()
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers:
                if name.decode("latin-1").lower() not in HOP_BY_HOP:
                    connection.putheader(name, value)
            connection.putheader("content-length", str(len(body)))
            connection.endheaders(body or None)
            response = connection.getresponse()
            content = response.read()
        except BaseException:
            connection.close()
            raise
        received = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.getheaders()]
        self.idle.put(connection)
        return response.status, [pair for pair in received if pair[0].lower().decode() not in HOP_BY_HOP - {"content-length"}], content


class Watch:
    """What the harness wants to know about this run."""

    def __init__(self) -> None:
        self.gateway = Gateway()
        self.test: int | None = None
        self.numbers: dict[str, int] = {}
        self.shared_depth = 0
        self.phases: dict[str, dict[str, str]] = {}
        self.messages: dict[str, str] = {}
        self.errors: list[str] = []

    def tags(self) -> RawHeaders:
        """Say which of the collected tests sends a request, and whether a fixture that several tests share sends it."""
        if self.test is None:
            return []
        tags = [(b"x-forge-test", str(self.test).encode())]
        return [*tags, (b"x-forge-shared", b"1")] if self.shared_depth > 0 else tags

    def forward(self, request: httpx.Request, body: bytes) -> Answer:
        """Send a request of the current test."""
        return self.gateway.send(request.method, request.url.raw_path.decode("ascii"), [*request.headers.raw, *self.tags()], body)

    def report(self, kind: str, content: dict[str, Any]) -> None:
        """Tell the harness."""
        body = json.dumps(content).encode()
        self.gateway.send("POST", "/", [(b"host", b"forge"), (b"x-forge-report", kind.encode())], body)


watch = Watch()


async def send_async(_transport: httpx.ASGITransport, request: httpx.Request) -> httpx.Response:
    """Stand in for ``httpx.ASGITransport.handle_async_request``."""
    body = await request.aread()
    status, headers, content = await anyio.to_thread.run_sync(watch.forward, request, body)
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))


def send_sync(transport: Any, request: httpx.Request) -> httpx.Response:
    """Stand in for ``handle_request`` of starlette's ``TestClient``."""
    if request.url.scheme in {"ws", "wss"}:
        return in_process(transport, request)
    status, headers, content = watch.forward(request, request.read())
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))


in_process = testclient._TestClientTransport.handle_request
testclient._TestClientTransport.handle_request = send_sync  # type: ignore[method-assign]
httpx.ASGITransport.handle_async_request = send_async  # type: ignore[method-assign]


def cases_of(item: pytest.Item) -> list[list[Any]]:
    """Read the markers ``feature(id, case)`` of a test, the nearest first."""
    return [[arg for arg in marker.args if isinstance(arg, int | str)] for marker in item.iter_markers("feature")]


def select(items: list[pytest.Item]) -> list[pytest.Item]:
    """Choose the tests of this run: those that name a case of the feature list run every time, the others in one of the runs."""
    with open(PLAN, encoding="utf-8") as file:
        plan = json.load(file)
    if plan["only"] is not None:
        return [item for item in items if item.nodeid in set(plan["only"])]
    listed = {tuple(case) for case in plan["cases"]}
    chosen: list[pytest.Item] = []
    others = 0
    for item in items:
        if any(tuple(case) in listed for case in cases_of(item)):
            chosen.append(item)
        else:
            others += 1
            if others % plan["runs"] == plan["run"]:
                chosen.append(item)
    return chosen


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Report all tests and what each says it proves, and keep those of this run."""
    watch.numbers = {item.nodeid: number for number, item in enumerate(items)}
    watch.report("collected", {"tests": [{"id": item.nodeid, "cases": cases_of(item)} for item in items]})
    chosen = select(items)
    kept = {id(item) for item in chosen}
    config.hook.pytest_deselected(items=[item for item in items if id(item) not in kept])
    items[:] = chosen


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Note what cannot be collected."""
    if report.failed:
        lines = str(report.longrepr).splitlines()
        said = [line.removeprefix("E").strip() for line in lines if line.startswith("E ")] or lines[-1:]
        watch.errors.append(f"{report.nodeid}: {' '.join(said)[:MESSAGE_LIMIT]}")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Remember the running test."""
    watch.test = watch.numbers.get(item.nodeid)
    try:
        return (yield)
    finally:
        watch.test = None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
    """Remember when a fixture is made that outlives its test."""
    shared = fixturedef.scope != "function"
    watch.shared_depth += shared
    try:
        return (yield)
    finally:
        watch.shared_depth -= shared


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note how a phase of a test ended."""
    outcome = "xfailed" if hasattr(report, "wasxfail") else report.outcome
    watch.phases.setdefault(report.nodeid, {})[report.when] = outcome
    if report.failed and report.nodeid not in watch.messages:
        crash = getattr(report.longrepr, "reprcrash", None)
        watch.messages[report.nodeid] = str(crash.message if crash else report.longrepr)[:MESSAGE_LIMIT]


def outcome_of(phases: dict[str, str]) -> str:
    """Passed means that set-up, call and tear-down all did."""
    if "failed" in phases.values():
        return "failed"
    if "xfailed" in phases.values():
        return "xfailed"
    return "passed" if list(phases.values()) == ["passed"] * 3 else "skipped"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Report how every test ended."""
    outcomes = [{"id": test, "outcome": outcome_of(phases), "message": watch.messages.get(test, "")} for test, phases in watch.phases.items()]
    watch.report("finished", {"outcomes": outcomes, "errors": watch.errors})
