import type { ProjectFile } from '@forge/templates'
import { pythonModule } from './module'

/** `app/tokens.py`: signed tokens; made here only where the application itself lets people in. */
export function tokensFile(issues: boolean): ProjectFile {
  return {
    path: 'app/tokens.py',
    content: pythonModule('Signed tokens.', [
      'ALGORITHM = "HS256"\nCLAIMS = ("sub", "exp", "iat", "jti", "typ")',
      ...(issues ? ['ACCESS_LIFETIME = dt.timedelta(minutes=15)\nREFRESH_LIFETIME = dt.timedelta(days=30)'] : []),
      READ,
      ...(issues ? [ISSUE] : []),
    ]),
  }
}

const READ = `def read_token(token: str, kind: Literal["access", "refresh"], settings: Settings) -> dict[str, Any]:
    """Verify signature, expiry and kind of a token, and return its claims."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            settings.jwt_secret.get_secret_value(),
            algorithms=[ALGORITHM],
            options={"require": list(CLAIMS)},
        )
    except jwt.InvalidTokenError as error:
        raise UnauthorizedError("The token is not valid") from error
    if claims["typ"] != kind:
        raise UnauthorizedError(f"The token is no {kind} token")
    return claims`

const ISSUE = `def issue_token(
    kind: Literal["access", "refresh"], user_id: object, settings: Settings, *, token_id: UUID, **claims: str
) -> str:
    """Sign a token for a user."""
    now = dt.datetime.now(dt.UTC)
    lifetime = ACCESS_LIFETIME if kind == "access" else REFRESH_LIFETIME
    usual = {"sub": str(user_id), "iat": now, "exp": now + lifetime, "jti": str(token_id), "typ": kind}
    return jwt.encode(usual | claims, settings.jwt_secret.get_secret_value(), algorithm=ALGORITHM)`
