import { operationsOf } from '../documents.mjs'

/** What the contract allows beside the specification: health, and what hands out tokens. */
const ALLOWED = /^\/health(\/|$)|\/auth\//

/** Why the reader leaves an endpoint that signs people in: it is built where the users have a password. */
const CREDENTIALS = /handles credentials/

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '3',
  title: 'endpoints',
  needs: 'files',
  async check({ spec, openapi }) {
    const documented = new Set(operationsOf(openapi()).map(({ method, path }) => `${method} ${nameless(path)}`))
    const stated = spec.endpoints.map((endpoint) => ({ ...endpoint, key: `${endpoint.method} ${nameless(endpoint.path)}` }))
    const supported = stated.filter((each) => each.unsupported === null || (CREDENTIALS.test(each.unsupported) && documented.has(each.key)))
    const left = stated.filter((each) => !supported.includes(each))
    const known = new Set(stated.map(({ key }) => key))
    return {
      findings: [
        ...supported.filter(({ key }) => !documented.has(key)).map(({ method, path }) => `${method} ${path} of the specification is missing`),
        ...left.filter(({ key }) => documented.has(key)).map(({ method, path }) => `${method} ${path} is left for a model, and yet it is there`),
        ...[...documented].filter((key) => !known.has(key) && !ALLOWED.test(key.split(' ')[1])).map((key) => `nobody asked for ${key}`),
      ],
      figure: `${supported.length} of ${stated.length} built${left.length > 0 ? `; left for a model: ${left.map(({ method, path }) => `${method} ${path}`).join(', ')}` : ''}`,
    }
  },
}

/** Parameters may be called anything. */
const nameless = (path) => path.replace(/\{[^}]*\}/g, '{}')
