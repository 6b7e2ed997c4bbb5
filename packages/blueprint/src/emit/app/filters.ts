import type { ProjectFile } from '@forge/templates'
import { pythonModule } from './module'

/** A comparison that holds for every row when the filter is not set. */
const comparison = (name: string, doc: string, condition: string): string => `def ${name}(column: Column, value: Any) -> Condition:
    """${doc}"""
    return sa.true() if value is None else ${condition}`

const OVERDUE = `def overdue(column: Column, value: bool | None) -> Condition:
    """Select what is past its date, or what is not."""
    if value is None:
        return sa.true()
    past = column < sa.func.now()
    return past if value else sa.or_(column.is_(None), sa.not_(past))`

const MATCHES = `def matches(text: str | None, *columns: Column) -> Condition:
    """Select what holds the text in any of the columns, whatever the case of letters; wildcards mean themselves."""
    if text is None:
        return sa.true()
    return sa.or_(*(sa.cast(column, sa.Text).icontains(text, autoescape=True) for column in columns))`

const NAMED_BY = `def named_by(column: Column, keys: sa.Select[Any], name: Column, value: Any) -> Condition:
    """Select what is joined to the row of this name."""
    return sa.true() if value is None else column.in_(keys.where(name == value))`

const HELPERS: [name: string, code: string][] = [
  ['equals', comparison('equals', 'Select what has the value.', 'column == value')],
  ['is_in', comparison('is_in', 'Select what has one of the values.', 'column.in_(value)')],
  ['at_least', comparison('at_least', 'Select the value and what is above it.', 'column >= value')],
  ['at_most', comparison('at_most', 'Select the value and what is below it.', 'column <= value')],
  ['before', comparison('before', 'Select what is earlier.', 'column < value')],
  ['after', comparison('after', 'Select what is later.', 'column > value')],
  [
    'contains',
    comparison('contains', 'Select what holds the text, whatever the case of letters.', 'sa.cast(column, sa.Text).icontains(value, autoescape=True)'),
  ],
  ['has_item', comparison('has_item', 'Select lists that hold the value.', 'column.contains([value])')],
  ['named_by', NAMED_BY],
  ['overdue', OVERDUE],
  ['matches', MATCHES],
]

/** `app/services/filters.py`, with exactly what the services use; nothing when they use none. */
export function filtersFile(used: (name: string) => boolean): ProjectFile[] {
  const chosen = HELPERS.filter(([name]) => used(name)).map(([, code]) => code)
  if (chosen.length === 0) return []
  const types = 'Column = InstrumentedAttribute[Any]\nCondition = sa.ColumnElement[bool]'
  return [
    {
      path: 'app/services/filters.py',
      content: pythonModule('Conditions of lists: each holds for every row when it is not asked for.', [types, ...chosen]),
    },
  ]
}
