import { envelopeName, type PagingConvention } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { attributeName } from '../names'
import { pythonModule } from './module'
import { lines, quoted } from './python'

/** `app/pagination.py`: how this API cuts lists into pages. */
export function paginationFile(paging: PagingConvention, used: (name: string) => boolean): ProjectFile {
  const pages = paging.params !== null && used('fetch_page')
  const envelope = used('Page')
  const blocks = [
    'Row = TypeVar("Row")',
    used('SortOrder') ? SORT_ORDER : undefined,
    pages ? pageParams(paging) : undefined,
    pages || envelope ? found(paging, envelope && !pages) : undefined,
    envelope ? pageClass(paging) : undefined,
    used('ordering') ? ORDERING : undefined,
    used('fetch_all') ? FETCH_ALL : undefined,
    pages ? FETCH_PAGE : undefined,
  ]
  const needsRow = pages || envelope || used('fetch_all')
  return { path: 'app/pagination.py', content: pythonModule('Lists: their order and their pages.', needsRow ? blocks : blocks.slice(1)) }
}

const SORT_ORDER = `class SortOrder(StrEnum):
    """Direction of an order."""

    ASC = "asc"
    DESC = "desc"`

/** A parameter in Python, and under its own name on the wire. */
function parameter(name: string, type: string, value: number): string {
  const attribute = attributeName({ name })
  return attribute === name ? `    ${name}: ${type} = ${value}` : `    ${attribute}: ${type} = Field(default=${value}, alias=${quoted(name)})`
}

function pageParams({ params, defaultSize, maxSize }: PagingConvention): string {
  const [start, size] = params !== null && 'page' in params ? [params.page, params.size] : [params!.offset, params!.limit]
  const counted = params !== null && 'page' in params
  const [first, limit] = [attributeName({ name: start }), attributeName({ name: size })]
  return lines(
    'class PageParams(BaseModel):',
    '    """Which page is asked for."""',
    '',
    parameter(start, `Annotated[int, Field(ge=${counted ? 1 : 0}, le=MAX_INT)]`, counted ? 1 : 0),
    parameter(size, `Annotated[int, Field(ge=1, le=${maxSize})]`, defaultSize),
    '',
    '    @property',
    '    def skipped(self) -> int:',
    '        """Rows before the page."""',
    counted ? `        return (self.${first} - 1) * self.${limit}` : `        return self.${first}`,
    '',
    '    @property',
    '    def length(self) -> int:',
    '        """Rows on a full page."""',
    `        return self.${limit}`,
  )
}

function found({ params }: PagingConvention, all: boolean): string {
  return lines(
    '@dataclass(frozen=True, slots=True)',
    'class Found(Generic[Row]):',
    '    """Rows of one page, and how many there are on all."""',
    '',
    '    rows: Sequence[Row]',
    '    total: int',
    params !== null && !all && '    params: PageParams',
    all &&
      '\n    @classmethod\n    def all(cls, rows: Sequence[Row]) -> Self:\n        """Make the only page."""\n        return cls(rows, len(rows))',
  )
}

const ENVELOPE = {
  items: 'rows',
  total: 'total',
  page: 'found.params.skipped // found.params.length + 1',
  page_size: 'found.params.length',
  total_pages: '-(-found.total // found.params.length)',
  limit: 'found.params.length',
  offset: 'found.params.skipped',
  count: 'len(found.rows)',
} as const

/** A member of the envelope in Python, and under its own name on the wire. */
function member(name: string, type: string): string {
  const attribute = attributeName({ name })
  return attribute === name ? `    ${name}: ${type}` : `    ${attribute}: ${type} = Field(alias=${quoted(name)})`
}

function pageClass(paging: PagingConvention): string {
  const names = paging.params === null ? paging.envelope.filter((name) => ['items', 'total', 'count'].includes(name)) : paging.envelope
  const value = (name: (typeof names)[number]): string => {
    if (name === 'items') return 'found.rows'
    if (name === 'total' || (name === 'count' && !names.includes('total'))) return 'found.total'
    return ENVELOPE[name]
  }
  return lines(
    'class Page(BaseModel, Generic[Row]):',
    '    """One page of a list."""',
    '',
    ...names.map((name) => member(envelopeName(paging, name), name === 'items' ? 'list[Row]' : 'int')),
    '',
    '    @classmethod',
    '    def of(cls, found: Found[Any]) -> Self:',
    '        """Show rows as the API shows them."""',
    '        return cls.model_validate(',
    '            {',
    ...names.map((name) => `                ${quoted(envelopeName(paging, name))}: ${value(name)},`),
    '            },',
    '            from_attributes=True,',
    '        )',
  )
}

const ORDERING = `def ordering(
    column: InstrumentedAttribute[Any], order: SortOrder, key: InstrumentedAttribute[Any]
) -> Iterator[sa.ColumnElement[Any]]:
    """Order by a column, enumerations as they are declared; the key makes the order the same every time."""
    term: sa.ColumnElement[Any] = column.expression
    if isinstance(term.type, sa.Enum):
        term = sa.case({value: place for place, value in enumerate(term.type.enums)}, value=sa.cast(term, sa.Text))
    descending = order is SortOrder.DESC
    yield (term.desc() if descending else term.asc()).nulls_last()
    yield key.desc() if descending else key.asc()`

const FETCH_ALL = `async def fetch_all(session: AsyncSession, statement: sa.Select[Row]) -> Sequence[Row]:
    """Read every row."""
    return (await session.scalars(statement)).all()`

const FETCH_PAGE = `async def fetch_page(session: AsyncSession, statement: sa.Select[Row], params: PageParams) -> Found[Row]:
    """Read one page and the total, in one statement but for pages behind the last one."""
    counted = sa.select(sa.func.count()).select_from(statement.order_by(None).subquery())
    page = statement.add_columns(counted.scalar_subquery()).offset(params.skipped).limit(params.length)
    rows = (await session.execute(page)).all()
    if rows or params.skipped == 0:
        return Found([row[0] for row in rows], rows[0][1] if rows else 0, params)
    return Found([], await session.scalar(counted) or 0, params)`
