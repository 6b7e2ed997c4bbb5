import type { ProjectFile } from '@forge/templates'
import type { AppFacts } from '../app/app-facts'
import { fromImport } from '../app/module'
import { group, lines, quoted } from '../app/python'
import { moduleName } from '../names'
import { joined, layout, list } from '../tests/python'
import type { MockTable } from './tables'

const tuple = (...items: string[]) => group('(', items, ')')

/** `tests/test_mock_data.py`: the files against the schemas of the API, and their references. */
export function mockDataTest(facts: AppFacts, tables: MockTable[]): ProjectFile {
  const shaped = tables.filter(({ schema }) => schema !== null)
  const imports = shaped
    .map(({ entity, schema }) => ({ module: `app.schemas.${moduleName(entity)}`, schema: schema! }))
    .sort((a, b) => (a.module < b.module ? -1 : 1))
    .map(({ module, schema }) => fromImport(module, [schema]))
  const references = tables.flatMap(({ entity, fields }) =>
    fields.flatMap(({ name, reference, list: several }) => {
      if (!reference || several) return []
      const target = facts.world.entity(reference.entity)
      return [tuple(...[entity.table, name, target.table, target.key[0]!].map(quoted))]
    }),
  )
  const uniques = tables.flatMap(({ entity, unique }) => unique.map((names) => tuple(quoted(entity.table), `[${names.map(quoted).join(', ')}]`)))
  const content = lines(
    '"""The mock data: valid for the schemas of the API, with references that resolve."""',
    '',
    'import json',
    'from pathlib import Path',
    'from typing import Any',
    '',
    'import pytest',
    '',
    ...imports.filter((line) => line < 'from app.schemas.base'),
    'from app.schemas.base import ReadModel',
    ...imports.filter((line) => line > 'from app.schemas.base'),
    '',
    'FOLDER = Path(__file__).resolve().parent.parent / "docs" / "mock-data"',
    '',
    ...layout(joined('SHAPES: list[tuple[str, type[ReadModel]]] = ', list(shaped.map(({ entity, schema }) => tuple(quoted(entity.table), schema!))))),
    ...(references.length > 0 ? layout(joined('REFERENCES: list[tuple[str, str, str, str]] = ', list(references))) : []),
    ...layout(joined('UNIQUE: list[tuple[str, list[str]]] = ', list(uniques))),
    SHAPE_TEST,
    references.length > 0 && REFERENCE_TEST,
    UNIQUE_TEST,
  )
  return { path: 'tests/test_mock_data.py', content }
}

const SHAPE_TEST = `

def rows(table: str) -> list[dict[str, Any]]:
    """Read the rows of a table."""
    file = FOLDER / f"{table}.json"
    if not file.exists():
        pytest.skip("not run: there is no docs/mock-data; make it with scripts/generate_mock_data.py")
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(("table", "shape"), SHAPES)
def test_rows_are_answers_of_the_api(table: str, shape: type[ReadModel]) -> None:
    """A row holds exactly what the API would answer, in the same form."""
    names = {field.serialization_alias or name: name for name, field in shape.model_fields.items()}
    for row in rows(table):
        values = {names[name]: value for name, value in row.items()}
        assert shape.model_validate(values).model_dump(mode="json", by_alias=True) == row
`

const REFERENCE_TEST = `
@pytest.mark.parametrize(("table", "field", "target", "key"), REFERENCES)
def test_references_resolve(table: str, field: str, target: str, key: str) -> None:
    """No row refers to a row that is not there."""
    assert {row[field] for row in rows(table)} - {row[key] for row in rows(target)} <= {None}
`

const UNIQUE_TEST = `
@pytest.mark.parametrize(("table", "fields"), UNIQUE)
def test_no_row_repeats_what_is_unique(table: str, fields: list[str]) -> None:
    """Unique values differ, whatever their case."""
    found = [[row[name] for name in fields] for row in rows(table)]
    present = [json.dumps(values).lower() for values in found if None not in values]
    assert len(set(present)) == len(present)
`
