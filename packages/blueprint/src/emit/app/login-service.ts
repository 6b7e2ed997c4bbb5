import type { Field } from '@forge/spec'
import type { Credentials } from '../../plan/credentials'
import { attributeName } from '../names'
import { roleMembers } from './access'
import { type AppFacts, attribute, modelName } from './app-facts'
import { keyType } from './field-types'
import { call, docstring, lines, statement, WIDTH } from './python'

/** What a refresh token says of its session. */
export const SESSION_OF = `def session_of(claims: dict[str, Any]) -> tuple[UUID, UUID]:
    """Return the session of a refresh token, and the token's own id."""
    try:
        return UUID(claims["sid"]), UUID(claims["jti"])
    except (KeyError, ValueError) as error:
        raise UnauthorizedError("The refresh token is none of this application") from error`

/** The class of the service. */
export function loginService(facts: AppFacts, credentials: Credentials, fields: Field[] | undefined): string {
  const { entity, password, active } = credentials
  const model = modelName(entity)
  const key = attribute('user', facts.world.keyField(entity.name))
  const userKey = attribute(model, facts.world.keyField(entity.name))
  const lets = active ? ` or not user.${attributeName(active)}` : ''
  return lines(
    'class LoginService:',
    '    """Lets people in, keeps them in, and lets them out."""',
    '',
    '    def __init__(self, session: AsyncSession, settings: Settings) -> None:',
    '        self.session = session',
    '        self.settings = settings',
    '',
    ...(fields === undefined ? [] : [register(facts, credentials), '']),
    '    async def log_in(self, body: LoginRequest) -> TokenPair:',
    '        """Compare the password, and begin a session."""',
    ...whoIsIt(credentials),
    '        user = (await self.session.scalars(statement)).one_or_none()',
    `        is_right = await password_matches(body.password, user.${attributeName(password)} if user else None)`,
    `        if user is None or not is_right${lets}:`,
    '            raise UnauthorizedError("There is no such user, or the password is another one")',
    '        now = dt.datetime.now(dt.UTC)',
    `        login = RefreshSession(id=uuid4(), user_id=${key}, token_id=uuid4(), expires_at=now + REFRESH_LIFETIME)`,
    '        self.session.add(login)',
    '        await self.session.commit()',
    `        return self._tokens(login.user_id, login.id, login.token_id)`,
    '',
    '    async def refresh(self, body: RefreshRequest) -> TokenPair:',
    '        """Trade a refresh token for new tokens. One that was used before ends the session: somebody has stolen it."""',
    '        claims = read_token(body.refresh_token, "refresh", self.settings)',
    '        session_id, used = session_of(claims)',
    '        token_id = uuid4()',
    '        now = dt.datetime.now(dt.UTC)',
    '        statement = (',
    '            sa.update(RefreshSession)',
    `            .where(RefreshSession.id == session_id, RefreshSession.token_id == used, RefreshSession.expires_at > now)`,
    ...(active
      ? [statement(call('.where', `RefreshSession.user_id.in_(sa.select(${userKey}).where(${model}.${attributeName(active)}.is_(True)))`), 12)]
      : []),
    '            .values(token_id=token_id, expires_at=now + REFRESH_LIFETIME)',
    '            .returning(RefreshSession.user_id)',
    '        )',
    '        user_id = await self.session.scalar(statement)',
    '        if user_id is None:',
    '            await self.session.execute(sa.delete(RefreshSession).where(RefreshSession.id == session_id))',
    '            await self.session.commit()',
    '            raise UnauthorizedError("The refresh token is not good any more")',
    '        await self.session.commit()',
    '        return self._tokens(user_id, session_id, token_id)',
    '',
    '    async def log_out(self, caller: Caller, body: RefreshRequest | None) -> None:',
    '        """End the session of the refresh token, or without one all sessions of the caller."""',
    '        statement = sa.delete(RefreshSession).where(RefreshSession.user_id == caller.id)',
    '        if body is not None:',
    '            session_id, _ = session_of(read_token(body.refresh_token, "refresh", self.settings))',
    '            statement = statement.where(RefreshSession.id == session_id)',
    '        await self.session.execute(statement)',
    '        await self.session.commit()',
    '',
    `    def _tokens(self, user_id: ${keyType(facts, entity)}, session_id: UUID, token_id: UUID) -> TokenPair:`,
    '        """Sign a pair of tokens."""',
    '        refresh = issue_token("refresh", user_id, self.settings, token_id=token_id, sid=str(session_id))',
    '        return TokenPair(',
    '            access_token=issue_token("access", user_id, self.settings, token_id=uuid4()),',
    '            refresh_token=refresh,',
    '            token_type=BEARER,',
    '            expires_in=int(ACCESS_LIFETIME.total_seconds()),',
    '        )',
  )
}

function whoIsIt({ entity, logins }: Credentials): string[] {
  const model = modelName(entity)
  const matches = logins.map((field) => {
    const name = attributeName(field)
    return field.unique === 'case-insensitive' ? `sa.func.lower(${model}.${name}) == sa.func.lower(body.${name})` : `${model}.${name} == body.${name}`
  })
  if (matches.length === 1) return [statement(call(`sa.select(${model}).where`, matches[0]!), 8, 'statement = ')]
  const choice = [matches[0]!, `if body.${attributeName(logins[0]!)} is not None`, `else ${matches[1]}`]
  const line = `        condition = ${choice.join(' ')}`
  const broken = lines('        condition = (', ...choice.map((part) => `            ${part}`), '        )')
  return [line.length <= WIDTH ? line : broken, `        statement = sa.select(${model}).where(condition)`]
}

function register(facts: AppFacts, { entity, password }: Credentials): string {
  const role = entity.fields.find((field) => field.name === facts.world.roleField)
  const least = role && role.default === null ? roleMembers(facts, role.values ?? []).at(-1) : undefined
  const given = [
    `**body.model_dump(exclude_none=True, exclude={"password"})`,
    `${attributeName(password)}=body.password`,
    ...(role && least ? [`${attributeName(role)}=${least}`] : []),
  ]
  return lines(
    `    async def register(self, body: RegisterRequest) -> ${modelName(entity)}:`,
    docstring('Make an account without any privilege.', 8),
    statement(call(modelName(entity), ...given), 8, 'user = '),
    '        self.session.add(user)',
    '        await self.session.commit()',
    '        return user',
  )
}
