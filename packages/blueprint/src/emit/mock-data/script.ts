import type { ProjectFile } from '@forge/templates'
import type { AppFacts } from '../app/app-facts'
import { storedField } from '../app/columns'
import { call, type Code, docstring, lines, quoted, statement } from '../app/python'
import { moduleName } from '../names'
import { dict, joined, keyword, layout, list, literalOf } from '../tests/python'
import { article } from '../../plan/common'
import { conditionsOf, derivedOf, totalsOf } from './rules'
import { ENGINE, HELPERS, OUTPUT } from './script-parts'
import type { MockTable } from './tables'
import { type ScriptFacts, samples, cellOf } from './values'

/** `scripts/generate_mock_data.py`: for each entity a function that makes a row, and what the rules ask of it. */
export function mockDataScript(facts: AppFacts, tables: MockTable[]): ProjectFile {
  const script: ScriptFacts = { facts, tables, pools: [] }
  const makers = tables.map((table) => makerOf(script, table))
  const conditions = tables.flatMap((table) => holdsOf(script, table) ?? [])
  const totals = tables.flatMap((table) => totalsOf(script, table))
  const keys = tables.filter(({ entity }) => entity.key.length === 1).map((table) => layout(keysOf(facts, tables, table)).join('\n'))
  const code = [...keys, ...makers, ...conditions, ...totals.map((total) => statement(total, 4))].join('\n')
  const wanted = [code, ...(/\btotal\(/.test(code) ? ['product('] : []), ...(/\b(?:is_covered|settle)\(/.test(code) ? ['balance('] : [])].join(' ')
  const helpers = HELPERS.filter(({ name }) => new RegExp(`\\b${name}\\(`).test(wanted)).map(({ text }) => text)
  const content = [
    head(code),
    ENGINE,
    ...helpers,
    [...script.pools, keys.join('\n')].join('\n\n'),
    ...makers,
    ...conditions,
    [`TABLES = [`, ...tables.map((table) => layout(tableOf(script, table), 4, ',').join('\n')), ']'].join('\n'),
    [`# File → what its rows refer to.`, ...layout(joined('REFERENCES: dict[str, dict[str, str]] = ', referencesOf(facts, tables)))].join('\n'),
    OUTPUT,
    mainOf(totals),
    'if __name__ == "__main__":\n    main()',
  ]
  return {
    path: 'scripts/generate_mock_data.py',
    content: `${content
      .filter((part) => part !== '')
      .join('\n\n\n')
      .replace(/\n{4,}/g, '\n\n\n')}\n`,
  }
}

function head(code: string): string {
  const uses = (helper: string): boolean => new RegExp(`\\b${helper}\\(`).test(code)
  const modules = [
    'datetime as dt',
    ...(uses('numbers') ? ['itertools'] : []),
    'json',
    ...(uses('product') || uses('total') ? ['math'] : []),
    ...(uses('slug') ? ['re'] : []),
    ...(uses('total') ? ['statistics'] : []),
  ]
  return lines(
    '"""Writes docs/mock-data, the same rows every time: `python scripts/generate_mock_data.py`.',
    '',
    "A row is what the API would answer. References resolve, and the rules that rows can show hold. The front end's",
    'mock (frontend/src/api/mock-data.ts) gets the same rows. Change a function here, run it, and look at the difference.',
    '"""',
    '',
    ...modules.map((name) => `import ${name}`),
    'from collections.abc import Callable',
    'from dataclasses import dataclass, field',
    'from pathlib import Path',
    'from typing import Any',
    '',
    'from faker import Faker',
    '',
    'ROOT = Path(__file__).resolve().parent.parent',
    'START = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)',
    'TRIES = 500',
    '',
    'Row = dict[str, Any]',
    '',
    'fake = Faker("en_US")',
    'fake.seed_instance(42)',
  )
}

/** Keys are known before any row is, so that rows can refer to each other. */
function keysOf(facts: AppFacts, tables: MockTable[], { entity, count, stated }: MockTable): Code {
  const key = facts.world.keyField(entity.name)
  const left = `KEYS[${quoted(entity.table)}] = `
  const own = stated.map((row) => literalOf(row[key.name]!))
  if (key.reference) {
    const target = tables.find((table) => table.entity.name === key.reference!.entity)
    if (target && target.entity !== entity) return `${left}KEYS[${quoted(target.entity.table)}][:${count}]`
  }
  const { type } = storedField(facts, key)
  if (type === 'integer' || type === 'bigint') return joined(left, call('numbers', String(count), ...own))
  if (type === 'uuid') return joined(left, call('identifiers', String(count), ...own))
  const taken = new Set(stated.map((row) => row[key.name]))
  const others = samples(key, count + stated.length).filter((value) => !taken.has(value as string))
  return joined(left, list([...own, ...others.slice(0, Math.max(0, count - own.length)).map(literalOf)]))
}

const makerName = ({ entity }: MockTable): string => `make_${moduleName(entity)}`
const holdsName = ({ entity }: MockTable): string => `accept_${moduleName(entity)}`

function makerOf(script: ScriptFacts, table: MockTable): string {
  const { entity, fields } = table
  const derived = derivedOf(script, table).flatMap((line) => wrap(line))
  const values = fields.map((field) => layout(joined(`${quoted(field.name)}: `, cellOf(script, table, field)), 8, ',').join('\n'))
  const row = values.length === 0 ? ['{}'] : ['{', ...values, '    }']
  const [opening = '', ...rest] = row
  return lines(
    `def ${makerName(table)}(n: int) -> Row:`,
    docstring(`Make ${article(entity)}.`, 4),
    derived.length === 0 ? `    return ${opening}` : `    row: Row = ${opening}`,
    ...rest,
    ...derived,
    derived.length > 0 && '    return row',
  )
}

/** A conditional expression in parentheses where the line is too long. */
function wrap(line: string): string[] {
  if (line.length + 4 <= 120) return [`    ${line}`]
  const [left = '', right = ''] = line.split(/ = (.*)/s)
  const parts = right.split(/ (?=if |else )/)
  return [`    ${left} = (`, ...parts.map((part) => `        ${part}`), '    )']
}

function holdsOf(script: ScriptFacts, table: MockTable): string | undefined {
  const conditions = conditionsOf(script, table)
  if (conditions.length === 0) return undefined
  return lines(
    `def ${holdsName(table)}(row: Row) -> bool:`,
    docstring(`Say whether the rules allow such ${article(table.entity)}.`, 4),
    ...layout(joined('return ', conditions.length === 1 ? conditions[0]! : call('all', list(conditions))), 4),
  )
}

function tableOf(script: ScriptFacts, table: MockTable): Code {
  const { entity, count, unique, stated, shape, computed } = table
  const named = (name: string, value: Code | undefined): Code[] => (value === undefined ? [] : [keyword(name, value)])
  const rules = conditionsOf(script, table).length > 0 ? holdsName(table) : undefined
  const rows =
    stated.length === 0 ? undefined : list(stated.map((row) => dict(Object.entries(row).map(([name, value]) => [quoted(name), literalOf(value)]))))
  return call(
    'Table',
    quoted(entity.table),
    shape === null ? 'None' : quoted(shape),
    String(count),
    makerName(table),
    ...named('unique', list(unique.map((tuple) => list(tuple.map(quoted))))),
    ...named('accept', rules),
    ...named('computed', computed.length === 0 ? undefined : list(computed.map(quoted))),
    ...named('stated', rows),
  )
}

/** Table → field → table that it refers to. */
function referencesOf(facts: AppFacts, tables: MockTable[]): Code {
  return dict(
    tables.map(({ entity, fields }) => [
      quoted(entity.table),
      dict(
        fields.flatMap(({ name, reference, list: several }): [string, string][] =>
          reference && !several ? [[quoted(name), quoted(facts.world.entity(reference.entity).table)]] : [],
        ),
      ),
    ]),
  )
}

function mainOf(totals: Code[]): string {
  return lines(
    'def main() -> None:',
    '    """Make the rows and write them."""',
    '    for table in TABLES:',
    '        build(table)',
    ...totals.map((total) => statement(total, 4)),
    '    write_rows()',
    '    write_typescript()',
    '    write_readme()',
  )
}
