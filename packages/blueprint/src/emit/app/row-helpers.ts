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

const REFER_TO = `async def refer_to(session: AsyncSession, model: type[Row], key: Any, field: str) -> Row:
    """Read the row that a field of a body refers to, and keep it as it is until the end of the transaction."""
    row = await session.get(model, key, with_for_update={"read": True})
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

const ANY_ROW = `async def any_row(session: AsyncSession, *conditions: sa.ColumnElement[bool]) -> bool:
    """Tell whether there is such a row."""
    return bool(await session.scalar(sa.select(sa.exists().where(*conditions))))`

const COUNT_WHERE = `def count_where(condition: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """Count rows for each row of the query around it."""
    return sa.select(sa.func.count()).where(condition).scalar_subquery()`

const LINK = `async def link(session: AsyncSession, junction: type[Base], pairs: list[dict[str, Any]]) -> None:
    """Link rows; what is linked already stays linked once."""
    await session.execute(insert(junction).values(pairs).on_conflict_do_nothing())
    await session.commit()`

const HELPERS: [name: string, code: string][] = [
  ['find', FIND],
  ['refer_to', REFER_TO],
  ['any_row', ANY_ROW],
  ['count_where', COUNT_WHERE],
  ['changed', CHANGED],
  ['assign', ASSIGN],
  ['delete_row', DELETE_ROW],
  ['link', LINK],
]

/** `app/services/rows.py`, with exactly what the services use. */
export function rowHelpersFile(used: (name: string) => boolean): ProjectFile {
  const chosen = HELPERS.filter(([name]) => used(name)).map(([, code]) => code)
  const naming = chosen.some((code) => code.includes('noun(')) ? NOUN : undefined
  const variable = chosen.some((code) => code.includes('type[Row]')) ? 'Row = TypeVar("Row", bound=Base)' : undefined
  return { path: 'app/services/rows.py', content: pythonModule('Reading and writing rows of any table.', [variable, naming, ...chosen]) }
}
