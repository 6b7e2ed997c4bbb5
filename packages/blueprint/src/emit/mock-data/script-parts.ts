/** How rows are made, whatever they are. */
export const ENGINE = `@dataclass(frozen=True)
class Table:
    """A table: how many rows it gets, how one is made, and what they must not share."""

    name: str
    shape: str | None
    count: int
    make: Callable[[int], Row]
    unique: list[list[str]]
    accept: Callable[[Row], bool] = lambda row: True
    computed: list[str] = field(default_factory=list)
    stated: list[Row] = field(default_factory=list)

    @property
    def type(self) -> str:
        """TypeScript type of a row."""
        if self.shape is None:
            return "Record<string, unknown>"
        hidden = " | ".join(f"'{name}'" for name in self.computed)
        return f"Omit<{self.shape}, {hidden}>" if hidden else self.shape


KEYS: dict[str, list[Any]] = {}
ROWS: dict[str, list[Row]] = {}


def build(table: Table) -> None:
    """Make the rows of a table: a row that would break a rule is made again, and left out when none is found."""
    rows = ROWS.setdefault(table.name, [])
    taken: set[tuple[str, ...]] = set()
    for n in range(table.count):
        for _ in range(TRIES):
            row = table.make(n)
            is_stated = n < len(table.stated)
            if is_stated:
                row |= table.stated[n]
            found = marks(table, row)
            if is_stated or (taken.isdisjoint(found) and table.accept(row)):
                rows.append(row)
                taken |= found
                break
    if table.name in KEYS:
        KEYS[table.name] = [row[table.unique[0][0]] for row in rows]


def marks(table: Table, row: Row) -> set[tuple[str, ...]]:
    """Return what no other row may repeat."""
    present = [fields for fields in table.unique if all(row[name] is not None for name in fields)]
    return {(*fields, *(str(row[name]).lower() for name in fields)) for fields in present}`

interface Helper {
  name: string
  text: string
}

/** Helpers in the order of the script; those that nothing calls are left out. */
export const HELPERS: Helper[] = [
  {
    name: 'numbers',
    text: `def numbers(count: int, *stated: int) -> list[Any]:
    """Number rows from 1, behind those that have a number already."""
    free = (number for number in itertools.count(1) if number not in stated)
    return [*stated, *itertools.islice(free, count - len(stated))]`,
  },
  {
    name: 'identifiers',
    text: `def identifiers(count: int, *stated: str) -> list[Any]:
    """Give rows UUIDs, behind those that have one already."""
    return [*stated, *(fake.uuid4() for _ in range(count - len(stated)))]`,
  },
  {
    name: 'instant',
    text: `def instant(n: int, days: int) -> str:
    """Tell the moment some days after a row's own."""
    moment = START + dt.timedelta(days=n + days, minutes=7 * n)
    return moment.isoformat().replace("+00:00", "Z")`,
  },
  {
    name: 'day',
    text: `def day(n: int, days: int) -> str:
    """Tell the day some days after a row's own."""
    return (START + dt.timedelta(days=n + days)).date().isoformat()`,
  },
  {
    name: 'sometimes',
    text: `def sometimes(value: Any) -> Any:
    """Leave out a quarter of the values that may be missing."""
    return value if fake.boolean(75) else None`,
  },
  {
    name: 'any_of',
    text: `def any_of(table: str) -> Any:
    """Pick the key of a row."""
    return fake.random_element(KEYS[table])`,
  },
  {
    name: 'earlier',
    text: `def earlier(table: str, key: str, otherwise: Any = None) -> Any:
    """Pick the key of a row of the same table that was made before, for half of the rows."""
    rows = ROWS[table]
    return fake.random_element(rows)[key] if rows and fake.boolean(50) else otherwise`,
  },
  {
    name: 'clipped',
    text: `def clipped(text: str, length: int) -> str:
    """Cut a text to a length."""
    return text[:length].rstrip()`,
  },
  {
    name: 'find',
    text: `def find(table: str, key: str, value: Any) -> Row:
    """Find the row that a reference points at: an empty one when it points nowhere."""
    return next((row for row in ROWS[table] if row[key] == value), {})`,
  },
  {
    name: 'ordered',
    text: `def ordered(before: Any, after: Any, strict: bool = False) -> bool:
    """Say whether two values are in order; a missing one is no matter."""
    return before is None or after is None or before < after or (before == after and not strict)`,
  },
  {
    name: 'apart',
    text: `def apart(one: Any, value: Any, other: Any, excluded: Any) -> bool:
    """Say whether two values do not stand together."""
    return (one, other) != (value, excluded)`,
  },
  {
    name: 'is_in_state',
    text: `def is_in_state(row: Row, name: str, value: Any) -> bool:
    """Say whether a row that is referred to, if any, is as it has to be."""
    return not row or bool(row[name] == value)`,
  },
  {
    name: 'has_room',
    text: `def has_room(table: str, reference: str, row: Row, limit: int | None) -> bool:
    """Say whether fewer rows than the limit refer to the same row."""
    others = sum(other[reference] == row[reference] for other in ROWS[table])
    return limit is None or row[reference] is None or others < limit`,
  },
  {
    name: 'balance',
    text: `def balance(table: str, reference: str, amount: str, kind: str, signs: dict[str, int], key: Any) -> Any:
    """Add up what rows bring to a row and take from it."""
    rows = [row for row in ROWS[table] if row[reference] == key]
    return round(sum(signs.get(row[kind], 0) * row[amount] for row in rows), 2)`,
  },
  {
    name: 'is_covered',
    text: `def is_covered(table: str, reference: str, amount: str, kind: str, signs: dict[str, int], row: Row) -> bool:
    """Say whether what a row takes is there."""
    there = balance(table, reference, amount, kind, signs, row[reference])
    return signs.get(row[kind], 0) >= 0 or bool(there >= row[amount])`,
  },
  {
    name: 'settle',
    text: `def settle(
    target: str, key: str, name: str, table: str, reference: str, amount: str, kind: str, signs: dict[str, int]
) -> None:
    """Set a field of each row to what other rows brought and took."""
    for row in ROWS[target]:
        row[name] = balance(table, reference, amount, kind, signs, row[key])`,
  },
  {
    name: 'product',
    text: `def product(*factors: Any) -> Any:
    """Multiply, in the decimal places of money; what lacks a factor has no product."""
    return None if None in factors else round(math.prod(factors), 2)`,
  },
  {
    name: 'slug',
    text: `def slug(text: str) -> str:
    """Make a name for addresses."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")`,
  },
  {
    name: 'total',
    text: `FOLDS: dict[str, Callable[[list[Any]], Any]] = {
    "count": len,
    "sum": sum,
    "average": statistics.mean,
    "minimum": min,
    "maximum": max,
}


def total(
    table: str, key: str, name: str, child: str, reference: str, of: list[str], function: str, none: int | None
) -> None:
    """Set a field of each row to what the rows that refer to it add up to."""
    for row in ROWS[table]:
        children = [each for each in ROWS[child] if each[reference] == row[key]]
        products = [product(*(each[factor] for factor in of)) for each in children]
        values = [value for value in products if value is not None]
        row[name] = round(FOLDS[function](values), 2) if values else none`,
  },
]

/** Where the rows go. */
export const OUTPUT = `def write(path: str, text: str) -> None:
    """Write a file of the project, with the same line ends everywhere."""
    place = ROOT / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8", newline="\\n")


def write_rows() -> None:
    """Write one JSON file for each table."""
    for name, rows in ROWS.items():
        write(f"docs/mock-data/{name}.json", json.dumps(rows, indent=2, ensure_ascii=False) + "\\n")


def write_typescript() -> None:
    """Write the rows for the front end's mock, with the types of the client."""
    shapes = sorted({table.shape for table in TABLES if table.shape})
    named = [f"  {json.dumps(table.name)}: {table.type}[]\\n" for table in TABLES]
    imported = f"import type {{ {', '.join(shapes)} }} from './types.gen'\\n\\n" if shapes else ""
    rows = json.dumps(ROWS, indent=2, ensure_ascii=False)
    remark = "// The rows of docs/mock-data. Written by scripts/generate_mock_data.py.\\n"
    text = f"{remark}{imported}export const mockData: {{\\n{''.join(named)}}} = {rows}\\n"
    write("frontend/src/api/mock-data.ts", text)


def write_readme() -> None:
    """Write what the files hold."""
    lines = [README_HEAD, "| File | Rows | Refers to |", "|---|---|---|"]
    for name in sorted(ROWS):
        places = REFERENCES[name].items()
        refers = ", ".join(f"\`{field}\` to \`{target}.json\`" for field, target in places)
        lines.append(f"| \`{name}.json\` | {len(ROWS[name])} | {refers} |")
    write("docs/mock-data/README.md", "\\n".join([*lines, ""]))


README_HEAD = """# Mock data

One file for each resource. Each holds a list of rows as the API answers with them: the same names, types and
enumerations as the Read schemas of \`openapi.json\`. References resolve within these files. The rows are the same
every time: Faker, seed 42.

Make them anew after a change of the API, from the folder of the project:

\`\`\`sh
.venv/bin/python scripts/export_openapi.py
.venv/bin/python scripts/generate_mock_data.py
\`\`\`

The second command also writes \`frontend/src/api/mock-data.ts\`, the same rows with their TypeScript types.
The tests check the files against the schemas: \`.venv/bin/python -m pytest tests/test_mock_data.py\`.
"""`
