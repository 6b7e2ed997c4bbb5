import type { Field } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { attributeName, columnName, moduleName } from '../names'
import { type AppFacts, databaseName, modelName } from './app-facts'
import { columnType } from './columns'
import { type Credentials, registeredFields } from '../../plan/credentials'
import { inputType, keyType } from './field-types'
import { loginService, SESSION_OF } from './login-service'
import { pythonModule, type Symbols } from './module'
import { call, docstring, lines, quoted, statement } from './python'
import { inputFields } from './schemas'

/** What lets people in: schemas, service and routes of signing in, and the table of sessions. */
export function loginFiles(facts: AppFacts, credentials: Credentials, symbols: Symbols): ProjectFile[] {
  const all = new Map([...symbols, ...loginSymbols(facts, credentials)])
  const file = (path: string, doc: string, blocks: (string | undefined)[]) => ({ path, content: pythonModule(doc, blocks, all) })
  const fields = registeredFields(facts.world, credentials)
  return [
    file('app/models/refresh_session.py', 'The table refresh_sessions.', [sessionModel(facts, credentials)]),
    file('app/schemas/login.py', 'What signing in takes and answers.', schemaBlocks(facts, credentials, fields)),
    file('app/services/login.py', 'Signing in, and sessions whose refresh tokens are good for one use.', [
      'BEARER: Literal["bearer"] = "bearer"',
      SESSION_OF,
      loginService(facts, credentials, fields),
    ]),
    file('app/routers/login.py', 'Routes of signing in.', routes(facts, credentials, fields)),
  ]
}

function loginSymbols(facts: AppFacts, { entity }: Credentials): [string, string][] {
  const names = 'LoginRequest RefreshRequest RegisterRequest TokenPair'.split(' ').map((name): [string, string] => [name, 'app.schemas.login'])
  const shared = sharedFields(facts, entity).map((field): [string, string] => [
    inputType(facts, entity, field).type.replace(/^list\[|\]$/g, ''),
    `app.schemas.${moduleName(entity)}`,
  ])
  return [...shared, ...names, ['LoginService', 'app.services.login'], ['RefreshSession', 'app.models']]
}

/** Fields whose types the schemas of the users name already. */
function sharedFields(facts: AppFacts, entity: Credentials['entity']): Field[] {
  const given = new Set(
    facts
      .routesOf(entity)
      .filter(({ endpoint }) => endpoint.operation !== 'link-add')
      .flatMap(inputFields),
  )
  return [...given].filter((field) => inputType(facts, entity, field).alias !== undefined)
}

// ------------------------------------------------------------------------------------------------------------------- the table

function sessionModel(facts: AppFacts, { entity }: Credentials): string {
  const key = facts.world.keyField(entity.name)
  const owner = `sa.ForeignKey("${entity.table}.${columnName(key)}", ondelete="CASCADE")`
  const type = columnType(facts, entity, key)
  return lines(
    'class RefreshSession(Base):',
    '    """A sign-in: only the newest of its refresh tokens is good."""',
    '',
    '    __tablename__ = "refresh_sessions"',
    '',
    '    id: Mapped[UUID] = mapped_column(primary_key=True)',
    statement(call('mapped_column', type, owner, 'index=True'), 4, `user_id: Mapped[${keyType(facts, entity)}] = `),
    '    token_id: Mapped[UUID]',
    '    expires_at: Mapped[dt.datetime]',
  )
}

/** Statements that make the table, for the migration. */
export function createSessions(facts: AppFacts, { entity }: Credentials): string[] {
  const key = facts.world.keyField(entity.name)
  const column = (name: string, type: string) => call('sa.Column', quoted(name), type, 'nullable=False')
  return [
    statement(
      call(
        'op.create_table',
        '"refresh_sessions"',
        column('id', 'sa.Uuid()'),
        column('user_id', columnType(facts, entity, key)),
        column('token_id', 'sa.Uuid()'),
        column('expires_at', 'sa.DateTime(timezone=True)'),
        call(
          'sa.ForeignKeyConstraint',
          '["user_id"]',
          `["${entity.table}.${columnName(key)}"]`,
          `name=op.f("${databaseName(`fk_refresh_sessions_user_id_${entity.table}`)}")`,
          'ondelete="CASCADE"',
        ),
        call('sa.PrimaryKeyConstraint', '"id"', 'name=op.f("pk_refresh_sessions")'),
      ),
      4,
    ),
    '    op.create_index(op.f("ix_refresh_sessions_user_id"), "refresh_sessions", ["user_id"])',
  ]
}

// ------------------------------------------------------------------------------------------------------------------- schemas

function schemaBlocks(facts: AppFacts, { entity, password, logins }: Credentials, fields: Field[] | undefined): (string | undefined)[] {
  const names = logins.map(attributeName)
  const optional = logins.length > 1 ? ' | None = None' : ''
  const own = (fields ?? []).concat(password).filter((field) => !sharedFields(facts, entity).includes(field))
  const aliases = own.flatMap((field) => {
    const { alias, type } = inputType(facts, entity, field)
    return fields === undefined || alias === undefined ? [] : [statement(alias, 0, `${type.replace(/^list\[|\]$/g, '')} = `)]
  })
  return [
    lines(
      'Secret = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(storable)]',
      'Token = Annotated[str, StringConstraints(min_length=1, max_length=4000)]',
      ...aliases,
    ),
    lines(
      'class LoginRequest(InputModel):',
      `    """Who signs in${logins.length > 1 ? `: by ${names.join(' or ')}` : ''}."""`,
      '',
      ...names.map((name) => `    ${name}: QueryText${optional}`),
      '    password: Secret',
      ...(logins.length > 1
        ? [
            '',
            '    @model_validator(mode="after")',
            '    def is_somebody(self) -> Self:',
            '        """Refuse to guess who is meant."""',
            `        if (${names.map((name) => `self.${name} is None`).join(') == (')}):`,
            `            raise ValueError("give either ${names.join(' or ')}")`,
            '        return self',
          ]
        : []),
    ),
    lines('class RefreshRequest(InputModel):', '    """A refresh token."""', '', '    refresh_token: Token'),
    fields &&
      lines(
        'class RegisterRequest(InputModel):',
        docstring('Who wants to be let in.', 4),
        '',
        ...fields.map((field) => registerLine(facts, entity, field)),
        `    password: ${isHash(password) ? 'Secret' : inputType(facts, entity, password).type}`,
      ),
    lines(
      'class TokenPair(BaseModel):',
      '    """What lets its bearer in, and what renews it."""',
      '',
      '    access_token: str',
      '    refresh_token: str',
      '    token_type: Literal["bearer"]',
      '    expires_in: Annotated[int, Field(description="Seconds that the access token is good for")]',
    ),
  ]
}

/** A column that only the application writes. */
const isHash = (field: Field): boolean => field.readOnly

function registerLine(facts: AppFacts, entity: Credentials['entity'], field: Field): string {
  const { type } = inputType(facts, entity, field)
  const name = attributeName(field)
  const needed = !facts.columnNullable(entity, field) && field.default === null
  const alias = name === field.name ? '' : `Field(${needed ? '' : 'default=None, '}alias=${quoted(field.name)})`
  return `    ${name}: ${type}${needed ? '' : ' | None'}${alias !== '' ? ` = ${alias}` : needed ? '' : ' = None'}`
}

// ------------------------------------------------------------------------------------------------------------------- routes

function routes(facts: AppFacts, { entity, paths }: Credentials, fields: Field[] | undefined): (string | undefined)[] {
  const { validation } = facts.spec.statusCodes
  const failures = (...statuses: number[]) => `responses=error_responses(${[...new Set([...statuses, validation])].sort((a, b) => a - b).join(', ')})`
  const route = (path: string, summary: string, ...more: string[]) =>
    statement(call('@router.post', quoted(path), ...more.slice(1), `summary=${quoted(summary)}`, more[0]!))
  const read = `${entity.name}Read`
  return [
    'router = APIRouter(tags=["auth"])',
    lines(
      'def get_login_service(session: SessionDep, settings: Annotated[Settings, Depends(get_settings)]) -> LoginService:',
      '    """Make the service of signing in for one request."""',
      '    return LoginService(session, settings)',
    ),
    'LoginServiceDep = Annotated[LoginService, Depends(get_login_service)]',
    fields &&
      lines(
        route(paths.register!, 'Register', failures(409, 413, 415), 'status_code=201', `response_model=${read}`),
        `async def register(body: RegisterRequest, service: LoginServiceDep) -> ${modelName(entity)}:`,
        '    """Make an account."""',
        '    return await service.register(body)',
      ),
    lines(
      route(paths.login, 'Log in', failures(401, 413, 415)),
      'async def log_in(body: LoginRequest, service: LoginServiceDep) -> TokenPair:',
      '    """Trade a password for tokens."""',
      '    return await service.log_in(body)',
    ),
    lines(
      route(paths.refresh, 'Refresh the tokens', failures(401, 413, 415)),
      'async def refresh_tokens(body: RefreshRequest, service: LoginServiceDep) -> TokenPair:',
      '    """Trade a refresh token, once, for new tokens."""',
      '    return await service.refresh(body)',
    ),
    lines(
      route(paths.logout, 'Log out', failures(401, 413, 415), 'status_code=204'),
      'async def log_out(caller: CallerDep, service: LoginServiceDep, body: RefreshRequest | None = None) -> None:',
      '    """End one session, or all sessions of the caller."""',
      '    await service.log_out(caller, body)',
    ),
  ]
}
