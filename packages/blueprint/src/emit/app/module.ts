import { docstring } from './python'

/** Where a name comes from: module, and `as` for modules imported under a short name. */
export type Symbols = ReadonlyMap<string, string>

const STANDARD = new Set([
  'asyncio',
  'collections.abc',
  'contextlib',
  'dataclasses',
  'datetime',
  'decimal',
  'enum',
  'functools',
  'http',
  'itertools',
  'logging',
  're',
  'secrets',
  'typing',
  'unicodedata',
  'urllib',
  'uuid',
])

/** Names of the libraries. A module imported as such has the value `import …`. */
const LIBRARY_SYMBOLS: [from: string, names: string][] = [
  ['collections.abc', 'AsyncIterator Iterator Mapping Sequence'],
  ['contextlib', 'asynccontextmanager'],
  ['dataclasses', 'dataclass'],
  ['decimal', 'Decimal'],
  ['enum', 'StrEnum'],
  ['typing', 'Annotated Any ClassVar Generic Literal Self TypeVar'],
  ['functools', 'partial'],
  ['http', 'HTTPStatus'],
  ['uuid', 'UUID uuid4'],
  ['argon2', 'PasswordHasher'],
  ['argon2.exceptions', 'InvalidHashError VerificationError'],
  ['fastapi', 'APIRouter Body Depends FastAPI Path Query Request'],
  ['fastapi.middleware.cors', 'CORSMiddleware'],
  ['fastapi.responses', 'JSONResponse Response'],
  ['fastapi.security', 'APIKeyHeader HTTPAuthorizationCredentials HTTPBearer'],
  ['pydantic', 'AfterValidator BaseModel BeforeValidator ConfigDict EmailStr Field StringConstraints TypeAdapter ValidationError model_validator'],
  ['sqlalchemy.dialects.postgresql', 'insert'],
  ['sqlalchemy.exc', 'IntegrityError SQLAlchemyError'],
  ['sqlalchemy.ext.asyncio', 'AsyncSession async_sessionmaker'],
  ['sqlalchemy.orm', 'InstrumentedAttribute Mapped mapped_column query_expression with_expression'],
  ['app.config', 'Settings get_settings'],
  ['app.database', 'create_engine create_session_factory'],
  ['app.dependencies.auth', 'CallerDep get_caller'],
  ['app.dependencies.session', 'SessionDep'],
  ['app.errors', 'ForbiddenError InvalidInputError InvalidReferenceError NotFoundError RuleViolationError UnauthorizedError install_error_handlers'],
  ['app.logs', 'log_as_json'],
  ['app.middleware', 'JsonBodyMiddleware MethodMiddleware OriginMiddleware REQUEST_ID_HEADER RequestIdMiddleware'],
  ['app.models.base', 'Base enum_type'],
  ['app.openapi', 'build_openapi creation_responses error_responses operation_id'],
  ['app.pagination', 'Found Page PageParams SortOrder fetch_all fetch_page ordering'],
  [
    'app.schemas.base',
    'BigId BigInteger Boolean Date Float Id InputModel Instant Integer Json MAX_INT Number BigIdParam BigIntegerParam FloatParam IdParam IntegerParam NumberParam QueryInstant QueryText ReadModel Text Time UNSET Url Uuid not_blank not_in_future not_in_past split_commas storable web_address',
  ],
  ['app.schemas.error', 'FieldError'],
  ['app.security', 'PasswordHash password_matches'],
  ['app.services.access', 'Caller require_role'],
  ['app.tokens', 'ACCESS_LIFETIME REFRESH_LIFETIME issue_token read_token'],
  ['app.services.trees', 'lineage nested refuse_cycle'],
  ['app.services.figures', 'count_each count_if counts_of period_of since_day until_day'],
  ['app.services.filters', 'after at_least at_most before contains equals has_item is_in matches named_by overdue'],
  [
    'app.services.rows',
    'any_row assign changed count_rows count_where delete_row delete_rows find find_all find_by link next_code next_number own_row refer_to slugify sum_rows unused_slug years_since',
  ],
]

const MODULES: [name: string, statement: string, module: string][] = [
  ['dt', 'import datetime as dt', 'datetime'],
  ['sa', 'import sqlalchemy as sa', 'sqlalchemy'],
  ['pg', 'import sqlalchemy.dialects.postgresql as pg', 'sqlalchemy.dialects.postgresql'],
  ['op', 'from alembic import op', 'alembic'],
  ['models', 'from app import models', 'app'],
  ['asyncio', 'import asyncio', 'asyncio'],
  ['jwt', 'import jwt', 'jwt'],
  ['logging', 'import logging', 'logging'],
  ['re', 'import re', 're'],
  ['secrets', 'import secrets', 'secrets'],
  ['itertools', 'import itertools', 'itertools'],
  ['unicodedata', 'import unicodedata', 'unicodedata'],
  ['urllib', 'import urllib.parse', 'urllib'],
]

const LIBRARY = new Map(LIBRARY_SYMBOLS.flatMap(([module, names]) => names.split(' ').map((name) => [name, module] as const)))

/** True when an import would hide an entity of this name. */
export const isLibraryName = (name: string): boolean => LIBRARY.has(name)

/** One Python file: docstring, the imports that its blocks need, and the blocks. */
export function pythonModule(doc: string, blocks: (string | undefined)[], symbols: Symbols = new Map()): string {
  const body = blocks.filter((block): block is string => block !== undefined && block !== '')
  const imports = importsFor(body.join('\n\n'), symbols)
  const top = `${docstring(doc)}\n`
  // Constants stand one empty line below the imports and below each other, definitions two.
  const joined = body.reduce((text, block) => `${text}${text === '' ? '' : gap(text, block)}${block}`, '')
  if (imports === '') return body.length === 0 ? top : `${top}\n${isDefinition(joined) ? '\n' : ''}${joined}\n`
  return `${top}\n${imports}\n${isDefinition(joined) ? '\n\n' : '\n'}${joined}\n`
}

const isDefinition = (block: string): boolean => /^(?:@|class |def |async def )/.test(block)

function gap(before: string, block: string): string {
  const last = before.split('\n').at(-1) ?? ''
  return isDefinition(block) || /^\s/.test(last) ? '\n\n\n' : '\n\n'
}

/** The import block for the names that `code` uses and does not define. */
function importsFor(code: string, own: Symbols): string {
  const bare = withoutText(code)
  // What a class declares, and keyword arguments, are no uses of a name.
  const used = new Set(bare.replace(/^ +\w+(?=:)|\bdef \w+|\b\w+(?==[^=])/gm, '').match(/(?<![\w.])[A-Za-z_]\w*/g) ?? [])
  const defined = new Set([...bare.matchAll(/^(?:class |def |async def )?([A-Za-z_]\w*)(?:\s*[:=(]|\[)/gm)].map((match) => match[1]!))
  const sections: Map<string, Set<string>>[] = [new Map(), new Map(), new Map()]
  const plain: string[][] = [[], [], []]
  for (const [name, text, module] of MODULES) {
    if (!new RegExp(`(?<![\\w.])${name}\\.`).test(bare)) continue
    if (text.startsWith('import')) plain[sectionOf(module)]!.push(text)
    else sections[sectionOf(module)]!.set(module, new Set([name]))
  }
  for (const name of used) {
    const module = own.get(name) ?? LIBRARY.get(name)
    if (module === undefined || defined.has(name)) continue
    const section = sections[sectionOf(module)]!
    section.set(module, (section.get(module) ?? new Set()).add(name))
  }
  return sections
    .map((section, index) => {
      const froms = [...section].sort(([a], [b]) => (a < b ? -1 : 1)).map(([module, names]) => fromImport(module, [...names]))
      return [...plain[index]!.sort(), ...froms].join('\n')
    })
    .filter((text) => text !== '')
    .join('\n\n')
}

function sectionOf(module: string): 0 | 1 | 2 {
  if (STANDARD.has(module)) return 0
  return module === 'app' || module.startsWith('app.') ? 2 : 1
}

export function fromImport(module: string, names: string[]): string {
  const sorted = [...names].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  const line = `from ${module} import ${sorted.join(', ')}`
  return line.length <= 120 ? line : `from ${module} import (\n${sorted.map((name) => `    ${name},`).join('\n')}\n)`
}

/** Constants, classes, functions: the linter's order. */
const rank = (name: string): number => (/^[A-Z0-9_]{2,}$/.test(name) ? 0 : /^[A-Z]/.test(name) ? 1 : 2)

/** Code without docstrings, string literals and comments; what braces of f-strings hold stays. */
function withoutText(code: string): string {
  // From left to right in one pass: a quote that ends one text begins no other.
  return code.replace(/"""[\s\S]*?"""|f"((?:[^"\\]|\\.)*)"|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|#.*$/gm, (_, formatted?: string) =>
    formatted === undefined ? ' ' : ` ${[...formatted.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1]!.replace(/'[^']*'/g, '')).join(' ')} `,
  )
}
