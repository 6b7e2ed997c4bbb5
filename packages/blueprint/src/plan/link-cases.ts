import type { Endpoint } from '@forge/spec'
import { snake, words } from '../words'
import { make, rowSteps } from './bodies'
import { byDefault, type CasePlan, type Check, literal, ref, type Request, type Step, type Value } from './case-plan'
import { identityCases, plan } from './common'
import { failure, invalid, notFound, unknownRequest } from './requests'
import type { World } from './world'

/** Cases of a many-to-many relation below one of its sides. */
export function linkCases(world: World, endpoint: Endpoint, name: string): CasePlan[] {
  const link = linkOf(world, endpoint)
  const cases =
    endpoint.operation === 'link-add' ? addCases(link, name) : endpoint.operation === 'link-list' ? listCases(link, name) : removeCases(link, name)
  return [...cases, ...identityCases(world, endpoint, name)]
}

interface Link {
  world: World
  endpoint: Endpoint
  owner: string
  ownerKey: Value
  other: string
  otherKey: string
  /** Fields of the junction that point at owner and other. */
  left: string
  right: string
  request: Request
}

function linkOf(world: World, endpoint: Endpoint): Link {
  const parent = endpoint.parent!
  const fields = world.entity(parent.through!).fields
  const [parentEnd, otherEnd] = parent.ends ?? []
  const left = fields.find((field) => (parentEnd === undefined ? field.reference?.entity === parent.entity : field.name === parentEnd))!
  const right = fields.find((field) =>
    otherEnd === undefined ? field.reference?.entity === endpoint.entity && field.name !== left.name : field.name === otherEnd,
  )!
  const owner = snake(parent.entity)
  const ownerKey = ref(owner, world.keyField(parent.entity).name)
  return {
    world,
    endpoint,
    owner,
    ownerKey,
    other: endpoint.entity === parent.entity ? `other_${owner}` : snake(endpoint.entity!),
    otherKey: world.keyField(endpoint.entity!).name,
    left: left.name,
    right: right.name,
    request: {
      method: endpoint.method,
      path: endpoint.path,
      params: { [parent.param]: parent.lookup === undefined ? ownerKey : ref(owner, parent.lookup) },
      caller: byDefault,
    },
  }
}

const madeOwner = (link: Link): Step => make(link.endpoint.parent!.entity, link.owner)
const madeOther = (link: Link, as: string): Step => make(link.endpoint.entity!, as)
const keyOf = (link: Link, row: string): Value => ref(row, link.otherKey)

function linked(link: Link, row: string): Step[] {
  const through = link.endpoint.parent!.through!
  const ends = { [link.left]: link.ownerKey, [link.right]: keyOf(link, row) }
  return link.endpoint.parent!.ends === undefined ? [make(through, '', ends)] : rowSteps(link.world, through, snake(through), ends)
}

/** The rows linked now, read through the API where it lists them. */
function linkedNow(link: Link, rows: string[]): CasePlan['after'] {
  const list = link.world.spec.endpoints.find(
    (each) =>
      each.operation === 'link-list' &&
      each.entity === link.endpoint.entity &&
      each.parent?.entity === link.endpoint.parent!.entity &&
      each.unsupported === null,
  )
  if (!list) return []
  const request: Request = {
    method: 'GET',
    path: list.path,
    params: { [list.parent!.param]: list.parent!.lookup === undefined ? link.ownerKey : ref(link.owner, list.parent!.lookup) },
    caller: byDefault,
  }
  return [{ request, expect: { status: list.status, checks: [holding(link, rows)] } }]
}

function holding(link: Link, rows: string[]): Check {
  return { kind: 'rows', key: link.otherKey, values: rows.map((row) => keyOf(link, row)), mode: 'exact', ordered: false }
}

function addCases(link: Link, name: string): CasePlan[] {
  return link.endpoint.param === undefined ? addByBody(link, name) : addByPath(link, name)
}

/** The path names both sides. */
function addByPath(link: Link, name: string): CasePlan[] {
  const { world, endpoint, other } = link
  const act = (key: Value): Request => ({ ...link.request, params: { ...link.request.params, [endpoint.param!]: key } })
  const arrange = [madeOwner(link), madeOther(link, other)]
  const expect = { status: endpoint.status, checks: [holding(link, [other])] }
  return [
    plan(name, `Links the ${words(world.entity(endpoint.entity!))}.`, act(keyOf(link, other)), expect, { arrange, after: linkedNow(link, [other]) }),
    plan(`${name}_unknown_${link.owner}`, 'Refused for a row that does not exist.', unknownRequest(world, endpoint), notFound(world)),
    plan(`${name}_unknown_${other}`, 'Refused: nothing of that id can be linked.', act(world.unknownKey(endpoint.entity!)), notFound(world), {
      arrange: [madeOwner(link)],
      after: linkedNow(link, []),
    }),
    plan(`${name}_twice`, 'What is linked already stays linked once.', act(keyOf(link, other)), expect, {
      arrange: [...arrange, ...linked(link, other)],
      after: linkedNow(link, [other]),
    }),
  ]
}

/** The body names what is linked: one key, or a list of them. */
function addByBody(link: Link, name: string): CasePlan[] {
  const { world, endpoint, other } = link
  const field = endpoint.body?.[0] ?? `${other}_ids`
  const several = /s$/.test(field)
  const body = (...keys: Value[]): Record<string, Value> => ({ [field]: several ? { kind: 'list', items: keys } : keys[0]! })
  const second = `second_${other}`
  const both = several ? [other, second] : [other]
  const arrange = [madeOwner(link), madeOther(link, other), ...(several ? [madeOther(link, second)] : [])]
  const act = (values: Record<string, Value>): Request => ({ ...link.request, body: values })
  const unknown = world.unknownKey(endpoint.entity!)
  const added = body(...both.map((row) => keyOf(link, row)))
  const expect = { status: endpoint.status, checks: [holding(link, both)] }
  return [
    ...(endpoint.replaces ? replacingCases(link, name, act, body) : []),
    plan(endpoint.replaces ? `${name}_all` : name, `Links every ${words(world.entity(endpoint.entity!))} that is sent.`, act(added), expect, {
      arrange,
      after: linkedNow(link, both),
    }),
    plan(
      `${name}_unknown_${link.owner}`,
      'Refused for a row that does not exist.',
      { ...unknownRequest(world, endpoint), body: body(keyOf(link, other)) },
      notFound(world),
      {
        arrange: [madeOther(link, other)],
      },
    ),
    plan(`${name}_unknown_${other}`, 'Refused: nothing of that id can be linked.', act(body(unknown)), failure(world, 422, 'INVALID_REFERENCE'), {
      arrange: [madeOwner(link)],
      after: linkedNow(link, []),
    }),
    plan(`${name}_twice`, 'What is linked already stays linked once.', act(added), expect, {
      arrange: [...arrange, ...linked(link, other)],
      after: linkedNow(link, both),
    }),
    plan(`${name}_${snake(field)}_missing`, `Refused without ${field}.`, act({}), invalid(world, field), { arrange: [madeOwner(link)] }),
    plan(`${name}_${snake(field)}_wrong_type`, `Refused: ${field} holds no ids.`, act({ [field]: literal('nonsense') }), invalid(world, field), {
      arrange: [madeOwner(link)],
    }),
  ]
}

/** What the body does not name is parted, and a body that is refused parts nothing. */
function replacingCases(
  link: Link,
  name: string,
  act: (values: Record<string, Value>) => Request,
  body: (...keys: Value[]) => Record<string, Value>,
): CasePlan[] {
  const { endpoint, other, world } = link
  const second = `second_${other}`
  const arrange = [madeOwner(link), madeOther(link, other), madeOther(link, second), ...linked(link, other)]
  const expect = (rows: string[]) => ({ status: endpoint.status, checks: [holding(link, rows)] })
  const unknown = act(body(keyOf(link, second), world.unknownKey(endpoint.entity!)))
  return [
    plan(name, 'Links what is sent, and parts what is not.', act(body(keyOf(link, second))), expect([second]), {
      arrange,
      after: linkedNow(link, [second]),
    }),
    plan(`${name}_none`, 'Nothing is linked where nothing is sent.', act(body()), expect([]), { arrange, after: linkedNow(link, []) }),
    plan(`${name}_keeps_links`, 'What is refused parts nothing.', unknown, failure(world, 422, 'INVALID_REFERENCE'), {
      arrange,
      after: linkedNow(link, [other]),
    }),
  ]
}

function listCases(link: Link, name: string): CasePlan[] {
  const { world, endpoint, other } = link
  const second = `second_${other}`
  const arrange = [madeOwner(link), madeOther(link, other), madeOther(link, second), ...linked(link, other)]
  return [
    plan(name, 'Lists what is linked and nothing else.', link.request, { status: endpoint.status, checks: [holding(link, [other])] }, { arrange }),
    plan(`${name}_unknown_${link.owner}`, 'Refused for a row that does not exist.', unknownRequest(world, endpoint), notFound(world)),
    plan(
      `${name}_empty`,
      'Without links the list is empty.',
      link.request,
      { status: endpoint.status, checks: [{ kind: 'length', value: 0 }] },
      {
        arrange: [madeOwner(link), madeOther(link, other)],
      },
    ),
  ]
}

function removeCases(link: Link, name: string): CasePlan[] {
  const { world, endpoint, other } = link
  const act: Request = { ...link.request, params: { ...link.request.params, [endpoint.param!]: keyOf(link, other) } }
  const arrange = [madeOwner(link), madeOther(link, other)]
  return [
    plan(
      name,
      'Takes the link away; both rows stay.',
      act,
      { status: endpoint.status, checks: [] },
      { arrange: [...arrange, ...linked(link, other)], after: linkedNow(link, []) },
    ),
    plan(`${name}_not_linked`, 'Not found when there is no such link.', act, notFound(world), { arrange }),
    plan(`${name}_unknown_${link.owner}`, 'Refused for a row that does not exist.', unknownRequest(world, endpoint), notFound(world)),
  ]
}
