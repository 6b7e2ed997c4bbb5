// Who may do what: nobody, somebody unknown, the wrong role, the owner of something else.
import { accessOf, pathOf } from '../facts.mjs'
import { filled } from './moves.mjs'

/** A request to an endpoint with a plausible body and rows that exist. */
export async function plausible(scene, endpoint) {
  const { maker, facts } = scene
  if (endpoint.operation === 'bulk') return { path: endpoint.path, body: { [endpoint.bulk.ids]: [(await maker.make(endpoint.entity)).key] } }
  const values = {}
  let made
  if (endpoint.parent !== undefined) {
    const parent = await maker.make(endpoint.parent.entity)
    values[endpoint.parent.param] = parent.row[endpoint.parent.lookup ?? facts.keyField(endpoint.parent.entity).name]
  }
  if (endpoint.param !== undefined) {
    made = await maker.make(endpoint.entity)
    Object.assign(values, { [endpoint.param]: made.row[endpoint.lookup ?? facts.keyField(endpoint.entity).name] })
  }
  return { path: pathOf(endpoint, values), body: await plausibleBody(scene, endpoint, made) }
}

async function plausibleBody(scene, endpoint, made) {
  switch (endpoint.operation) {
    case 'create':
    case 'nested-create':
      return (await scene.maker.draft({ ...endpoint, parent: undefined })).body
    case 'update':
    case 'replace':
      return {}
    case 'action':
      return (endpoint.body ?? []).length > 0 ? filled(scene, endpoint, {}, made) : undefined
    default:
      return undefined
  }
}

/** Requests without an identity, and with one that nobody has. */
export async function identityCases(scene, endpoint) {
  const { auth, nobody, unknown } = scene.callers
  if (!endpoint.authenticated || auth.kind === 'none') return
  const { path, body } = await plausible(scene, endpoint)
  const refused = (answer, why) => {
    if (scene.expect(answer, 401, why) && answer.headers['www-authenticate'] === undefined)
      scene.find(`${answer.request} is answered with 401 without WWW-Authenticate`)
  }
  if (auth.required) refused(await scene.send(endpoint, path, { body, caller: nobody }), 'without an identity')
  if (auth.userEntity !== null) refused(await scene.send(endpoint, path, { body, caller: unknown }), 'with an unknown identity')
  if (auth.kind === 'header' && auth.idType !== 'string')
    refused(await scene.send(endpoint, path, { body, caller: scene.callers.as('not-an-id') }), 'with a malformed identity')
}

/** Requests in a role that may not. */
export async function roleCases(scene, endpoint) {
  const { facts, maker, callers } = scene
  const roles = facts.rolesFor(endpoint.entity, accessOf(endpoint))
  const outside = roles === undefined ? undefined : facts.roleOutside(roles)
  if (!callers.distinct || outside === undefined || callers.auth.kind === 'header' || endpoint.operation === 'me') return
  const { path, body } = await plausible(scene, endpoint)
  scene.expect(await scene.send(endpoint, path, { body, caller: await maker.person(outside) }), 403, `as ${outside}`)
}

/** Rows of others, one case for each endpoint that only owners may use. */
export async function ownerCases(scene, endpoint) {
  const { facts, maker, callers } = scene
  const rules = facts.owners(endpoint.entity, accessOf(endpoint))
  if (!callers.distinct || endpoint.param === undefined || (rules.length === 0 && endpoint.own === undefined)) return
  if (!['get', 'update', 'replace', 'delete', 'action'].includes(endpoint.operation)) return
  const role = facts.roleOutside(rules.flatMap((rule) => rule.roles))
  const stranger = await maker.person(role)
  const made = await maker.make(endpoint.entity)
  const path = maker.pathTo(endpoint, made)
  const { body } = await plausible(scene, { ...endpoint, parent: undefined })
  const hidden = endpoint.own !== undefined || facts.owners(endpoint.entity, 'read').length > 0 || facts.owners(endpoint.entity, 'list').length > 0
  const answer = await scene.send(endpoint, path, { body, caller: stranger })
  if (!scene.expect(answer, hidden ? facts.spec.statusCodes.otherOwner : 403, `a row of somebody else${role === undefined ? '' : ` as ${role}`}`))
    return
  const after = await maker.read(endpoint.entity, made)
  if (after !== undefined && !facts.owners(endpoint.entity, 'read').length) scene.expect(after, 200, 'a row that somebody else tried to reach')
}

/** Lists in which only the caller's rows are. */
export async function ownListCases(scene, endpoint) {
  const { facts, maker, callers } = scene
  const rules = facts.owners(endpoint.entity, 'list')
  if (!callers.distinct || endpoint.operation !== 'list' || (rules.length === 0 && endpoint.own === undefined)) return
  const role = facts.roleOutside(rules.flatMap((rule) => rule.roles))
  const made = await maker.make(endpoint.entity)
  const answer = await scene.send(endpoint, endpoint.path, { caller: await maker.person(role) })
  if (!scene.expect(answer, endpoint.status, 'a list of the caller’s own rows')) return
  if (JSON.stringify(answer.json).includes(JSON.stringify({ [facts.keyField(endpoint.entity).name]: made.key }).slice(1, -1)))
    scene.find(`${answer.request} shows the row ${made.key} of somebody else`)
}

/** Every other method is refused, and what is allowed is said. */
export async function methodCases(scene, path, methods) {
  const place = path.replace(/\{[^}]*\}/g, '1')
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((each) => !methods.includes(each))) {
    const body = ['POST', 'PUT', 'PATCH'].includes(method) ? {} : undefined
    const answer = await scene.client.request(method, place, { body, headers: scene.callers.builtIn.headers })
    if (!scene.expect(answer, 405, `${method} where there is only ${methods.join(', ')}`)) continue
    const allowed = (answer.headers.allow ?? '').split(/,\s*/).filter((each) => each !== 'HEAD' && each !== 'OPTIONS')
    if (allowed.sort().join() !== [...methods].sort().join())
      scene.find(`${answer.request} says Allow: ${answer.headers.allow}, not ${methods.join(', ')}`)
  }
}
