import { nameKey } from '../words'
import type { End, Reading } from './dbml-reading'
import type { Token } from './tokens'

/** `Ref: a.b > c.d`, `Ref name: …`, `Ref { … }`. */
export function readRefs(reading: Reading): void {
  const { cursor } = reading
  if (cursor.peek().kind === 'word') cursor.next()
  if (cursor.take(':')) {
    readRef(cursor.rest(), reading)
    return
  }
  cursor.skipLines()
  cursor.expect('{', 'after Ref')
  for (cursor.skipLines(); !cursor.is('}'); cursor.skipLines()) readRef(cursor.rest(), reading)
  cursor.next()
}

export function readRef(tokens: Token[], reading: Reading): void {
  const bracket = tokens.findIndex((one) => one.text === '[' && one.kind === 'sign')
  const ends = bracket === -1 ? tokens : tokens.slice(0, bracket)
  const at = ends.findIndex((one) => one.kind === 'sign' && /^(?:[<>-]|<>)$/.test(one.text))
  const from = at === -1 ? null : endOf(ends.slice(0, at), reading)
  const to = at === -1 ? null : endOf(ends.slice(at + 1), reading)
  if (from === null || to === null) {
    reading.cursor.fail('a reference is not of the form "Ref: posts.user_id > users.id"')
    return
  }
  const rule = tokens
    .map((one) => one.text.toLowerCase())
    .join(' ')
    .match(/delete : (cascade|set null|restrict|no action|set default)/)?.[1]
  const onDelete = rule === undefined ? undefined : rule === 'cascade' ? 'cascade' : rule === 'set null' ? 'set-null' : 'restrict'
  reading.refs.push({ from, to, kind: ends[at]!.text, onDelete, line: tokens[0]!.line })
}

/** `users.id`, `schema.users.id`, `users.(a, b)`. */
export function endOf(tokens: Token[], reading: Reading): End | null {
  const open = tokens.findIndex((one) => one.text === '(')
  const words = (open === -1 ? tokens : tokens.slice(0, open)).filter((one) => one.kind === 'word').map((one) => one.text)
  const columns =
    open === -1
      ? words.slice(-1)
      : tokens
          .slice(open)
          .filter((one) => one.kind === 'word')
          .map((one) => one.text)
  const table = open === -1 ? words.at(-2) : words.at(-1)
  return table === undefined || columns.length === 0 ? null : { table: reading.aliases.get(table) ?? table, columns }
}

export function addRef(ref: Reading['refs'][number], reading: Reading): void {
  const at = (end: End) => reading.tables.get(reading.aliases.get(end.table) ?? end.table)
  const [from, to] = ref.kind === '<' ? [ref.to, ref.from] : [ref.from, ref.to]
  const [own, target] = [at(from), at(to)]
  if (own === undefined || target === undefined) {
    reading.lost.push({ what: `the reference between ${ref.from.table} and ${ref.to.table}, one of which the file does not define`, line: ref.line })
    return
  }
  if (ref.kind === '<>') {
    reading.input.facts.relations.push({
      entity: nameKey(own.name),
      kind: 'many-to-many',
      target: target.name,
      role: target.name,
      through: null,
      line: ref.line,
    })
    return
  }
  const column = from.columns.length === 1 ? own.columns.get(from.columns[0]!) : undefined
  if (column === undefined) {
    reading.lost.push({ what: `the key of several columns from ${own.name} to ${target.name}`, line: ref.line })
    return
  }
  if (ref.kind === '-' && !own.primary.includes(column.name)) column.facts.unique = 'exact'
  column.facts.references = target.name
  if (ref.onDelete !== undefined) column.facts.onDelete = ref.onDelete
}
