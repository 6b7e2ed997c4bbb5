import type { ApiSpec } from '@forge/spec'

/** Names that the generated modules import or define: an entity's class of the same name would hide them. */
const TAKEN = new Set(
  `APIRoute APIRouter ASGIApp ASGITransport AccessRole AfterValidator Annotated Any AppError AsyncClient AsyncEngine AsyncIterator AsyncSession
  AsyncpgDataError AwareDatetime Base BaseModel BaseSettings BeforeValidator BigId BigIdParam BigInteger BigIntegerParam Boolean CORSMiddleware
  Caller CallerDep Claim ClassVar Column ColumnCollectionConstraint Condition Config ConfigDict DBAPIError Date DateTime Decimal DeclarativeBase
  Depends DuplicateError EmailStr Enum ErrorItem ErrorRead Exception Failure False FastAPI Field FieldError Float FloatParam ForbiddenError
  ForeignKey Found Generic HTTPAuthorizationCredentials HTTPBearer HTTPException HTTPStatus Headers HealthRead HttpUrl Id IdParam Index InputModel
  Instant InstrumentedAttribute Integer IntegerParam IntegrityError InterfaceError InvalidInputError InvalidReferenceError Iterator JSONResponse
  Json JsonBodyMiddleware JsonValue MethodMiddleware MethodNotAllowedError OriginMiddleware PoolTimeoutError PostgresError Literal Make Mapped Mapping MappingProxyType Message MutableHeaders NoDecode None NotFoundError Number
  NumberParam Numeric OperationalError Page PageParams Path PayloadTooLargeError PlainSerializer Protocol Query QueryInstant QueryText ReadModel
  Receive Request RequestIdMiddleware RequestValidationError Response Row RuleViolationError SQLAlchemyError Scope SecretStr Select Self Send
  Sequence SessionDep Settings SettingsConfigDict SortOrder StrEnum String StringConstraints Table Text Time True Type TypeAdapter TypeVar
  UnauthorizedError UnavailableError UniqueConstraint UnsupportedMediaTypeError Url Uuid ValidationError WithJsonSchema`.split(/\s+/),
)

/** Keys of the specification whose value is the name of an entity. */
const NAMING = new Set(['entity', 'userEntity', 'target', 'through', 'left', 'right', 'of', 'child', 'parent'])

/** The specification with names for its entities that Python code can have: `Base` → `BaseRecord`. Tables, paths and fields stay. */
export function withClassNames(spec: ApiSpec): ApiSpec {
  const names = new Set(spec.entities.map((entity) => entity.name))
  const renamed = new Map([...names].filter((name) => TAKEN.has(name)).map((name) => [name, freeName(`${name}Record`, names)]))
  if (renamed.size === 0) return spec
  const entities = spec.entities.map((entity) => ({ ...entity, name: renamed.get(entity.name) ?? entity.name }))
  return rename({ ...spec, entities }, renamed)
}

function freeName(wanted: string, names: Set<string>): string {
  let name = wanted
  while (names.has(name) || TAKEN.has(name)) name += 'Record'
  return name
}

function rename<T>(value: T, renamed: ReadonlyMap<string, string>): T {
  if (Array.isArray(value)) return value.map((one) => rename(one, renamed)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, typeof one === 'string' && NAMING.has(key) ? (renamed.get(one) ?? one) : rename(one, renamed)]),
  ) as T
}
