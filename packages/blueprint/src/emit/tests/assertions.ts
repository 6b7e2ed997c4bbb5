import type { Check, Value } from '../../plan/case-plan'
import { call, type Code, flat, group, quoted, WIDTH } from '../app/python'
import { joined, list } from './python'
import { expressionOf, variable } from './values'

const INDENT = 4

/** Checks that look into the JSON of the answer. */
const READING: ReadonlySet<Check['kind']> = new Set(['equals', 'grown', 'differs', 'present', 'null', 'absent', 'envelope'])

/**
 * The statements that expect an answer.
 * @param name variable for the answer's JSON
 * @param errorField expression for the field that an error must name, instead of the check's own
 */
export function expectAnswer(status: number, checks: readonly Check[], name: string, errorField?: string): Code[] {
  const error = checks.find((check) => check.kind === 'error')
  if (error) {
    const field = errorField ?? (error.field === undefined ? undefined : quoted(error.field))
    return [call('assert_error', 'response', String(status), quoted(error.code), ...(field === undefined ? [] : [`field=${field}`]))]
  }
  const reads = name === 'created' || checks.some(({ kind }) => READING.has(kind))
  return [
    `assert response.status_code == ${status}`,
    ...(reads ? [`${name} = response.json()`] : []),
    ...checks.flatMap((check) => expectCheck(check, name)),
  ]
}

function expectCheck(check: Check, name: string): Code[] {
  switch (check.kind) {
    case 'equals':
      return expectEqual(placeOf(name, check), check.value, check.compare)
    case 'grown':
      return [`assert ${placeOf(name, check)} == ${placeOf(variable(check.since), check)} + ${check.by}`]
    case 'differs':
      return [`assert ${name}[${quoted(check.field)}] != ${flat(expressionOf(check.value))}`]
    case 'present':
      return [`assert ${name}[${quoted(check.field)}] is not None`]
    case 'null':
      return [`assert ${placeOf(name, check)} is None`]
    case 'absent':
      return [`assert ${quoted(check.field)} not in ${name}`]
    case 'rows':
      return expectRows(check)
    case 'length':
      return [check.value === 0 ? 'assert rows_of(response) == []' : `assert len(rows_of(response)) == ${check.value}`]
    case 'envelope':
      return [`assert ${name}[${quoted(check.name)}] ${check.atLeast ? '>=' : '=='} ${check.value}`]
    case 'error':
      return []
  }
}

/** Where a field lies in an answer. */
const placeOf = (name: string, { within = [], field }: { within?: (string | number)[]; field: string }): string =>
  [name, ...[...within, field].map((part) => `[${typeof part === 'number' ? part : quoted(part)}]`)].join('')

function expectEqual(actual: string, value: Value, compare: 'exact' | 'number' | 'prefix' | 'suffix'): Code[] {
  if (compare === 'suffix' && value.kind === 'literal') return [`assert ${actual}.endswith(${quoted(String(value.value))})`]
  if (compare === 'prefix' && value.kind === 'literal' && typeof value.value === 'string') {
    return [`assert ${actual}.startswith(${quoted(value.value.replace(/(Z|[+-]\d\d:\d\d)$/, ''))})`]
  }
  const expected = expressionOf(value)
  return compared(actual, ['True', 'False', 'None'].includes(flat(expected)) ? 'is' : '==', expected)
}

function expectRows({ key, values, mode, ordered, not = [] }: Extract<Check, { kind: 'rows' }>): Code[] {
  const keys = key === 'id' ? 'keys_of(response)' : `keys_of(response, ${quoted(key)})`
  const items = values.map(expressionOf)
  const absent = not.map((value) => `assert ${flat(expressionOf(value))} not in ${keys}`)
  if (mode === 'exact') {
    const anyOrder = !ordered && items.length > 1
    return [...compared(anyOrder ? `sorted(${keys})` : keys, '==', anyOrder ? group('sorted([', items, '])') : list(items)), ...absent]
  }
  if (ordered) return [joined('in_order = ', list(items)), `assert [key for key in ${keys} if key in in_order] == in_order`, ...absent]
  if (items.length === 0) return absent
  const present = items.length === 1 ? `assert ${flat(items[0]!)} in ${keys}` : `assert {${items.map(flat).join(', ')}} <= set(${keys})`
  return [present, ...absent]
}

/** On one line where it fits. */
function compared(actual: string, operator: string, expected: Code): Code[] {
  const line = `assert ${actual} ${operator} ${flat(expected)}`
  return line.length + INDENT <= WIDTH ? [line] : [joined('expected = ', expected), `assert ${actual} ${operator} expected`]
}
