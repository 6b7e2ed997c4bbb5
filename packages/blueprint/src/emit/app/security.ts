import type { ApiSpec } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { credentialsOf, isPassword } from '../../plan/credentials'
import { pythonModule } from './module'

/** `app/security.py`: passwords, where any are stored; compared only where people sign in with them. */
export function securityFiles(spec: ApiSpec): ProjectFile[] {
  if (!spec.entities.some((entity) => entity.fields.some((field) => isPassword(spec, entity, field)))) return []
  const blocks = credentialsOf(spec) ? [HASHER, UNKNOWN, TYPE, MATCHES] : [HASHER, TYPE]
  return [{ path: 'app/security.py', content: pythonModule('Passwords: kept as Argon2id hashes, never as they are.', blocks) }]
}

const HASHER = `# Argon2id with the least cost that OWASP recommends.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)`

const UNKNOWN = `# Nobody's password: looking up an unknown user takes as long as a known one.
UNKNOWN = HASHER.hash(secrets.token_hex())`

const TYPE = `class PasswordHash(sa.TypeDecorator[str]):
    """A column that is written with a password and holds its hash."""

    impl = sa.Text
    cache_ok = True

    @property
    def python_type(self) -> type[str]:
        """Say what is written."""
        return str

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Hash on the way into the database, whichever way that is."""
        return None if value is None else HASHER.hash(value)`

const MATCHES = `async def password_matches(password: str, stored: str | None) -> bool:
    """Compare a password with a hash, in a thread, at the same cost where there is none."""
    try:
        await asyncio.to_thread(HASHER.verify, stored or UNKNOWN, password)
    except (InvalidHashError, VerificationError):
        return False
    return stored is not None`
