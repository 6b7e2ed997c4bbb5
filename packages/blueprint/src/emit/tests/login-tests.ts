import { safeValue } from '../../plan/bodies'
import type { World } from '../../plan/world'
import { type Credentials, credentialsOf, registeredFields } from '../../plan/credentials'
import { fromImport } from '../app/module'
import { call, quoted } from '../app/python'
import { attributeName, columnName, moduleName } from '../names'
import { dict, joined, layout, literalOf } from './python'

/** The text of `tests/test_login.py`: signing in, where the users have passwords; undefined where they have none. */
export function loginModule(world: World): string | undefined {
  const credentials = credentialsOf(world.spec)
  if (credentials === undefined) return undefined
  const { entity, password, logins, paths } = credentials
  const login = quoted(logins[0]!.name)
  const key = quoted(world.keyField(entity.name).name)
  return `"""Signing in: passwords, access tokens, and refresh tokens that are good for one use."""

import datetime as dt
from collections.abc import AsyncIterator

import jwt
import pytest
import sqlalchemy as sa
from httpx import AsyncClient, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from app.config import Settings, get_settings
from app.main import app
${fromImport('app.models', [entity.name, 'RefreshSession'])}
from tests.factories import Make
from tests.support import Headers, Row

LOGIN = ${quoted(paths.login)}
REFRESH = ${quoted(paths.refresh)}
LOGOUT = ${quoted(paths.logout)}
PASSWORD = "a-good-Passw0rd"
SETTINGS = Settings.model_validate({"auth_mode": "jwt", "jwt_secret": "a-secret-that-is-long-enough-for-hs256"})


@pytest.fixture
async def someone(make: Make) -> Row:
    """Make a user whose password is known."""
    user = await make.${moduleName(entity)}()
    await make.change_directly(${entity.name}, user[${key}], ${columnName(password)}=PASSWORD)
    return user


@pytest.fixture
async def visitor(anonymous: AsyncClient, someone: Row) -> AsyncIterator[AsyncClient]:
    """Ask the application while it believes signed tokens only, as in production."""
    app.dependency_overrides[get_settings] = lambda: SETTINGS
    yield anonymous
    del app.dependency_overrides[get_settings]


def bearer(token: str) -> Headers:
    """Show a token."""
    return {"Authorization": f"Bearer {token}"}


async def log_in(client: AsyncClient, user: Row, password: str = PASSWORD) -> Response:
    """Try to sign in."""
    return await client.post(LOGIN, json={${login}: user[${login}], "password": password})


async def tokens_of(client: AsyncClient, user: Row) -> dict[str, str]:
    """Sign in."""
    response = await log_in(client, user)
    assert response.status_code == 200, response.text
    tokens: dict[str, str] = response.json()
    return tokens


async def refresh(client: AsyncClient, token: str) -> Response:
    """Trade a refresh token."""
    return await client.post(REFRESH, json={"refresh_token": token})


def assert_refused(response: Response) -> None:
    """Expect a refusal that says how to come in."""
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_password_lets_in(visitor: AsyncClient, someone: Row) -> None:
    """The right password is worth an access token for a quarter of an hour, which names its user."""
    tokens = await tokens_of(visitor, someone)
    claims = jwt.decode(tokens["access_token"], SETTINGS.jwt_secret.get_secret_value(), algorithms=["HS256"])
    assert (claims["sub"], claims["typ"], claims["exp"] - claims["iat"]) == (str(someone[${key}]), "access", 900)
    assert (await visitor.post(LOGOUT, headers=bearer(tokens["access_token"]))).status_code == 204


async def test_another_password_does_not(visitor: AsyncClient, someone: Row) -> None:
    """A wrong password and an unknown user are refused alike."""
    assert_refused(await log_in(visitor, someone, "another-Passw0rd"))
    assert_refused(await log_in(visitor, {${login}: "nobody@example.com"}))


async def test_password_is_kept_as_a_hash(someone: Row, connection: AsyncConnection) -> None:
    """Nobody who reads the table learns a password."""
${layout(call(`statement = sa.select(${entity.name}.${attributeName(password)}).where`, `${entity.name}.${attributeName(logins[0]!)} == someone[${login}]`), 4).join('\n')}
    assert str(await connection.scalar(statement)).startswith("$argon2id$")


async def test_refresh_token_is_good_once(visitor: AsyncClient, someone: Row) -> None:
    """A refresh token that is used again was stolen: nobody gets any further with it, the thief included."""
    first = await tokens_of(visitor, someone)
    response = await refresh(visitor, first["refresh_token"])
    assert response.status_code == 200
    second = response.json()
    assert second["refresh_token"] != first["refresh_token"]
    assert_refused(await refresh(visitor, first["refresh_token"]))
    assert_refused(await refresh(visitor, second["refresh_token"]))


async def test_session_ends(visitor: AsyncClient, someone: Row, connection: AsyncConnection) -> None:
    """A session that nobody renewed in time cannot be renewed."""
    tokens = await tokens_of(visitor, someone)
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    await connection.execute(sa.update(RefreshSession).values(expires_at=long_ago))
    assert_refused(await refresh(visitor, tokens["refresh_token"]))


async def test_each_token_has_its_use(visitor: AsyncClient, someone: Row) -> None:
    """A refresh token lets nobody in, and an access token renews nothing."""
    tokens = await tokens_of(visitor, someone)
    assert_refused(await visitor.post(LOGOUT, headers=bearer(tokens["refresh_token"])))
    assert_refused(await refresh(visitor, tokens["access_token"]))


async def test_foreign_refresh_token_is_refused(visitor: AsyncClient) -> None:
    """A token of somebody who shares the secret belongs to no session here."""
    now = dt.datetime.now(dt.UTC)
    claims = {"sub": "1", "iat": now, "exp": now + dt.timedelta(minutes=5), "jti": "theirs", "typ": "refresh"}
    token = jwt.encode(claims, SETTINGS.jwt_secret.get_secret_value(), algorithm="HS256")
    assert_refused(await refresh(visitor, token))


async def test_log_out_ends_one_session(visitor: AsyncClient, someone: Row) -> None:
    """Who logs out with a refresh token stays logged in elsewhere."""
    here, elsewhere = await tokens_of(visitor, someone), await tokens_of(visitor, someone)
    body = {"refresh_token": here["refresh_token"]}
    response = await visitor.post(LOGOUT, json=body, headers=bearer(here["access_token"]))
    assert response.status_code == 204
    assert_refused(await refresh(visitor, here["refresh_token"]))
    assert (await refresh(visitor, elsewhere["refresh_token"])).status_code == 200
${[inactiveTest(credentials), whoTest(world, credentials), mockTest(world), registerTest(world, credentials)].filter(Boolean).join('')}`
}

function inactiveTest({ entity, active }: Credentials): string {
  if (active === undefined) return ''
  return `

async def test_deactivated_users_stay_outside(visitor: AsyncClient, someone: Row, make: Make) -> None:
    """Who is deactivated can neither sign in nor renew what he has."""
    tokens = await tokens_of(visitor, someone)
    await make.change_directly(${entity.name}, someone[${quoted(entity.key[0]!)}], ${columnName(active)}=False)
    assert_refused(await log_in(visitor, someone))
    assert_refused(await refresh(visitor, tokens["refresh_token"]))
`
}

function whoTest(world: World, { logins }: Credentials): string {
  const [first, second] = logins
  if (first === undefined || second === undefined) return ''
  return `

async def test_either_name_will_do(visitor: AsyncClient, someone: Row) -> None:
    """A user signs in by one name or the other, and by no guess."""
    other = {${quoted(second.name)}: someone[${quoted(second.name)}], "password": PASSWORD}
    assert (await visitor.post(LOGIN, json=other)).status_code == 200
    both = other | {${quoted(first.name)}: someone[${quoted(first.name)}]}
    assert (await visitor.post(LOGIN, json=both)).status_code == ${world.spec.statusCodes.validation}
`
}

/** In mock mode a token of a log-in names its user, too. */
function mockTest({ spec: { auth } }: World): string {
  if (auth.kind !== 'bearer') return ''
  return `

@pytest.fixture
async def developer(anonymous: AsyncClient, someone: Row) -> AsyncIterator[AsyncClient]:
    """Ask the application while identities are mocked."""
    mocked = Settings.model_validate({"auth_mode": "mock"})
    app.dependency_overrides[get_settings] = lambda: mocked
    yield anonymous
    del app.dependency_overrides[get_settings]


async def test_tokens_name_their_user_in_development(developer: AsyncClient, someone: Row) -> None:
    """With mock identities, too, a log-in's token is its user; any other token is the built-in user."""
    tokens = await tokens_of(developer, someone)
    assert (await developer.post(LOGOUT, headers=bearer("worthless"))).status_code == 204
    assert (await developer.post(LOGOUT, headers=bearer(tokens["access_token"]))).status_code == 204
    assert_refused(await refresh(developer, tokens["refresh_token"]))
`
}

function registerTest(world: World, credentials: Credentials): string {
  const { entity, logins, paths } = credentials
  const fields = registeredFields(world, credentials)
  if (fields === undefined) return ''
  const given = fields.map((field) => [quoted(field.name), literalOf(safeValue(world, entity.name, field))] as [string, ReturnType<typeof literalOf>])
  const login = quoted(logins[0]!.name)
  const role =
    world.roleField === null
      ? ''
      : `\n    more = body | {${quoted(world.roleField)}: "anything"}\n    assert (await visitor.post(REGISTER, json=more)).status_code == ${world.spec.statusCodes.validation}`
  return `

REGISTER = ${quoted(paths.register!)}


async def test_registered_users_can_sign_in(visitor: AsyncClient) -> None:
    """Who registers can sign in, once under each name, and gives himself no rights."""
${layout(joined('body = ', dict([...given, ['"password"', 'PASSWORD']])), 4).join('\n')}${role}
    response = await visitor.post(REGISTER, json=body)
    assert response.status_code == 201, response.text
    assert "password" not in response.text.lower()
    assert (await log_in(visitor, {${login}: body[${login}]})).status_code == 200
    assert (await visitor.post(REGISTER, json=body)).status_code == 409
`
}
