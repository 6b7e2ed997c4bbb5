import type { Entity } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { attributeName } from '../names'
import { type AppFacts, attribute, modelName } from './app-facts'
import { roleField, roleMembers } from './access'
import { credentialsOf } from '../../plan/credentials'
import { keyParameter } from './field-types'
import { pythonModule } from './module'
import { call, lines, quoted, statement } from './python'

/** `app/dependencies/auth.py`: who is asking. */
export function authFile(facts: AppFacts): ProjectFile {
  const { spec } = facts
  const blocks = [
    `${schemes(facts)}\n${idAdapter(facts)}`,
    claimClass(facts),
    lines(
      '# Who asks when nobody says so, while AUTH_MODE=mock.',
      `BUILT_IN = Claim(${[quoted(String(facts.world.builtInId)), ...builtInRole(facts)].join(', ')})`,
    ),
    spec.auth.kind === 'header' ? headerClaim(facts) : bearerClaim(facts),
    verifiedClaim(facts),
    knownCaller(facts),
    spec.auth.kind === 'header' ? getCallerByHeader(facts) : getCaller(facts),
    'CallerDep = Annotated[Caller, Depends(get_caller)]',
  ]
  return { path: 'app/dependencies/auth.py', content: pythonModule('Who is asking.', blocks, facts.symbols) }
}

function users({ spec, world }: AppFacts): Entity | undefined {
  return spec.auth.userEntity === null ? undefined : world.entity(spec.auth.userEntity)
}

/** The role stands in the users' own table. */
const roleIsStored = ({ world, spec }: AppFacts): boolean => spec.auth.userEntity !== null && world.roleField !== null

function schemes({ spec }: AppFacts): string {
  const bearer = 'bearer_scheme = HTTPBearer(auto_error=False)'
  return spec.auth.kind === 'header' ? `header_scheme = APIKeyHeader(name=${quoted(spec.auth.header)}, auto_error=False)\n${bearer}` : bearer
}

function idAdapter(facts: AppFacts): string {
  const entity = users(facts)
  const parameter = entity ? keyParameter(facts, entity) : { int: 'IdParam', UUID: 'UUID', str: 'QueryText' }[facts.idType]
  return `caller_id: TypeAdapter[${facts.idType}] = TypeAdapter(${parameter})`
}

const claimClass = ({ roleType }: AppFacts): string =>
  lines(
    '@dataclass(frozen=True, slots=True)',
    'class Claim:',
    '    """Who the caller says to be."""',
    '',
    '    id: str',
    roleType !== null && `    role: ${roleType} | None = None`,
  )

/** The role of the built-in user, where no row holds it. */
function builtInRole(facts: AppFacts): string[] {
  if (facts.roleType === null || roleIsStored(facts)) return []
  const { mockUser } = facts.spec.auth
  return [...roleMembers(facts, [String(mockUser['role'])]), ...roleMembers(facts, facts.spec.roles)].slice(0, 1)
}

/** `<id>[:<role>]`, as a claim. */
function readClaim(facts: AppFacts): string {
  if (facts.roleType === null) {
    return lines('def read_claim(text: str) -> Claim:', '    """Read `<id>`."""', '    return Claim(text.partition(":")[0])')
  }
  return lines(
    'def claim_of(user_id: str, role: Any) -> Claim:',
    '    """Name the caller, with another role than the usual one if it is given."""',
    '    try:',
    `        return Claim(user_id, ${facts.roleType}(role) if role else None)`,
    '    except ValueError as error:',
    '        raise UnauthorizedError("There is no such role") from error',
    '',
    '',
    'def read_claim(text: str) -> Claim:',
    '    """Read `<id>[:<role>]`."""',
    '    user_id, _, role = text.partition(":")',
    '    return claim_of(user_id, role)',
  )
}

function bearerClaim(facts: AppFacts): string {
  const missing = [
    '    if token is None:',
    facts.spec.auth.required ? '        raise UnauthorizedError("A bearer token is required")' : '        return BUILT_IN',
  ]
  const known = ['    if token.startswith("mock:"):', '        return read_claim(token.removeprefix("mock:"))']
  if (!credentialsOf(facts.spec)) {
    return lines(
      readClaim(facts),
      '',
      '',
      'def mock_claim(token: str | None) -> Claim:',
      '    """Believe `mock:<id>[:<role>]`; any other token is the built-in user."""',
      ...missing,
      ...known,
      '    return BUILT_IN',
    )
  }
  return lines(
    readClaim(facts),
    '',
    '',
    'def mock_claim(token: str | None, settings: Settings) -> Claim:',
    '    """Believe `mock:<id>[:<role>]` and tokens of a log-in; any other token is the built-in user."""',
    ...missing,
    ...known,
    '    try:',
    '        return verified_claim(token, settings)',
    '    except UnauthorizedError:',
    '        return BUILT_IN',
  )
}

function headerClaim(facts: AppFacts): string {
  const { header, required } = facts.spec.auth
  return lines(
    readClaim(facts),
    '',
    '',
    'def mock_claim(header: str | None) -> Claim:',
    `    """Believe the header${required ? '' : '; without one it is the built-in user'}."""`,
    '    if not header:',
    required ? `        raise UnauthorizedError(${quoted(`${header} header required`)})` : '        return BUILT_IN',
    '    return read_claim(header)',
  )
}

function verifiedClaim(facts: AppFacts): string {
  const carriesRole = facts.roleType !== null
  return lines(
    'def verified_claim(token: str | None, settings: Settings) -> Claim:',
    `    """Verify an access token: \`sub\` names the caller${carriesRole ? ', `role`, if given, a role other than the usual one' : ''}."""`,
    '    if token is None:',
    '        raise UnauthorizedError("A bearer token is required")',
    '    claims = read_token(token, "access", settings)',
    carriesRole ? '    return claim_of(claims["sub"], claims.get("role"))' : '    return Claim(claims["sub"])',
  )
}

function knownCaller(facts: AppFacts): string {
  const entity = users(facts)
  const read = lines(
    '    try:',
    '        user_id = caller_id.validate_python(claim.id)',
    '    except ValidationError as error:',
    '        raise UnauthorizedError("There is no such user") from error',
  )
  if (!entity) {
    const role = facts.roleType === null ? '' : `, claim.role or ${leastRole(facts)}`
    return lines('def known_caller(claim: Claim) -> Caller:', '    """Check the form of the claim."""', read, `    return Caller(user_id${role})`)
  }
  const key = attribute(modelName(entity), facts.world.keyField(entity.name))
  const stored = roleIsStored(facts)
  const role = stored ? `, ${modelName(entity)}.${attributeName({ name: facts.world.roleField! })}` : ''
  const result = facts.roleType === null ? 'row[0]' : stored ? 'row[0], claim.role or row[1]' : `row[0], claim.role or ${leastRole(facts)}`
  return lines(
    'async def known_caller(session: AsyncSession, claim: Claim) -> Caller:',
    '    """Find the caller among the users."""',
    read,
    statement(call(`sa.select(${key}${role}).where`, `${key} == user_id`), 4, 'statement = '),
    '    row = (await session.execute(statement)).one_or_none()',
    '    if row is None:',
    '        raise UnauthorizedError("There is no such user")',
    `    return Caller(${result})`,
  )
}

const leastRole = (facts: AppFacts): string => roleMembers(facts, roleField(facts).values ?? []).at(-1)!

const known = (facts: AppFacts, claim: string): string => (users(facts) ? `await known_caller(session, ${claim})` : `known_caller(${claim})`)

function signature(facts: AppFacts, schemes: string[]): string {
  return lines(
    'async def get_caller(',
    ...schemes.map((scheme) => `    ${scheme},`),
    users(facts) && '    session: SessionDep,',
    '    settings: Annotated[Settings, Depends(get_settings)],',
    ') -> Caller:',
    '    """Identify the caller, or refuse."""',
  )
}

function getCaller(facts: AppFacts): string {
  return lines(
    signature(facts, ['credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer_scheme)]']),
    '    token = credentials.credentials if credentials else None',
    `    claim = verified_claim(token, settings) if settings.auth_mode == "jwt" else mock_claim(${credentialsOf(facts.spec) ? 'token, settings' : 'token'})`,
    `    return ${known(facts, 'claim')}`,
  )
}

function getCallerByHeader(facts: AppFacts): string {
  return lines(
    signature(facts, [
      'header: Annotated[str | None, Depends(header_scheme)]',
      'credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer_scheme)]',
    ]),
    '    token = credentials.credentials if credentials else None',
    '    claim = verified_claim(token, settings) if settings.auth_mode == "jwt" else mock_claim(header)',
    `    return ${known(facts, 'claim')}`,
  )
}
