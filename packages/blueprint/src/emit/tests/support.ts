import { type ApiSpec, type ErrorConvention, envelopeName } from '@forge/spec'
import { quoted } from '../app/python'

/** `tests/support.py`: identities, and what tests ask of answers. */
export function supportModule(spec: ApiSpec): string {
  return `"""What the tests share: identities, and questions to answers."""

import datetime as dt
from typing import Any
from uuid import uuid4

import jwt
from httpx import Response

from app.config import get_settings

Headers = dict[str, str]
Row = dict[str, Any]


${identity(spec)}


def claims_of(user_id: object, **more: Any) -> Row:
    """Say what a good access token says; a claim that is given replaces the usual one, or with None leaves it out."""
    now = dt.datetime.now(dt.UTC)
    usual = {"sub": str(user_id), "iat": now, "exp": now + dt.timedelta(minutes=5), "jti": uuid4().hex, "typ": "access"}
    return {name: value for name, value in (usual | more).items() if value is not None}


def signed(claims: Row, secret: str | None = None, algorithm: str = "HS256") -> str:
    """Sign a token as whoever lets people in does, with the application's secret if no other is given."""
    return jwt.encode(claims, secret or get_settings().jwt_secret.get_secret_value(), algorithm=algorithm)
${ages(spec)}

def rows_of(response: Response) -> list[Row]:
    """Return the rows of a list, paged or not."""
    body = response.json()
    rows: list[Row] = body if isinstance(body, list) else body[${quoted(envelopeName(spec.paging, 'items'))}]
    return rows


def keys_of(response: Response, key: str = "id") -> list[Any]:
    """Return the keys of the rows of a list, in its order."""
    return [row[key] for row in rows_of(response)]


${errors(spec.errors)}
`
}

/** Days that count back from the one on which the tests run, where a rule asks for an age. */
function ages({ rules }: ApiSpec): string {
  if (!rules.some((rule) => rule.effects.some((effect) => effect.kind === 'age'))) return ''
  return `

def years_ago(years: int, days: int = 0) -> str:
    """Return the day so many years ago, and some days later."""
    today = dt.datetime.now(dt.UTC).date()
    try:
        day = today.replace(year=today.year - years)
    except ValueError:
        day = today.replace(year=today.year - years, month=3, day=1)
    return (day + dt.timedelta(days=days)).isoformat()
`
}

function identity({ auth, roles }: ApiSpec): string {
  const [header, start] = auth.kind === 'header' ? [auth.header, ''] : ['Authorization', 'Bearer mock:']
  const lines =
    roles.length === 0
      ? [
          'def as_user(user_id: object) -> Headers:',
          '    """Ask as this user."""',
          '    if get_settings().auth_mode == "jwt":',
          '        return {"Authorization": f"Bearer {signed(claims_of(user_id))}"}',
          `    return {${quoted(header)}: f"${start}{user_id}"}`,
        ]
      : [
          'def as_user(user_id: object, role: str | None = None) -> Headers:',
          '    """Ask as this user, with the usual role or with another one."""',
          '    if get_settings().auth_mode == "jwt":',
          '        return {"Authorization": f"Bearer {signed(claims_of(user_id, role=role))}"}',
          `    return {${quoted(header)}: f"${start}{user_id}:{role}" if role else f"${start}{user_id}"}`,
        ]
  return lines.join('\n')
}

function errors({ format, fields }: ErrorConvention): string {
  const named = (meaning: string) => fields.find((each) => each.meaning === meaning)?.name
  const lines = [
    'def assert_error(response: Response, status: int, code: str, field: str | None = None) -> None:',
    '    """Expect an error in the format of this API."""',
    '    assert response.status_code == status',
    '    body = response.json()',
  ]
  if (format === 'problem') {
    lines.push(
      '    assert response.headers["Content-Type"] == "application/problem+json"',
      '    assert body["status"] == status',
      '    assert body["code"] == code',
      '    if field is not None:',
      '        assert field in {error["field"] for error in body["errors"]}',
    )
    return lines.join('\n')
  }
  const [message, code, details] = [named('message'), named('code'), named('field-errors')]
  if (message !== undefined) lines.push(`    assert isinstance(body[${quoted(message)}], str)`)
  if (code !== undefined) lines.push(`    assert body[${quoted(code)}] == code`)
  if (details !== undefined) lines.push('    if field is not None:', `        assert field in body[${quoted(details)}]`)
  return lines.join('\n')
}
