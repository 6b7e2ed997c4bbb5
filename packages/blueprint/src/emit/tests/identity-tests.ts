import type { World } from '../../plan/world'
import { call, quoted } from '../app/python'
import { layout, list } from './python'

/** The text of `tests/test_identity.py`: verified identities, as production has them. */
export function identityModule(world: World): string {
  const { auth, roles } = world.spec
  const stored = auth.userEntity !== null
  const id = quoted(String(world.builtInId))
  const unknown = quoted(auth.idType === 'integer' ? '999999' : '00000000-0000-4000-8000-0000000fffff')
  const header = auth.kind === 'header' ? 'header=None, ' : ''
  const session = stored ? 'session=session, ' : ''
  const parameter = stored ? ', session: AsyncSession' : ''
  const given = stored ? ', session' : ''
  const role = roles.length > 0
  const known = (stored && world.roleField !== null ? world.field(auth.userEntity!, world.roleField)?.values : undefined) ?? roles
  // Without a table of users every well-formed id is somebody's.
  const strangers = stored ? [unknown, '"not an id"'] : auth.idType === 'string' ? ['""'] : ['"not an id"']
  return `"""Verified identities, as production has them."""

import datetime as dt

import jwt
import pytest
from fastapi.security import HTTPAuthorizationCredentials
${stored ? 'from sqlalchemy.ext.asyncio import AsyncSession\n' : ''}
from app.config import Settings
from app.dependencies.auth import ${role ? 'get_caller, read_claim' : 'get_caller'}
from app.errors import UnauthorizedError
from app.services.access import Caller
from tests.support import claims_of, signed

ME = ${id}
OTHER_SECRET = "another-secret-that-is-long-enough-too"
SECRET = "a-secret-that-is-long-enough-for-hs256"
SETTINGS = Settings.model_validate({"auth_mode": "jwt", "jwt_secret": SECRET})
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


async def caller_of(token: str | None${parameter}) -> Caller:
    """Ask who sends this token."""
    credentials = HTTPAuthorizationCredentials(scheme="Bearer", credentials=token) if token else None
    return await get_caller(${header}credentials=credentials, ${session}settings=SETTINGS)


async def test_signed_token_is_believed(${stored ? 'session: AsyncSession' : ''}) -> None:
    """A token with a good signature names its caller."""
    caller = await caller_of(signed(claims_of(ME), SECRET)${given})
    assert str(caller.id) == ME


async def test_missing_token_is_refused(${stored ? 'session: AsyncSession' : ''}) -> None:
    """Nobody is anonymous in production."""
    with pytest.raises(UnauthorizedError):
        await caller_of(None${given})


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("mock:1", id="mock"),
        pytest.param(signed(claims_of(ME), OTHER_SECRET), id="other_secret"),
        pytest.param(signed(claims_of(ME, exp=LONG_AGO), SECRET), id="expired"),
        pytest.param(signed(claims_of(ME, typ="refresh"), SECRET), id="refresh_token"),
        pytest.param(jwt.encode(claims_of(ME), None, algorithm="none"), id="unsigned"),
        pytest.param(signed(claims_of(ME), SECRET * 2, "HS512"), id="other_algorithm"),
        *[
            pytest.param(signed(claims_of(ME, **{claim: None}), SECRET), id=f"no_{claim}")
            for claim in ("sub", "iat", "exp", "jti", "typ")
        ],
${role ? '        pytest.param(signed(claims_of(ME, role="no-such-role"), SECRET), id="unknown_role"),\n' : ''}${strangers.map((each, index) => `        pytest.param(signed(claims_of(${each}), SECRET), id="${stored && index === 0 ? 'unknown_user' : 'malformed_id'}"),`).join('\n')}
    ],
)
async def test_worthless_token_is_refused(token: str${parameter}) -> None:
    """A token is worth what its signature, its expiry and its user are worth."""
    with pytest.raises(UnauthorizedError):
        await caller_of(token${given})
${
  role
    ? `

${layout(call('@pytest.mark.parametrize', '"role"', list(known.map(quoted)))).join('\n')}
async def test_signed_role_is_believed(role: str${parameter}) -> None:
    """A token may give its caller another role than the usual one."""
    caller = await caller_of(signed(claims_of(ME, role=role), SECRET)${given})
    assert caller.role == role


def test_unknown_role_is_refused() -> None:
    """Roles are those of the specification."""
    with pytest.raises(UnauthorizedError):
        read_claim("1:no-such-role")
`
    : ''
}`
}
