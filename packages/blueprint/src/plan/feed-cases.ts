import type { Endpoint } from '@forge/spec'
import { words } from '../words'
import { callersId, creatable, make, rowSteps } from './bodies'
import { byDefault, type CasePlan, type Check, literal, ref, type Request, type Step } from './case-plan'
import { identityCases, plan } from './common'
import { stranger } from './requests'
import type { World } from './world'

/** Cases of what the people made whom the caller follows. */
export function feedCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const { field: author, through, follower, target } = endpoint.followed!
  const entity = world.entity(endpoint.entity!)
  const key = world.keyField(entity.name).name
  const [liked, other] = [stranger(world, 'followed'), stranger(world, 'unfollowed')]
  const field = world.field(entity.name, author)!
  const by = (person: typeof liked, as: string): Step[] =>
    field.fromCaller && creatable(world, entity.name) !== null
      ? [make(entity.name, as, {}, person.caller)]
      : rowSteps(world, entity.name, as, { [author]: person.id })
  const own = world.field(through, follower)!
  const follows = own.fromCaller && creatable(world, through) !== null ? {} : { [follower]: literal(callersId(world, own)) }
  const people = [...liked.arrange, ...other.arrange, make(through, '', { ...follows, [target]: liked.id })]
  const rows = (...of: string[]): Check[] => [{ kind: 'rows', key, values: of.map((row) => ref(row, key)), mode: 'exact', ordered: true }]
  const act: Request = { method: endpoint.method, path: endpoint.path, params: {}, caller: byDefault }
  const expect = (checks: Check[]) => ({ status: endpoint.status, checks })
  const noun = words(entity)
  return [
    plan(name, `Shows each ${noun} of people whom the caller follows, the newest first.`, act, expect(rows('second', 'first')), {
      arrange: [...people, ...by(liked, 'first'), ...by(other, 'foreign'), ...by(liked, 'second')],
    }),
    plan(`${name}_follows_nobody`, 'Whoever follows nobody sees nothing.', { ...act, caller: other.caller }, expect([{ kind: 'length', value: 0 }]), {
      arrange: [...people, ...by(liked, 'first')],
    }),
    ...identityCases(world, endpoint, name),
  ]
}
