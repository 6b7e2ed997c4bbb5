import type { Endpoint, Field } from '@forge/spec'
import { snake } from '../words'
import { make } from './bodies'
import { type CasePlan, type Check, literal, ref, type Step, type Value } from './case-plan'
import { plan } from './common'
import { sceneFor } from './requests'
import type { World } from './world'

/** A computed count follows the rows it counts. */
export function countCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  return (endpoint.computed ?? []).flatMap((computed) => {
    const child = computed.through === undefined ? childField(world, endpoint.entity!, computed.of) : undefined
    const scene = sceneFor(world, endpoint, child ? { children: [{ entity: computed.of, field: child.name }] } : {})
    const key = ref(scene.row, world.keyField(endpoint.entity!).name)
    const counted = snake(computed.of)
    const steps =
      computed.through === undefined
        ? child && [make(computed.of, counted, { [child.name]: key })]
        : linkSteps(world, computed.through, endpoint.entity!, computed.of, counted, key)
    if (steps === undefined) return []
    const check: Check = { kind: 'equals', field: computed.name, value: literal(1), compare: 'exact' }
    return [
      plan(
        `${name}_${snake(computed.name)}`,
        `${computed.name} follows the rows it counts.`,
        scene.request,
        { status: endpoint.status, checks: [check] },
        { arrange: [...scene.arrange, ...steps] },
      ),
    ]
  })
}

const childField = (world: World, parent: string, child: string): Field | undefined =>
  world.entity(child).fields.find((each) => each.reference?.entity === parent)

function linkSteps(world: World, through: string, owner: string, other: string, as: string, key: Value): Step[] | undefined {
  const fields = world.entity(through).fields
  const left = fields.find((field) => field.reference?.entity === owner)
  const right = fields.find((field) => field.reference?.entity === other && field.name !== left?.name)
  if (!left || !right) return undefined
  return [make(other, as), make(through, snake(through), { [left.name]: key, [right.name]: ref(as, world.keyField(other).name) })]
}
