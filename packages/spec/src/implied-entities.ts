import type { EndpointFact, Facts, FieldFacts } from './facts'
import { bodyFields, isObject } from './json-block'
import { USER_KEYS } from './resolve/references'
import { nameKey, singular, wordsOf } from './words'

/** Paths at which people say who they are, and others that store nothing. */
const NO_RESOURCE = /^(?:login|logout|auth|tokens?|refresh|sign-?in|sign-?out|search|me|health|bulk.*|batch.*)$/i
const REGISTER = /^(?:register|registration|sign-?up|sign_up)$/i

interface Shapes {
  name: string
  line: number
  sent: EndpointFact['body']
  answered: EndpointFact['body']
}

/** Entities that are only known by what their endpoints take and answer (`POST /products { name, price }`). Adds them to `facts`. */
export function addImpliedEntities(facts: Facts): void {
  const known = new Set(facts.fields.map((field) => field.entity))
  const endings = new Set([...facts.entities].filter(({ key }) => known.has(key)).map(({ name }) => singular(wordsOf(name).at(-1) ?? '')))
  const implied = new Map<string, Shapes>()
  const joined = new Set(facts.endpoints.flatMap((endpoint) => joinedBelow(endpoint, facts)))
  for (const endpoint of facts.endpoints) {
    const name = resourceOf(endpoint, known)
    if (name === null || joined.has(name)) continue
    const key = nameKey(name)
    if (known.has(key) || (endings.has(key) && endpoint.path.split('/').length > 3)) continue
    const shapes = implied.get(key) ?? { name: singular(name), line: endpoint.line, sent: [], answered: [] }
    implied.set(key, shapes)
    shapes.sent.push(...endpoint.body)
    shapes.answered.push(...answerOf(endpoint))
  }
  for (const [key, shapes] of implied) if (shapes.sent.length > 0 || shapes.answered.length > 1) addEntity(key, shapes, facts)
}

/** The resource whose rows an endpoint takes or gives; a registration makes a user. */
function resourceOf(endpoint: EndpointFact, known: ReadonlySet<string>): string | null {
  const segments = endpoint.path.split('/').filter((segment) => segment !== '')
  const last = segments.at(-1) ?? ''
  const people = USER_KEYS.some((key) => known.has(key))
  if (endpoint.method === 'POST' && REGISTER.test(last)) return people || endpoint.body.length === 0 ? null : 'users'
  if (endpoint.method === 'GET' && /^(?:me|profile)$/i.test(last) && /^(?:auth|account|users?|me|profile)$/i.test(segments.at(-2) ?? 'me'))
    return people ? null : 'users'
  const own = last.startsWith('{') ? segments.at(-2) : last
  if (own === undefined || own.startsWith('{') || NO_RESOURCE.test(own) || REGISTER.test(own)) return null
  const collection = singular(own.toLowerCase()) !== own.toLowerCase()
  const makes = endpoint.method === 'POST' && !last.startsWith('{')
  return collection && (makes || last.startsWith('{')) ? own : null
}

/** What an endpoint answers when all is well. */
function answerOf({ responses }: EndpointFact): EndpointFact['body'] {
  return responses
    .filter(({ status }) => status < 300)
    .flatMap(({ fields, json, line }) => {
      if (fields !== undefined) return fields
      if (json === null || !isObject(json.value)) return []
      return bodyFields(json.raw.split('\n').map((text) => ({ number: line, text })))
    })
}

function addEntity(key: string, { name, line, sent, answered }: Shapes, facts: Facts): void {
  facts.entities.push({ key, name, line, junction: false, weight: 0 })
  const add = (field: string, at: number, more: FieldFacts, weight: 0 | 2) =>
    facts.fields.push({ entity: key, name: field, line: at, weight, facts: more })
  const same = (one: string, other: string) => wordsOf(one).join('') === wordsOf(other).join('')
  if (![...sent, ...answered].some((field) => field.name === 'id')) add('id', line, {}, 0)
  for (const field of sent) add(field.name, field.line, field.facts, 2)
  for (const field of answered) {
    const own = sent.some((one) => same(one.name, field.name))
    add(field.name, field.line, own || sent.length === 0 || field.name === 'id' ? field.facts : { ...field.facts, readOnly: true }, 0)
  }
  if (key === 'user') for (const field of sent) if (/^(?:email|user_?name)$/i.test(field.name)) add(field.name, field.line, { unique: 'exact' }, 0)
}

/** `POST /courses/{id}/students { user_id, role }`: an entity that is known holds all of it and points at the course; there are no rows of students. */
function joinedBelow({ path, body }: EndpointFact, facts: Facts): string[] {
  const [owner, param, last] = path.split('/').slice(-3)
  if (owner === undefined || last === undefined || param?.startsWith('{') !== true || body.length < 2) return []
  const link = nameKey(`${wordsOf(singular(owner)).join('_')}_id`)
  const joins = facts.entities.some(({ key }) => {
    const fields = new Set(facts.fields.filter((field) => field.entity === key).map((field) => nameKey(field.name)))
    return fields.has(link) && body.every((field) => fields.has(nameKey(field.name)))
  })
  return joins ? [last] : []
}
