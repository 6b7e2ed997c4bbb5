import { type ApiSpec, type Endpoint, type Entity, type Field, type Rule, readSpec } from '../../src/index'

/** Short ways to ask what was understood; each throws when the thing is not there. */
export interface Asked {
  spec: ApiSpec
  entity(name: string): Entity
  field(entity: string, name: string): Field
  endpoint(line: string): Endpoint
  rule(text: string): Rule
}

export function ask(text: string): Asked {
  const spec = readSpec(text)
  const entity = (name: string) =>
    found(
      spec.entities.find((one) => one.name === name),
      name,
    )
  return {
    spec,
    entity,
    field: (owner, name) =>
      found(
        entity(owner).fields.find((one) => one.name === name),
        `${owner}.${name}`,
      ),
    endpoint: (line) =>
      found(
        spec.endpoints.find((one) => `${one.method} ${one.path}` === line),
        line,
      ),
    rule: (sentence) =>
      found(
        spec.rules.find((one) => one.text.includes(sentence)),
        sentence,
      ),
  }
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} was not found`)
  return value
}

export const operations = (spec: ApiSpec): string[] => spec.endpoints.map((one) => `${one.method} ${one.path} ${one.operation} ${one.entity}`)
