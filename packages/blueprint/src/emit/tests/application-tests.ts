import type { Endpoint } from '@forge/spec'
import type { World } from '../../plan/world'
import { call, type Code, flat, quoted } from '../app/python'
import { layout } from './python'

/** The text of `tests/test_application.py`: what holds for every request, whatever the resource. */
export function applicationModule(world: World): string {
  const code = (name: string) => quoted(world.spec.errors.codeCase === 'lower' ? name.toLowerCase() : name)
  const taking = world.spec.endpoints.find((each) => each.unsupported === null && each.operation === 'create')
  const body = requestTests(world, taking, code)
  const any = body.includes('Any]') ? 'from typing import Any\n\n' : ''
  const json = body.includes('json.dumps') ? 'import json\n' : ''
  const pytest = body.includes('pytest.') ? 'import pytest\n' : ''
  return `"""What holds for every request, whatever the resource."""

${json}import re
${any === '' ? '\n' : any}${pytest}import sqlalchemy as sa
from asyncpg import exceptions as postgres
from httpx import AsyncClient
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.errors import Failure, from_database, unexpected
from app.models import Base
from app.seed import seed
from tests.support import assert_error


${body}`
}

function requestTests(world: World, taking: Endpoint | undefined, code: (name: string) => string): string {
  return `async def test_ready(client: AsyncClient) -> None:
    """The service is ready as soon as its database answers."""
    response = await client.get("/health/ready")
    assert response.status_code == 200


async def test_unknown_path(client: AsyncClient) -> None:
    """The framework's own errors have the one format, too."""
    response = await client.get("/no-such-path")
    assert_error(response, 404, ${code('NOT_FOUND')})


async def test_request_id_is_sent_back(client: AsyncClient) -> None:
    """A caller's request id comes back."""
    response = await client.get("/health", headers={"X-Request-ID": "test-1"})
    assert response.headers["X-Request-ID"] == "test-1"


async def test_malformed_request_id_is_replaced(client: AsyncClient) -> None:
    """A request id that could forge log lines is replaced."""
    response = await client.get("/health", headers={"X-Request-ID": "not an id"})
    assert response.headers["X-Request-ID"] not in {"", "not an id"}


async def test_configured_origins_may_ask(client: AsyncClient) -> None:
    """Browsers of the configured origins may call the API, others may not."""
    preflight = {"Access-Control-Request-Method": "GET"}
    known = await client.options("/health", headers={"Origin": "http://localhost:3000", **preflight})
    unknown = await client.options("/health", headers={"Origin": "http://elsewhere.example", **preflight})
    assert known.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"
    assert "Access-Control-Allow-Origin" not in unknown.headers


async def test_paths_name_their_methods(client: AsyncClient) -> None:
    """A path refuses the methods that it does not have; one without parameters is never read as an id."""
    for path, operations in (await client.get("/openapi.json")).json()["paths"].items():
        place = re.sub(r"{.*?}", "1", path)
        methods = {method.upper() for method in operations}
        for method in {"TRACE", "GET", "POST", "PUT", "PATCH", "DELETE"} - methods:
            response = await client.request(method, place)
            if response.status_code != 405:  # Another path of the same form has it.
                assert "{" in path
                continue
            assert_error(response, 405, ${code('METHOD_NOT_ALLOWED')})
            assert methods <= set(response.headers["Allow"].split(", "))


async def test_document_names_every_operation_once(client: AsyncClient) -> None:
    """The OpenAPI document has an id for each operation."""
    document = (await client.get("/openapi.json")).json()
    ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert ids
    assert len(ids) == len(set(ids))

${taking ? bodyTests(world, taking, code) : ''}
${trapTests(world)}async def test_seed_can_be_repeated(connection: AsyncConnection, session: AsyncSession) -> None:
    """What the application starts with is inserted once."""

    async def count() -> int:
        counts = [await connection.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables]
        return sum(number or 0 for number in counts)

    tables = Base.metadata.sorted_tables
    before = await count()
    await seed(session)
    assert await count() == before


def failure_of(cause: Exception, kind: type[DBAPIError] = DBAPIError) -> Failure:
    """Describe a failure of the driver as the application does."""
    driver_error = Exception("driver")
    driver_error.__cause__ = cause
    return from_database(kind("SELECT 1", {}, driver_error))


def test_values_out_of_range_are_invalid_input() -> None:
    """What the database cannot hold is the caller's mistake."""
    assert failure_of(postgres.NumericValueOutOfRangeError("too large")).code == "VALIDATION_ERROR"


def test_violated_constraints_are_explained() -> None:
    """A broken constraint becomes a conflict, not a failure."""
    assert failure_of(postgres.UniqueViolationError("taken")).status == 409


def test_lost_database_is_told() -> None:
    """Without its database the application is unavailable, not broken."""
    assert failure_of(ConnectionError("gone"), OperationalError).status == 503
    assert failure_of(postgres.AdminShutdownError("terminating connection")).status == 503


def test_unexpected_failures_say_nothing_about_the_inside() -> None:
    """What nobody foresaw is logged, and kept from the client."""
    assert failure_of(postgres.UndefinedTableError("no such table")).status == 500
    failure = unexpected(RuntimeError("password=secret"))
    assert failure.status == 500
    assert "secret" not in failure.message
`
}

function bodyTests(world: World, endpoint: Endpoint, code: (name: string) => string): string {
  const path = quoted(endpoint.path)
  return `
MANY_NAMES = json.dumps({f"name_{number}": 1 for number in range(1_000)}).encode()


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        pytest.param(b"<a/>", "application/xml", 415, id="not_json"),
        pytest.param(b'"' + b"a" * 1_000_001 + b'"', "application/json", 413, id="too_large"),
        pytest.param(b"{", "application/json", ${world.spec.statusCodes.validation}, id="malformed"),
        pytest.param(b"[]", "application/json", ${world.spec.statusCodes.validation}, id="not_an_object"),
        pytest.param(b'{"a": "\\xff"}', "application/json", ${world.spec.statusCodes.validation}, id="not_utf8"),
        pytest.param(b"[" * 20_000 + b"]" * 20_000, "application/json", ${world.spec.statusCodes.validation}, id="nested_too_deeply"),
        pytest.param(MANY_NAMES, "application/json", ${world.spec.statusCodes.validation}, id="too_many_names"),
    ],
)
async def test_unreadable_bodies_are_refused(client: AsyncClient, content: bytes, media_type: str, status: int) -> None:
    """A body must be JSON, of a reasonable size, and an object."""
    response = await client.post(${path}, content=content, headers={"Content-Type": media_type})
    assert_error(
        response,
        status,
        {413: ${code('PAYLOAD_TOO_LARGE')}, 415: ${code('UNSUPPORTED_MEDIA_TYPE')}}.get(status, ${code('VALIDATION_ERROR')}),
    )

`
}

/** Input that a careless application answers with 500. */
function trapTests(world: World): string {
  const all = world.spec.endpoints.filter((each) => each.unsupported === null).flatMap((each) => trapsOf(world, each))
  const traps = all.filter((trap, index) => all.findIndex((each) => flat(each) === flat(trap)) === index)
  if (traps.length === 0) return ''
  return `@pytest.mark.parametrize(
    ("path", "params"),
    [
${traps
  .slice(0, 12)
  .flatMap((trap) => layout(trap, 8, ','))
  .join('\n')}
    ],
)
async def test_no_input_breaks_the_application(client: AsyncClient, path: str, params: dict[str, Any]) -> None:
    """What no column can hold is refused, not stumbled over."""
    response = await client.get(path, params=params)
    assert_error(response, ${world.spec.statusCodes.validation}, ${quoted(world.code('VALIDATION_ERROR'))})


`
}

function trapsOf(world: World, endpoint: Endpoint): Code[] {
  const { params } = world.spec.paging
  const trap = (id: string, path: string, query: string) => call('pytest.param', quoted(path), query, `id=${quoted(id)}`)
  if (endpoint.operation === 'list' && endpoint.entity !== null && endpoint.matches === undefined) {
    const { table } = world.entity(endpoint.entity)
    const offset = params === null ? undefined : 'page' in params ? params.page : params.offset
    return [
      ...(endpoint.search?.length ? [trap(`${table}_search_nul`, endpoint.path, `{${quoted(endpoint.searchParam ?? 'search')}: "a\\x00b"}`)] : []),
      ...(endpoint.paginated && offset !== undefined ? [trap(`${table}_${offset}_beyond_bigint`, endpoint.path, `{${quoted(offset)}: 2**63}`)] : []),
    ]
  }
  if (endpoint.operation !== 'get' || endpoint.param === undefined || endpoint.entity === null) return []
  if (endpoint.lookup !== undefined) {
    const text = ['string', 'text', 'email', 'url'].includes(world.field(endpoint.entity, endpoint.lookup)?.type ?? '')
    const path = endpoint.path.replace(`{${endpoint.param}}`, 'a%00b')
    return text ? [trap(`${world.entity(endpoint.entity).table}_${endpoint.lookup}_nul`, path, '{}')] : []
  }
  if (world.keyField(endpoint.entity).type !== 'integer') return []
  return [trap(`${world.entity(endpoint.entity).table}_id_beyond_integer`, endpoint.path.replace(`{${endpoint.param}}`, String(2 ** 31)), '{}')]
}
