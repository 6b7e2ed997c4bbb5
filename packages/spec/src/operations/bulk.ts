import type { Endpoint, Entity, Field } from '../api-spec'
import type { EndpointFact } from '../facts'
import { isObject } from '../json-block'
import { fieldNamed } from '../lists'
import { snakeName, wordsOf } from '../words'
import { verbSets } from './verbs'
import { type Shape, unsupported } from './shape'

type Bulk = NonNullable<Endpoint['bulk']>

const BULK = /^(?:bulk|batch|mass|multi(?:ple)?)(?:$|[-_])|[-_](?:bulk|batch|many|all)$/i

/** True for `/tasks/bulk-update`, `/tasks/batch`, and for verbs whose body holds a list of keys. */
export function isBulk(fact: EndpointFact, entity: Entity, verb: string): boolean {
  return BULK.test(verb) || /import|reorder/i.test(verb) || idsOf(fact, entity) !== undefined
}

/**
 * One change of many rows: those whose keys the body lists, all of them or none. Compiled only when the text says which field holds the keys,
 * what is changed and what is answered.
 */
export function bulkShape(fact: EndpointFact, entity: Entity, verb: string): Shape {
  const refuse = (what: string): Shape => unsupported('bulk', entity.name, `the specification does not state ${what} of ${fact.method} ${fact.path}`)
  const ids = idsOf(fact, entity)
  if (entity.key.length !== 1) return refuse('which single key names the rows')
  if (ids === undefined) return refuse(fact.body.length === 0 ? 'the request body and answer' : 'a list of ids in the request body')
  const others = fact.body.filter((field) => field.name !== ids)
  if (others.length === 0 && deletes(fact, verb)) return answered(fact, entity, { ids, effect: 'delete' }, {}, refuse)
  const fields = others.map((field) => fieldNamed(entity, field.name))
  if (fields.some((field) => field === undefined || field.readOnly || field.fromCaller === true)) return refuse('known fields in the request body')
  if (fields.some((field) => field!.unique !== false))
    return unsupported('bulk', entity.name, `${fact.method} ${fact.path} would give one unique value to many rows`)
  if (fields.length > 0) {
    if (deletes(fact, verb)) return refuse('only a list of ids in the request body')
    return answered(fact, entity, { ids, effect: 'update' }, { body: (fields as Field[]).map((field) => field.name) }, refuse)
  }
  const sets =
    fact.method === 'DELETE'
      ? null
      : verbSets(
          wordsOf(verb)
            .filter((word) => !BULK.test(word) && word !== 'all')
            .join('_'),
          entity,
        )
  if (sets === null) return refuse('what changes in the rows')
  return answered(fact, entity, { ids, effect: 'update' }, { body: [], sets }, refuse)
}

const deletes = (fact: EndpointFact, verb: string): boolean =>
  fact.method === 'DELETE' || /(?:^|[-_])(?:delete|remove|destroy|purge)(?:$|[-_])/i.test(verb)

/** The name under which the body lists keys: `ids`, or `task_ids` for tasks. */
function idsOf(fact: EndpointFact, entity: Entity): string | undefined {
  const own = snakeName(entity.name)
  return fact.body.map((field) => field.name).find((name) => ['ids', `${own}_ids`].includes(wordsOf(name).join('_')) || name === `${own}Ids`)
}

function answered(
  fact: EndpointFact,
  entity: Entity,
  bulk: Pick<Bulk, 'ids' | 'effect'>,
  more: Partial<Endpoint>,
  refuse: (what: string) => Shape,
): Shape {
  const answer = answerOf(fact, bulk.effect)
  if (answer === null) return refuse('the answer')
  if (bulk.effect === 'delete' && answer.answer === 'rows') return refuse('an answer that deleted rows can give')
  const status = answer.answer === 'none' ? 204 : undefined
  return { operation: 'bulk', entity: entity.name, body: [], ...more, bulk: { ...bulk, ...answer }, ...(status === undefined ? {} : { status }) }
}

/** What the text says comes back: the rows, how many there were, or nothing. */
function answerOf(fact: EndpointFact, effect: Bulk['effect']): Pick<Bulk, 'answer' | 'count'> | null {
  const successes = fact.responses.filter(({ status }) => status >= 200 && status < 300)
  const told = [fact.summary, ...fact.notes.map((note) => note.text)].flatMap(
    (text) => text.match(/\b(?:responses?|returns?|answers?(?: with)?|success)\b\s*:?\s*(.+)$/i)?.[1] ?? [],
  )
  const text = [...told, ...successes.map(({ label }) => label)].join(' . ')
  if (successes.some(({ status }) => status === 204) || /\b204\b|\bno (?:content|body)\b/i.test(text)) return { answer: 'none' }
  const value = successes.map(({ json }) => json?.value).find((one) => one !== undefined)
  if (Array.isArray(value)) return { answer: 'rows' }
  const named = isObject(value)
    ? singleCount(Object.entries(value))
    : text.match(/\{\s*["'`]?([A-Za-z_]\w*)["'`]?\s*(?::\s*["'`]?(?:int(?:eger)?|number|count|n|\d+)["'`]?)?\s*\}/i)?.[1]
  if (named !== undefined) return { answer: 'count', count: named }
  if (value !== undefined) return null
  if (/\b(?:number|counts?|how many)\b/i.test(text)) return { answer: 'count', count: effect === 'update' ? 'updated' : 'deleted' }
  if (/\b(?:updated|changed|affected|modified|all|list of|array of|the)\b/i.test(text) && !/\bids?\b/i.test(text)) return { answer: 'rows' }
  return fact.method === 'DELETE' && text === '' ? { answer: 'none' } : null
}

function singleCount(entries: [string, unknown][]): string | undefined {
  const [only, ...more] = entries
  return only !== undefined && more.length === 0 && typeof only[1] === 'number' ? only[0] : undefined
}
