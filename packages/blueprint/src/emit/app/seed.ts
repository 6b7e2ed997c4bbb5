import { type Entity, type Field, sampleValue } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { attributeName, columnName } from '../names'
import { type AppFacts, modelName } from './app-facts'
import { storedField } from './columns'
import { literalOf } from './models'
import { pythonModule } from './module'
import { lines, quoted, statement } from './python'
import { tableOrder } from './table-order'

type Row = Record<string, string | number | boolean | null>

/** `app/seed.py`: the built-in user and the rows that the spec asks for, and by hand the mock data. */
export function seedFile(facts: AppFacts): ProjectFile {
  const tables = tableOrder(facts.spec.entities).flatMap((entity) => {
    const rows = seedRows(facts, entity)
    return rows.length === 0 ? [] : [{ entity, rows }]
  })
  const blocks =
    tables.length === 0
      ? [EMPTY]
      : [
          ...tables.map(({ entity, rows }) => rowsConstant(facts, entity, rows)),
          seedFunction(
            facts,
            tables.map(({ entity }) => entity),
          ),
        ]
  const symbols = new Map([...facts.symbols, ['load_mock_data', 'app.mock_data']])
  return {
    path: 'app/seed.py',
    content: pythonModule('Rows that are there from the start, and on demand the mock data.', [hiddenConstant(facts), ...blocks, MAIN, RUN], symbols),
  }
}

const EMPTY = `async def seed(session: AsyncSession) -> None:
    """Insert the rows that are missing: this application needs none."""
    await session.commit()`

const MAIN = `async def main() -> None:
    """Seed the database of the settings: with the mock data, but in production."""
    settings = get_settings()
    engine = create_engine(settings)
    async with create_session_factory(engine)() as session:
        await seed(session)
        if settings.environment != "production":
            await load_mock_data(session, HIDDEN)
    await engine.dispose()`

const RUN = `if __name__ == "__main__":
    asyncio.run(main())`

/** Mock data are answers: what is never shown, a password for example, and cannot be missing gets one value for all rows. */
function hiddenConstant(facts: AppFacts): string {
  const tables = facts.spec.entities.flatMap((entity) => {
    const hidden = entity.fields.filter((field) => field.writeOnly && field.default === null && !facts.columnNullable(entity, field))
    const items = hidden.map((field) => `"${columnName(field)}": ${literal(facts, entity, field, plainSample(field))}`)
    return items.length === 0 ? [] : [statement({ head: `"${entity.table}": {`, items, tail: '}' }, 4, '', ',')]
  })
  const head = '# What the API takes and never shows, for the rows of the mock data.\nHIDDEN: dict[str, dict[str, Any]] = {'
  return tables.length === 0 ? `${head}}` : lines(head, ...tables, '}')
}

function plainSample(field: Field): string | number | boolean | null {
  const value = sampleValue(field, 1)
  return typeof value === 'object' ? null : value
}

/** The built-in user first, then what the spec lists; rows of one key are one row. */
export function seedRows(facts: AppFacts, entity: Entity): Row[] {
  const { spec } = facts
  const stated = spec.seeds.filter((seed) => seed.entity === entity.name).map((seed) => seed.row)
  const builtIn = spec.auth.userEntity === entity.name ? [builtInUser(facts, entity)] : []
  const [key] = entity.key
  const rows = [...stated]
  for (const row of builtIn) {
    const same = rows.findIndex((each) => each[key!] === row[key!])
    if (same < 0) rows.unshift(row)
  }
  return withKeys(facts, entity, rows).map((row, index) => complete(facts, entity, row, index))
}

/** Rows without a key get one, lest every start inserts them anew. */
function withKeys(facts: AppFacts, entity: Entity, rows: Row[]): Row[] {
  const [name] = entity.key
  const key = facts.world.keyField(entity.name)
  if (name === undefined || entity.key.length > 1 || key.reference) return rows
  const taken = new Set(rows.map((row) => String(row[name])))
  let variant = 0
  const next = (): string | number => {
    for (;;) {
      variant += 1
      const value = ['integer', 'bigint'].includes(key.type) ? variant : String(sampleValue({ ...key, readOnly: false }, variant))
      if (!taken.has(String(value))) return taken.add(String(value)) && value
    }
  }
  return rows.map((row) => (row[name] === undefined || row[name] === null ? { ...row, [name]: next() } : row))
}

function builtInUser(facts: AppFacts, entity: Entity): Row {
  const known = Object.entries(facts.spec.auth.mockUser).filter(([name]) => entity.fields.some((field) => field.name === name))
  return { ...Object.fromEntries(known), [entity.key[0]!]: facts.world.builtInId as string | number }
}

/** What a row lacks and the database cannot fill in. */
function complete(facts: AppFacts, entity: Entity, row: Row, index: number): Row {
  const whole: Row = { ...row }
  for (const field of entity.fields) {
    if (
      whole[field.name] !== undefined ||
      field.auto ||
      field.default !== null ||
      facts.columnNullable(entity, field) ||
      entity.key.includes(field.name)
    )
      continue
    if (field.reference) {
      const target = seedRows(facts, facts.world.entity(field.reference.entity))[0]
      if (target) whole[field.name] = target[facts.world.keyField(field.reference.entity).name] ?? null
      continue
    }
    const value = sampleValue(field, 900 + index)
    if (typeof value !== 'object') whole[field.name] = value
  }
  return whole
}

function rowsConstant(facts: AppFacts, entity: Entity, rows: Row[]): string {
  return lines(`${entity.table.toUpperCase()}: list[dict[str, Any]] = [`, ...rows.map((row) => rowText(facts, entity, row)), ']')
}

function rowText(facts: AppFacts, entity: Entity, row: Row): string {
  const items = entity.fields.flatMap((field) => {
    const value = row[field.name]
    return value === undefined ? [] : [`"${attributeName(field)}": ${literal(facts, entity, field, value)}`]
  })
  return statement({ head: '{', items, tail: '}' }, 4, '', ',')
}

function literal(facts: AppFacts, entity: Entity, field: Field, value: string | number | boolean | null): string {
  if (value === null) return 'None'
  const text = literalOf(facts, entity, field, value)
  switch (storedField(facts, field).type) {
    case 'datetime':
      return `dt.datetime.fromisoformat(${text})`
    case 'date':
      return `dt.date.fromisoformat(${text})`
    case 'time':
      return `dt.time.fromisoformat(${text})`
    case 'decimal':
      return `Decimal(${quoted(String(value))})`
    case 'uuid':
      return `UUID(${text})`
    default:
      return text
  }
}

function seedFunction(facts: AppFacts, entities: Entity[]): string {
  const numbered = entities.filter((entity) => ['integer', 'bigint'].includes(facts.world.keyField(entity.name).type) && entity.key.length === 1)
  return lines(
    'async def seed(session: AsyncSession) -> None:',
    '    """Insert the rows that are missing, and let new keys follow theirs."""',
    ...entities.map((entity) =>
      lines(
        `    for row in ${entity.table.toUpperCase()}:`,
        `        await session.execute(insert(${modelName(entity)}).values(row).on_conflict_do_nothing())`,
      ),
    ),
    ...numbered.map((entity) => sequence(facts, entity)),
    '    await session.commit()',
  )
}

function sequence(facts: AppFacts, entity: Entity): string {
  const key = columnName(facts.world.keyField(entity.name))
  const name = `${entity.table}_${key}_seq`
  return lines(
    '    await session.execute(',
    '        sa.text(',
    `            "SELECT setval('${name}', greatest("`,
    `            "(SELECT max(${key}) FROM ${entity.table}), (SELECT last_value FROM ${name})))"`,
    '        )',
    '    )',
  )
}
