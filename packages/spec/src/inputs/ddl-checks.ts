import type { FieldFacts } from '../facts'
import { parseQualifiers } from '../qualifiers'
import { constant } from './ddl-types'
import type { Tree } from './pg-parser'

/** What a CHECK says of single columns, and of two columns as sentences. */
export interface CheckFacts {
  columns: { name: string; facts: FieldFacts }[]
  sentences: string[]
  /** Every part was understood. */
  whole: boolean
}

/** Reads a CHECK expression. `VALUE` of a domain counts as a column of that name. */
export function checkFacts(expression: Tree): CheckFacts {
  const found: CheckFacts = { columns: [], sentences: [], whole: true }
  for (const part of conjuncts(expression)) {
    if (!readPart(part, found)) found.whole = false
  }
  return found
}

function conjuncts(node: Tree): Tree[] {
  const bool = node.BoolExpr
  if (bool?.boolop === 'AND_EXPR') return bool.args.flatMap(conjuncts)
  if (bool?.boolop === 'OR_EXPR') {
    const rest = bool.args.filter((one: Tree) => one.NullTest?.nulltesttype !== 'IS_NULL')
    if (rest.length === 1) return conjuncts(rest[0])
  }
  return [node]
}

function readPart(node: Tree, found: CheckFacts): boolean {
  const expression = node.A_Expr
  if (expression === undefined) return node.NullTest?.nulltesttype === 'IS_NOT_NULL' && addNotNull(node.NullTest.arg, found)
  const subject = subjectOf(expression.lexpr)
  if (subject === null) return false
  const members = membersOf(expression)
  if (members !== null) return add(found, subject.column, { type: 'enum', values: members })
  if (expression.kind === 'AEXPR_BETWEEN') {
    const [low, high] = expression.rexpr.List.items.map(constant)
    return bound(found, subject, '>=', low) && bound(found, subject, '<=', high)
  }
  if (expression.kind !== 'AEXPR_OP') return false
  const operator = expression.name[0].String.sval
  const other = subjectOf(expression.rexpr)
  if (other !== null && !other.length && !subject.length && /^[<>]=?$/.test(operator)) {
    found.sentences.push(`${subject.column} ${operator} ${other.column}`)
    return true
  }
  return bound(found, subject, operator, constant(expression.rexpr))
}

interface Subject {
  column: string
  /** The length of the column is compared, not its value. */
  length: boolean
}

function subjectOf(node: Tree): Subject | null {
  const inner = node?.TypeCast?.arg ?? node
  const call = inner?.FuncCall
  if (call !== undefined) {
    const name = call.funcname.at(-1).String.sval
    const arg = call.args?.[0]?.FuncCall?.args?.[0] ?? call.args?.[0]
    const of = /^(?:char_length|character_length|length|btrim|trim)$/.test(name) && call.args?.length === 1 ? subjectOf(arg) : null
    return of === null ? null : { column: of.column, length: /length/.test(name) }
  }
  const column = inner?.ColumnRef?.fields?.at(-1)?.String?.sval
  return column === undefined ? null : { column, length: false }
}

function membersOf(expression: Tree): string[] | null {
  const items =
    expression.kind === 'AEXPR_IN'
      ? expression.rexpr.List?.items
      : expression.kind === 'AEXPR_OP_ANY'
        ? (expression.rexpr.A_ArrayExpr ?? expression.rexpr.TypeCast?.arg?.A_ArrayExpr)?.elements
        : undefined
  const values = items?.map(constant)
  return expression.name?.[0]?.String?.sval === '=' && values?.every((one: unknown) => typeof one === 'string') === true ? values : null
}

function bound(found: CheckFacts, subject: Subject, operator: string, value: unknown): boolean {
  if (operator === '~' && typeof value === 'string' && !subject.length) {
    const { facts } = parseQualifiers(`pattern: ${value}`, subject.column)
    return facts.pattern !== undefined && add(found, subject.column, facts)
  }
  if (operator === '<>' && value === '') return add(found, subject.column, { minLength: 1 })
  if (typeof value !== 'number' || !/^(?:[<>]=?|=)$/.test(operator)) return false
  if (!subject.length) return operator !== '=' && add(found, subject.column, parseQualifiers(`${operator} ${value}`, '').facts)
  const low = operator === '>=' || operator === '=' ? value : operator === '>' ? value + 1 : undefined
  const high = operator === '<=' || operator === '=' ? value : operator === '<' ? value - 1 : undefined
  return add(found, subject.column, { ...(low === undefined ? {} : { minLength: low }), ...(high === undefined ? {} : { maxLength: high }) })
}

const addNotNull = (node: Tree, found: CheckFacts): boolean => {
  const subject = subjectOf(node)
  return subject !== null && add(found, subject.column, { nullable: false })
}

function add(found: CheckFacts, name: string, facts: FieldFacts): boolean {
  found.columns.push({ name, facts })
  return true
}
