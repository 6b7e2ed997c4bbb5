// The database behind the application, for what no request can arrange: states without a way to them, and rows by the thousand.
import { query } from '../cluster.mjs'

const plainName = (name) => name.replaceAll('_', '').toLowerCase()
const quoted = (name) => `"${name.replaceAll('"', '""')}"`

export class Tables {
  /** @param {string} databaseUrl */
  constructor(databaseUrl) {
    this.url = databaseUrl
    this.known = new Map()
  }

  query(sql, values = []) {
    return query(this.url, sql, values)
  }

  /** Columns of an entity's table by the names that the API gives them. */
  async columns(entity) {
    if (!this.known.has(entity.name)) this.known.set(entity.name, await this.#read(entity))
    return this.known.get(entity.name)
  }

  async #read(entity) {
    const rows = await this.query(
      'SELECT column_name, data_type, character_maximum_length AS length FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2',
      ['public', entity.table],
    )
    if (rows.length === 0) throw new Error(`the database has no table ${entity.table}`)
    const byName = new Map(rows.map((row) => [plainName(row.column_name), row]))
    return new Map(entity.fields.flatMap((field) => (byName.has(plainName(field.name)) ? [[field.name, byName.get(plainName(field.name))]] : [])))
  }

  /** Inserts a row. @returns its key */
  async insert(entity, values) {
    const columns = await this.columns(entity)
    const names = Object.keys(values).filter((name) => columns.has(name))
    const key = columns.get(entity.key[0]).column_name
    const places = names.map((name, index) => `$${index + 1}${columns.get(name).data_type === 'jsonb' ? '::jsonb' : ''}`)
    const given = names.map((name) => bound(columns.get(name), values[name]))
    const list = names.map((name) => quoted(columns.get(name).column_name)).join(', ')
    const what = names.length === 0 ? 'DEFAULT VALUES' : `(${list}) VALUES (${places.join(', ')})`
    const [row] = await this.query(`INSERT INTO ${quoted(entity.table)} ${what} RETURNING ${quoted(key)} AS key`, given)
    return row.key
  }

  /** Sets fields of one row. */
  async update(entity, key, values) {
    const columns = await this.columns(entity)
    const names = Object.keys(values).filter((name) => columns.has(name))
    if (names.length === 0) return
    const sets = names.map((name, index) => `${quoted(columns.get(name).column_name)} = $${index + 2}`)
    const given = names.map((name) => bound(columns.get(name), values[name]))
    await this.query(`UPDATE ${quoted(entity.table)} SET ${sets.join(', ')} WHERE ${quoted(columns.get(entity.key[0]).column_name)} = $1`, [
      key,
      ...given,
    ])
  }

  /**
   * Copies one row until there are `count` more of them. What has to differ differs: keys, and the fields named in `distinct`.
   * @param {string[]} distinct fields of a text or number that no two rows share
   */
  async multiply(entity, key, count, distinct) {
    const columns = await this.columns(entity)
    const keyName = entity.key[0]
    const numbered = await this.#numbered(entity)
    const copied = [...columns].filter(([name]) => name !== keyName || (!numbered && isText(columns.get(keyName))))
    const values = copied.map(([name, column]) => (name === keyName || distinct.includes(name) ? varied(column) : quoted(column.column_name)))
    const list = copied.map(([, column]) => quoted(column.column_name))
    await this.query(
      `INSERT INTO ${quoted(entity.table)} (${list.join(', ')}) SELECT ${values.join(', ')} FROM ${quoted(entity.table)}, generate_series(1, ${count}) AS n WHERE ${quoted(columns.get(keyName).column_name)} = $1`,
      [key],
    )
    await this.query(`ANALYZE ${quoted(entity.table)}`)
  }

  /** Whether the database makes the keys. */
  async #numbered(entity) {
    const column = (await this.columns(entity)).get(entity.key[0]).column_name
    const [row] = await this.query(
      'SELECT 1 FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2 AND column_name = $3 AND (is_identity = $4 OR column_default IS NOT NULL)',
      ['public', entity.table, column, 'YES'],
    )
    return row !== undefined
  }
}

const isText = ({ data_type: type }) => type === 'text' || type === 'character varying'
const bound = ({ data_type: type }, value) => (type === 'jsonb' && value !== null ? JSON.stringify(value) : value)

function varied({ column_name: name, data_type: type, length }) {
  const column = quoted(name)
  if (type === 'uuid') return 'gen_random_uuid()'
  if (isText({ data_type: type })) return `left(lpad(n::text, 5, '0') || ${column}, ${length ?? 1000})`
  if (type === 'date') return `${column} + n`
  if (type.startsWith('timestamp')) return `${column} + n * interval '1 minute'`
  return `${column} + n`
}
