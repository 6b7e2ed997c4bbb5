import { checked } from '../http/scene.mjs'
import { identityCases, methodCases, ownerCases, ownListCases, roleCases } from '../http/cases/access.mjs'
import { createCases, deleteCases, getCases, listCases, updateCases } from '../http/cases/core.mjs'
import { actionCases, bulkCases, linkCases, markCases, meCases } from '../http/cases/moves.mjs'
import { ruleCases } from '../http/cases/rules.mjs'
import { methodsOf } from '../http/document.mjs'

const CORE = {
  list: listCases,
  'nested-list': listCases,
  get: getCases,
  create: createCases,
  'nested-create': createCases,
  update: updateCases,
  replace: updateCases,
  delete: deleteCases,
  me: meCases,
  action: actionCases,
  'link-list': linkCases,
  'link-add': linkCases,
  'link-remove': linkCases,
  mark: markCases,
  unmark: markCases,
  bulk: bulkCases,
}
const ACCESS = [identityCases, roleCases, ownerCases, ownListCases]

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '5',
  title: 'status codes',
  needs: 'server',
  check: (subject) =>
    checked(subject, async (scene) => {
      for (const endpoint of scene.facts.endpoints) {
        const name = `${endpoint.method} ${endpoint.path}`
        if (endpoint.operation in CORE) await scene.attempt(name, () => CORE[endpoint.operation](scene, endpoint))
        for (const cases of ACCESS) await scene.attempt(name, () => cases(scene, endpoint))
      }
      const rules = await ruleCases(scene)
      for (const path of Object.keys(scene.document.paths)) await methodCases(scene, path, methodsOf(scene.document, path))
      return `${scene.facts.endpoints.length} endpoints, ${rules} rules, ${scene.client.count} requests`
    }),
}
