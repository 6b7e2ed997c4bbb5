import type { CasePlan, FeaturePlan } from '../../plan/case-plan'
import type { World } from '../../plan/world'
import { fromImport } from '../app/module'
import { atOnce } from './statements'
import { functionLines, ownImports } from './test-function'

/** This many ask at the same time. */
const ASKING = 20
/** Races are tested at most so often: each costs as much as twenty other tests. */
const MOST = 12

/** The text of `tests/test_races.py`: what holds when many ask at the same time; undefined when nothing can be won. */
export function raceModule(world: World, plans: readonly FeaturePlan[]): string | undefined {
  const races = racesOf(plans)
  if (races.length === 0) return undefined
  const bodies = races.map((plan) => atOnce(world, plan))
  const tests = races.flatMap((plan, index) => ['', '', ...functionLines(`${plan.name}_at_once`, told(plan), [], bodies[index]!)])
  const own = ownImports(bodies, tests)
  return `${[
    '"""What holds when many ask at the same time."""',
    '',
    'import asyncio',
    fromImport('collections.abc', ['Callable', 'Coroutine']),
    fromImport('typing', ['Any']),
    '',
    'import pytest',
    fromImport('httpx', ['AsyncClient', 'Response']),
    fromImport('sqlalchemy.ext.asyncio', ['AsyncConnection']),
    '',
    ...(own.length === 0 ? [] : [...own, '']),
    `ASKING = ${ASKING}`,
    '',
    '',
    '@pytest.fixture',
    'async def connection(committed: AsyncConnection) -> AsyncConnection:',
    '    """Commit for real: who asks at the same time as others needs a connection of his own."""',
    '    return committed',
    '',
    '',
    'async def at_once(request: Callable[[], Coroutine[Any, Any, Response]]) -> list[int]:',
    '    """Ask many times at the same time, and return the statuses, the lowest first."""',
    '    answers = await asyncio.gather(*(request() for _ in range(ASKING)))',
    '    return sorted(answer.status_code for answer in answers)',
    ...tests,
  ].join('\n')}\n`
}

const told = ({ act }: CasePlan): string => `Of ${ASKING} who send the same ${act.method} at once, one succeeds.`

/** The first case of every feature that only one can win; those of rules first. */
function racesOf(plans: readonly FeaturePlan[]): CasePlan[] {
  const races = plans.flatMap(({ source, cases }) => {
    const race = cases.find((plan) => plan.once && plan.guess === undefined)
    return race === undefined ? [] : [{ rule: source.kind === 'rule', race }]
  })
  const [rules, endpoints] = [races.filter(({ rule }) => rule), races.filter(({ rule }) => !rule)]
  return [...rules, ...endpoints].slice(0, MOST).map(({ race }) => race)
}
