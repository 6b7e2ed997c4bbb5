import type { ApiSpec, Entity, Field } from '../../src/index'
import { nameKey } from '../../src/words'

/** What a person reads in a specification, one thing a line: `Book(title:string, author->Author)`, `crud /books list create`, `POST /books/{id}/lend`. */
export function expectedFacts(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((line) => (/^[A-Za-z]+\(/.test(line) ? entityFacts(line) : line.startsWith('crud ') ? crudFacts(line) : [line]))
}

function entityFacts(line: string): string[] {
  const [, entity, list] = line.match(/^([A-Za-z]+)\((.*)\)$/)!
  return [entity!, ...list!.split(', ').map((field) => `${entity}.${field}`)]
}

const CRUD: Record<string, string> = { list: 'GET', create: 'POST', get: 'GET {id}', update: 'PUT {id}', patch: 'PATCH {id}', delete: 'DELETE {id}' }

function crudFacts(line: string): string[] {
  const [, path, ...operations] = line.split(' ')
  return operations.map((operation) => {
    const [method, item] = CRUD[operation]!.split(' ')
    return `${method} ${path}${item === undefined ? '' : `/${item}`}`
  })
}

/** The same of what was read. The key, the times of the row and joining tables that the text does not define are left out. */
export function readFacts(spec: ApiSpec): string[] {
  return [
    ...spec.entities
      .filter((entity) => entity.junction === null || entity.source.origin === 'stated')
      .flatMap((entity) => [entity.name, ...fields(entity)]),
    ...spec.endpoints.map((one) => `${one.method} ${one.path.replace(/\{[^}]+\}/g, '{id}')}`),
  ]
}

const fields = (entity: Entity): string[] =>
  entity.fields
    .filter((field) => (field.reference !== undefined || !entity.key.includes(field.name)) && !/^(created_?at|updated_?at)$/i.test(field.name))
    .map((field) => `${entity.name}.${shown(field)}`)

function shown(field: Field): string {
  if (field.reference !== undefined) return `${field.name}->${field.reference.entity}`
  if (field.list) return `${field.name}:json`
  return `${field.name}:${field.type === 'enum' ? `enum[${field.values!.join('|')}]` : field.type}`
}

/** What is not as expected: `- ` missing, `+ ` read although nothing says it. `author` stands for `author_id` too, `string` for `text`, `email` and `url`. */
export function factDifferences(expected: string[], read: string[]): string[] {
  const wanted = new Map(expected.map((fact) => [normal(fact), fact]))
  const found = new Map(read.map((fact) => [normal(fact), fact]))
  return [
    ...[...wanted].filter(([key]) => !found.has(key)).map(([, fact]) => `- ${fact}`),
    ...[...found].filter(([key]) => !wanted.has(key)).map(([, fact]) => `+ ${fact}`),
  ]
}

function normal(fact: string): string {
  const reference = fact.match(/^(\w+)\.(\w+)->(\w+)$/)
  if (reference !== null) return `${reference[1]}.${nameKey(reference[2]!.replace(/_?id$/i, ''))}->${reference[3]}`
  return fact
    .replace(/:(?:text|email|url)$/, ':string')
    .replace(/:(?:float|decimal)$/, ':decimal')
    .replace(/:bigint$/, ':integer')
}
