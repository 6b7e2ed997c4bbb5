import type { ProjectFile } from '@forge/templates'
import { pythonModule } from './module'

const FIND = `async def find(
    session: AsyncSession, model: type[Row], key: Any, *, lock: Literal["update", "share"] | None = None
) -> Row:
    """Read a row by its key, and keep it as it is until the end of the transaction where asked to."""
    locking = {"read": lock == "share"} if lock else None
    row = await session.get(model, key, with_for_update=locking)
    if row is None:
        raise NotFoundError(f"{noun(model)} not found")
    return row`

const FIND_BY = `async def find_by(
    session: AsyncSession,
    model: type[Row],
    column: InstrumentedAttribute[Any],
    value: Any,
    *,
    lock: Literal["update", "share"] | None = None,
) -> Row:
    """Read the row that holds a unique value, and keep it as it is until the end of the transaction where asked to."""
    statement = sa.select(model).where(column == value)
    if lock:
        statement = statement.with_for_update(read=lock == "share")
    row = await session.scalar(statement)
    if row is None:
        raise NotFoundError(f"{noun(model)} not found")
    return row`

const OWN_ROW = `async def own_row(session: AsyncSession, model: type[Row], column: InstrumentedAttribute[Any], owner: Any) -> Row:
    """Read the one row that belongs to somebody, and keep it as it is; it is made the first time it is asked for."""
    statement = sa.select(model).where(column == owner).with_for_update()
    row = await session.scalar(statement)
    if row is None:
        await session.execute(insert(model).values({column.key: owner}).on_conflict_do_nothing())
        row = (await session.scalars(statement)).one()
    return row`

const FIND_ALL = `async def find_all(session: AsyncSession, model: type[Row], keys: Sequence[Any]) -> Sequence[Row]:
    """Read rows in the order of their keys, and keep them as they are until the end of the transaction."""
    key = sa.inspect(model).primary_key[0]
    statement = sa.select(model).where(key.in_(keys)).order_by(key).with_for_update()
    rows = (await session.scalars(statement, execution_options={"populate_existing": True})).all()
    if len(rows) < len(set(keys)):
        raise NotFoundError(f"{noun(model)} not found")
    return rows`

const REFER_TO = `async def refer_to(
    session: AsyncSession, model: type[Row], key: Any, field: str, *, lock: Literal["update", "share"] = "share"
) -> Row:
    """Read the row that a field refers to, and keep it as it is until the end of the transaction."""
    row = await session.get(model, key, with_for_update={"read": lock == "share", "key_share": lock == "update"})
    if row is None:
        message = f"{field} refers to something that does not exist"
        raise InvalidReferenceError(message, [FieldError(field, message)])
    return row`

const NOUN = `def noun(model: type[Base]) -> str:
    """Name a row to people: \`Task tag\` for \`TaskTag\`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", model.__name__).capitalize()`

const CHANGED = `def changed(row: Base, body: InputModel) -> dict[str, Any]:
    """Return what a body would change of a row: what is as it was is no change."""
    return {name: value for name, value in body.changes().items() if getattr(row, name) != value}`

const ASSIGN = `def assign(row: Base, changes: dict[str, Any]) -> None:
    """Set the attributes of a row."""
    for name, value in changes.items():
        setattr(row, name, value)`

const DELETE_ROW = `async def delete_row(session: AsyncSession, row: Base) -> None:
    """Delete a row, unless others need it."""
    await session.delete(row)
    try:
        await session.commit()
    except IntegrityError as error:
        raise RuleViolationError(f"{noun(type(row))} is still in use") from error`

const DELETE_ROWS = `async def delete_rows(session: AsyncSession, rows: Sequence[Base]) -> None:
    """Delete rows, unless others need one of them: then all stay."""
    for row in rows:
        await session.delete(row)
    try:
        await session.commit()
    except IntegrityError as error:
        raise RuleViolationError(f"{noun(type(rows[0]))} is still in use") from error`

const ANY_ROW = `async def any_row(session: AsyncSession, *conditions: sa.ColumnElement[bool]) -> bool:
    """Tell whether there is such a row."""
    return bool(await session.scalar(sa.select(sa.exists().where(*conditions))))`

const COUNT_WHERE = `def count_where(condition: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """Count rows for each row of the query around it."""
    return sa.select(sa.func.count()).where(condition).scalar_subquery()`

const COUNT_ROWS = `async def count_rows(session: AsyncSession, *conditions: sa.ColumnElement[bool]) -> int:
    """Count the rows for which all conditions hold."""
    return await session.scalar(sa.select(sa.func.count()).where(*conditions)) or 0`

const SUM_ROWS = `async def sum_rows(session: AsyncSession, column: InstrumentedAttribute[Any], *conditions: sa.ColumnElement[bool]) -> Any:
    """Add up a column over the rows for which all conditions hold."""
    return await session.scalar(sa.select(sa.func.coalesce(sa.func.sum(column), 0)).where(*conditions))`

const YEARS_SINCE = `def years_since(day: dt.date) -> int:
    """Count the whole years that have passed since a day."""
    today = dt.datetime.now(dt.UTC).date()
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))`

const SLUGIFY = `def slugify(text: str) -> str:
    """Turn a text into lower-case words with hyphens between them, as addresses have them."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:200].strip("-") or "item"`

const UNUSED_SLUG = `async def unused_slug(session: AsyncSession, column: InstrumentedAttribute[Any], text: str) -> str:
    """Turn a text into a slug that no row has: with a number behind it where another row has it."""
    slug = slugify(text)
    similar = sa.or_(column == slug, column.startswith(f"{slug}-", autoescape=True))
    taken = set((await session.scalars(sa.select(column).where(similar))).all())
    numbered = (f"{slug}-{number}" for number in itertools.count(2))
    return slug if slug not in taken else next(each for each in numbered if each not in taken)`

const NEXT_CODE = `async def next_code(session: AsyncSession, column: InstrumentedAttribute[Any], prefix: str, digits: int) -> str:
    """Number a new row: one more than the highest number behind the prefix, one request after the other."""
    await session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(str(column)))))
    number = sa.cast(sa.func.substring(column, "[0-9]+$"), sa.BigInteger)
    highest = await session.scalar(sa.select(sa.func.max(number)).where(column.startswith(prefix, autoescape=True)))
    return f"{prefix}{(highest or 0) + 1:0{digits}}"`

const NEXT_NUMBER = `async def next_number(session: AsyncSession, column: InstrumentedAttribute[Any]) -> int:
    """Number a new row: one more than the highest number, one request after the other."""
    await session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(str(column)))))
    highest = await session.scalar(sa.select(sa.func.max(column)))
    return (highest or 0) + 1`

const LINK = `async def link(session: AsyncSession, junction: type[Base], pairs: list[dict[str, Any]]) -> None:
    """Link rows; what is linked already stays linked once."""
    if pairs:
        await session.execute(insert(junction).values(pairs).on_conflict_do_nothing())
    await session.commit()`

const HELPERS: [name: string, code: string][] = [
  ['find', FIND],
  ['find_by', FIND_BY],
  ['find_all', FIND_ALL],
  ['own_row', OWN_ROW],
  ['refer_to', REFER_TO],
  ['any_row', ANY_ROW],
  ['count_where', COUNT_WHERE],
  ['count_rows', COUNT_ROWS],
  ['sum_rows', SUM_ROWS],
  ['years_since', YEARS_SINCE],
  ['slugify', SLUGIFY],
  ['unused_slug', UNUSED_SLUG],
  ['next_code', NEXT_CODE],
  ['next_number', NEXT_NUMBER],
  ['changed', CHANGED],
  ['assign', ASSIGN],
  ['delete_row', DELETE_ROW],
  ['delete_rows', DELETE_ROWS],
  ['link', LINK],
]

/** `app/services/rows.py`, with exactly what the services use. */
export function rowHelpersFile(used: (name: string) => boolean): ProjectFile {
  const needed = (name: string) => used(name) || (name === 'slugify' && used('unused_slug'))
  const chosen = HELPERS.filter(([name]) => needed(name)).map(([, code]) => code)
  const naming = chosen.some((code) => code.includes('noun(')) ? NOUN : undefined
  const variable = chosen.some((code) => code.includes('type[Row]')) ? 'Row = TypeVar("Row", bound=Base)' : undefined
  return { path: 'app/services/rows.py', content: pythonModule('Reading and writing rows of any table.', [variable, naming, ...chosen]) }
}
