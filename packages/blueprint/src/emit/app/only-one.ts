import type { Entity, Field, RuleEffect } from '@forge/spec'

/** Flags that one row only of those with the same values may have. */
export interface OnlyOne {
  fields: Field[]
  flag: Field
}

export function onlyOnes(effects: readonly RuleEffect[], entity: Entity): OnlyOne[] {
  const named = (name: string) => entity.fields.find((field) => field.name === name)
  const found = effects.flatMap((effect): OnlyOne[] => {
    if (effect.kind !== 'only-one' || effect.entity !== entity.name) return []
    const [flag, fields] = [named(effect.flag), effect.fields.flatMap((name) => named(name) ?? [])]
    return flag === undefined || fields.length !== effect.fields.length ? [] : [{ fields, flag }]
  })
  const key = ({ fields, flag }: OnlyOne) => [flag, ...fields].map((field) => field.name).join()
  return found.filter((one, index) => found.findIndex((other) => key(other) === key(one)) === index)
}
