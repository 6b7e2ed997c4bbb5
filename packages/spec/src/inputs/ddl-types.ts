import type { FieldFacts } from '../facts'
import { applyType, typeOf } from '../qualifiers/types'
import type { Tree } from './pg-parser'

const PG_NAMES: Record<string, string> = {
  bpchar: 'char',
  int2: 'smallint',
  timetz: 'time',
  serial4: 'serial',
  serial8: 'bigserial',
  name: 'varchar',
}

/** What a column's type says. `null`: PostgreSQL knows the type, the API has none like it. */
export function typeFacts(typeName: Tree, known: ReadonlyMap<string, FieldFacts>): FieldFacts | null {
  const name = String(typeName.names.at(-1).String.sval).toLowerCase()
  const list = typeName.arrayBounds === undefined ? {} : { list: true }
  const own = known.get(name)
  if (own !== undefined) return { ...own, ...list }
  const sizes = (typeName.typmods ?? []).map((one: Tree) => one.A_Const?.ival?.ival ?? 0).filter((size: number) => size > 0)
  const sized = /^(?:varchar|bpchar|char|numeric)$/.test(name) && sizes.length > 0 ? `(${sizes.join(',')})` : ''
  const type = typeOf(`${PG_NAMES[name] ?? name}${sized}`)
  if (type === null) return null
  const facts: FieldFacts = {}
  applyType(facts, type)
  if (/^(?:big|small)?serial[248]?$/.test(name)) facts.readOnly = true
  return { ...facts, ...list }
}

export const typeLabel = (typeName: Tree): string => String(typeName.names.at(-1).String.sval)

/** A literal of SQL; `undefined` for everything that is computed. */
export function constant(node: Tree): string | number | boolean | null | undefined {
  if (node === undefined) return undefined
  if (node.TypeCast !== undefined) {
    const value = constant(node.TypeCast.arg)
    return typeLabel(node.TypeCast.typeName) === 'bool' && typeof value === 'string' ? /^t/i.test(value) : value
  }
  const one = node.A_Const
  if (one === undefined) return undefined
  if (one.isnull === true) return null
  if (one.ival !== undefined) return one.ival.ival ?? 0
  if (one.fval !== undefined) return Number(one.fval.fval)
  if (one.boolval !== undefined) return one.boolval.boolval ?? false
  return one.sval?.sval ?? ''
}

/** What DEFAULT says; `null` when the expression is not followed. */
export function defaultFacts(expression: Tree, column: string): FieldFacts | null {
  const value = constant(expression)
  if (value === null) return {}
  if (value !== undefined) return typeof value === 'string' && /^(?:\{.*\}|\[.*\])$/.test(value) ? null : { default: value }
  const inner = expression.TypeCast?.arg ?? expression
  const name = String(inner.FuncCall?.funcname?.at(-1)?.String?.sval ?? inner.SQLValueFunction?.op ?? '')
  if (
    /^(?:now|clock_timestamp|statement_timestamp|transaction_timestamp|SVFOP_(?:CURRENT_|LOCAL)?(?:TIMESTAMP|DATE|TIME)(?:_N)?|timezone)$/i.test(name)
  )
    return { auto: /^(?:updated|modified|last_)/i.test(column) ? 'updated' : 'created', readOnly: true }
  if (/^(?:gen_random_uuid|uuid_generate_v\w+|uuidv\d|nextval)$/i.test(name)) return { readOnly: true }
  return null
}
