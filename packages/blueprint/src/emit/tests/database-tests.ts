import type { CasePlan, FeaturePlan } from '../../plan/case-plan'
import type { World } from '../../plan/world'
import { fromImport } from '../app/module'
import { counted } from './statements'
import { functionLines, ownImports } from './test-function'

/** A list asks who is calling, where there is a table of users, for the row above it, and for its rows with their number. */
const STATEMENTS = 3

/** The text of `tests/test_database.py`: what reaches the database, and how its tables come and go. */
export function databaseModule(world: World, plans: readonly FeaturePlan[]): string {
  const lists = listsOf(world, plans)
  const bodies = lists.map((plan) => counted(world, plan, STATEMENTS))
  const tests = lists.flatMap((plan, index) => [
    '',
    '',
    ...functionLines(`${plan.name}_asks_little`, 'The number of statements does not grow with the number of rows.', [], bodies[index]!),
  ])
  const client = lists.length > 0 ? [fromImport('httpx', ['AsyncClient'])] : []
  const own = ownImports(bodies, tests)
  return `${[
    '"""What reaches the database, and how its tables come and go."""',
    '',
    fromImport('collections.abc', lists.length > 0 ? ['AsyncIterator', 'Iterator'] : ['AsyncIterator']),
    ...(lists.length > 0 ? ['from typing import Any'] : []),
    '',
    'import pytest',
    ...(lists.length > 0 ? ['import sqlalchemy as sa'] : []),
    fromImport('alembic', ['command']),
    fromImport('alembic.config', ['Config']),
    fromImport('alembic.script', ['ScriptDirectory']),
    ...client,
    fromImport('sqlalchemy.ext.asyncio', ['AsyncEngine']),
    '',
    ...(own.some((line) => line.includes('app.')) ? own.filter((line) => line.includes('app.')) : []),
    fromImport('tests.conftest', ['empty']),
    ...own.filter((line) => !line.includes('app.')),
    MIGRATIONS,
    ...(lists.length > 0 ? [SPY] : []),
    ...tests,
  ].join('\n')}\n`
}

const MIGRATIONS = `

@pytest.fixture
async def migrations(engine: AsyncEngine, request: pytest.FixtureRequest) -> AsyncIterator[Config]:
    """Lend the tables to a test that drops them, and put everything back."""
    yield Config(request.config.rootpath / "alembic.ini")
    # What a connection knows of the dropped tables is out of date.
    await engine.dispose()
    await empty(engine)


def test_migrations_lead_back_and_forth(migrations: Config) -> None:
    """Every migration can be taken back, and all of them lead to exactly the tables of the models."""
    assert len(ScriptDirectory.from_config(migrations).get_heads()) == 1
    command.downgrade(migrations, "base")
    command.upgrade(migrations, "head")
    command.check(migrations)`

const SPY = `

@pytest.fixture
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """Collect the queries that reach the database."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    sa.event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine.sync_engine, "before_cursor_execute", note)`

/** The first case of every list, with rows in it. */
function listsOf(world: World, plans: readonly FeaturePlan[]): CasePlan[] {
  const lists = ['list', 'nested-list', 'link-list']
  return plans.flatMap(({ source, method, path, cases }) => {
    const endpoint = source.kind === 'endpoint' ? world.spec.endpoints.find((each) => each.method === method && each.path === path) : undefined
    const [plan] = cases
    return endpoint && plan && plan.arrange.length > 0 && plan.guess === undefined && lists.includes(endpoint.operation) ? [plan] : []
  })
}
