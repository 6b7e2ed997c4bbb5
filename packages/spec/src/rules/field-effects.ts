import type { Field, RuleEffect } from '../api-spec'
import type { FieldFacts } from '../facts'

type Check = Extract<RuleEffect, { kind: 'field' }>['check']

/** What of the facts the finished field really carries, as effects; `lost` names what it does not. */
export function fieldEffects(entity: string, field: Field, facts: FieldFacts): { effects: RuleEffect[]; lost: string[] } {
  const checks = new Set<Check>()
  const lost: string[] = []
  for (const key of Object.keys(facts) as (keyof FieldFacts)[]) {
    const check = checkOf(key, field, facts)
    if (check === 'silent') continue
    if (check === null) lost.push(key)
    else checks.add(check)
  }
  return { effects: [...checks].map((check) => ({ kind: 'field', entity, field: field.name, check })), lost }
}

/** The check that a fact became; null when the field does not carry it; `silent` when another fact says the same. */
function checkOf(key: keyof FieldFacts, field: Field, facts: FieldFacts): Check | null | 'silent' {
  switch (key) {
    case 'unique':
      return field.unique !== false ? 'unique' : null
    case 'required':
      return facts.required === true ? (field.required || field.fromCaller === true ? 'required' : null) : field.required ? null : 'optional'
    case 'nullable':
      return facts.nullable === true ? (field.nullable ? 'optional' : null) : facts.required === true ? 'silent' : field.nullable ? null : 'required'
    case 'minLength':
      return field.minLength === undefined
        ? null
        : facts.required === true && facts.minLength === 1 && facts.maxLength === undefined
          ? 'silent'
          : 'length'
    case 'maxLength':
      return field.maxLength === facts.maxLength ? 'length' : field.pattern !== undefined && facts.pattern !== undefined ? 'silent' : null
    case 'min':
      return field.min !== undefined ? 'range' : field.minLength !== undefined ? 'length' : null
    case 'max':
      return field.max !== undefined ? 'range' : field.maxLength !== undefined ? 'length' : null
    case 'pattern':
      return field.pattern === facts.pattern ? 'pattern' : null
    case 'patternText':
    case 'precision':
    case 'list':
    case 'onDelete':
      return 'silent'
    case 'scale':
      return field.scale === facts.scale ? 'type' : null
    case 'values':
      return field.type === 'enum' ? 'enum' : null
    case 'default':
      return field.default === facts.default ? 'default' : null
    case 'references':
      return field.reference === undefined ? null : 'type'
    case 'type':
      return typeCheck(field, facts)
    default:
      return null
  }
}

function typeCheck(field: Field, facts: FieldFacts): Check | null | 'silent' {
  if (facts.type === 'enum') return field.type === 'enum' ? (facts.values === undefined ? 'enum' : 'silent') : null
  if (
    field.type !== facts.type &&
    !(facts.type === 'string' && ['text', 'email', 'url'].includes(field.type)) &&
    !(facts.type === 'text' && field.type === 'string')
  )
    return null
  return ['email', 'url', 'datetime', 'date', 'time', 'uuid'].includes(field.type) ? 'format' : 'type'
}
