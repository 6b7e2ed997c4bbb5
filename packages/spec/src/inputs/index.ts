import { blankFacts, type Facts } from '../facts'
import { readDbml } from './dbml'
import { readDdl } from './ddl'
import { openApiVersion, readOpenApi } from './openapi'
import { readPrisma } from './prisma'
import type { Input } from './tables'

/** Languages that a whole specification may be written in, beside plain text. */
export type InputFormat = 'openapi' | 'sql' | 'dbml' | 'prisma'

/** What a text is written in, by the text alone: a project keeps its specification under a name of its own. `null`: plain text. */
export function inputFormat(text: string): InputFormat | null {
  if (openApiVersion(text) !== null) return 'openapi'
  const code = text
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
    .replace(/^COPY[^;\n]*\bstdin;[\s\S]*?^\\\.$/gim, '')
    .replace(/\/\*[\s\S]*?\*\/|^\s*(?:--|\/\/|\\).*$/gm, '')
  if (isSql(code)) return 'sql'
  if (/^\s*(?:```|~~~|#)/m.test(code)) return null
  const prisma = /^\s*model\s+\w+\s*\{\s*$/m.test(code)
  if (prisma && (/^(?:datasource|generator)\s+\w+\s*\{/m.test(code) || onlyBlocks(code, PRISMA_HEAD))) return 'prisma'
  const dbml = /^\s*Table\s+[\w."]+[^\n]*\{\s*$/im.test(code)
  return dbml && (/^\s+\w+ .*\[.*\b(?:pk|primary key|ref|increment)\b.*\]/m.test(code) || onlyBlocks(code, DBML_HEAD)) ? 'dbml' : null
}

const PRISMA_HEAD = /^(?:model|enum|datasource|generator|type|view)\s+\w+\s*\{/
const DBML_HEAD = /^(?:table|enum|ref|project|tablegroup|tablepartial|note|records)\b[^\n]*[{:]/i

const STATEMENT =
  /^(?:CREATE|ALTER|DROP|INSERT|SET|BEGIN|COMMIT|START|COMMENT|GRANT|REVOKE|SELECT|COPY|DO|UPDATE|DELETE|TRUNCATE|WITH|ANALYZE|VACUUM|END|RESET)\b/i

/** It creates a table, and nothing but statements begins at the margin. */
function isSql(code: string): boolean {
  if (!/^\s*CREATE\s+(?:\w+\s+){0,2}TABLE\b/im.test(code)) return false
  const first = code.match(/\S.*/)?.[0] ?? ''
  if (!STATEMENT.test(first)) return false
  const open = code.replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''").replace(/'(?:[^']|'')*'/g, "''")
  return open.split(';').every((statement) => statement.trim() === '' || STATEMENT.test(statement.trim()))
}

/** Nothing stands outside of blocks. */
function onlyBlocks(code: string, head: RegExp): boolean {
  let depth = 0
  for (const line of code.replace(/'''[\s\S]*?'''/g, "''").split('\n')) {
    const text = line.replace(/'[^']*'|"[^"]*"|\/\/.*$/g, '').trim()
    if (depth === 0 && text !== '' && text !== '{' && !head.test(line.trim())) return false
    for (const char of text) depth += char === '{' ? 1 : char === '}' ? -1 : 0
  }
  return true
}

const READERS: Record<InputFormat, (text: string, told: Facts) => Input> = { openapi: readOpenApi, sql: readDdl, dbml: readDbml, prisma: readPrisma }

const NAMES: Record<InputFormat, (text: string) => string> = {
  openapi: (text) => `an OpenAPI ${openApiVersion(text)} document (${/^\s*\{/.test(text) ? 'JSON' : 'YAML'})`,
  sql: () => 'a PostgreSQL schema',
  dbml: () => 'a DBML schema',
  prisma: () => 'a Prisma schema',
}

/**
 * Reads a text of one of the languages into facts, as the text reader would.
 * @param told What its comments say, as `commentText` gives them: the facts that are added to.
 * @throws SpecError with line, reason and remedy for what the language does not allow.
 */
export function readInput(text: string, format: InputFormat, told: Facts = blankFacts('API')): Input {
  const clean = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')
  const { facts, diagnostics } = READERS[format](clean, told)
  return { facts, diagnostics: [{ level: 'info', message: `read as ${NAMES[format](clean)}`, lines: [] }, ...diagnostics] }
}
