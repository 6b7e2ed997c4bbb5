import type { World } from '../../plan/world'
import { quoted } from '../app/python'

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
  // Without a table of users every well-formed id is somebody's.
  const strangers = stored ? [unknown, '"not an id"'] : auth.idType === 'string' ? ['""'] : ['"not an id"']
  return `"""Verified identities, as production has them."""

import datetime as dt
from typing import Any
from uuid import uuid4

import jwt
import pytest
from fastapi.security import HTTPAuthorizationCredentials
${stored ? 'from sqlalchemy.ext.asyncio import AsyncSession\n' : ''}
from app.config import Settings
from app.dependencies.auth import ${role ? 'get_caller, read_claim' : 'get_caller'}
from app.errors import UnauthorizedError
from app.services.access import Caller

ME = ${id}
OTHER_SECRET = "another-secret-that-is-long-enough-too"
SECRET = "a-secret-that-is-long-enough-for-hs256"
SETTINGS = Settings.model_validate({"auth_mode": "jwt", "jwt_secret": SECRET})


def claims_of(user_id: str, minutes: int = 5, kind: str = "access") -> dict[str, Any]:
    """Say what a token that is valid for some minutes says."""
    now = dt.datetime.now(dt.UTC)
    return {"sub": user_id, "iat": now, "exp": now + dt.timedelta(minutes=minutes), "jti": uuid4().hex, "typ": kind}


def token_for(user_id: str, secret: str = SECRET, minutes: int = 5, kind: str = "access") -> str:
    """Sign a token."""
    return jwt.encode(claims_of(user_id, minutes, kind), secret, algorithm="HS256")


def incomplete_token(claim: str) -> str:
    """Sign a token that lacks a claim."""
    claims = claims_of(ME)
    del claims[claim]
    return jwt.encode(claims, SECRET, algorithm="HS256")


async def caller_of(token: str | None${parameter}) -> Caller:
    """Ask who sends this token."""
    credentials = HTTPAuthorizationCredentials(scheme="Bearer", credentials=token) if token else None
    return await get_caller(${header}credentials=credentials, ${session}settings=SETTINGS)


async def test_signed_token_is_believed(${stored ? 'session: AsyncSession' : ''}) -> None:
    """A token with a good signature names its caller."""
    caller = await caller_of(token_for(ME)${given})
    assert str(caller.id) == ME


async def test_missing_token_is_refused(${stored ? 'session: AsyncSession' : ''}) -> None:
    """Nobody is anonymous in production."""
    with pytest.raises(UnauthorizedError):
        await caller_of(None${given})


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("mock:1", id="mock"),
        pytest.param(token_for(ME, secret=OTHER_SECRET), id="other_secret"),
        pytest.param(token_for(ME, minutes=-5), id="expired"),
        pytest.param(token_for(ME, kind="refresh"), id="refresh_token"),
        pytest.param(jwt.encode(claims_of(ME), None, algorithm="none"), id="unsigned"),
        pytest.param(jwt.encode(claims_of(ME), SECRET * 2, algorithm="HS512"), id="other_algorithm"),
        *[pytest.param(incomplete_token(claim), id=f"no_{claim}") for claim in ("sub", "iat", "exp", "jti", "typ")],
${strangers.map((each, index) => `        pytest.param(token_for(${each}), id="${stored && index === 0 ? 'unknown_user' : 'malformed_id'}"),`).join('\n')}
    ],
)
async def test_worthless_token_is_refused(token: str${parameter}) -> None:
    """A token is worth what its signature, its expiry and its user are worth."""
    with pytest.raises(UnauthorizedError):
        await caller_of(token${given})
${
  role
    ? `

def test_unknown_role_is_refused() -> None:
    """Roles are those of the specification."""
    with pytest.raises(UnauthorizedError):
        read_claim("1:no-such-role")
`
    : ''
}`
}
