import type { ApiSpec } from '../api-spec'
import type { Facts } from '../facts'

// What Forge builds with instead of what a text may ask for.
const REPLACED: [RegExp, string][] = [
  [
    /\b(SQLite|MySQL|MariaDB|MongoDB|DynamoDB|Firestore|Oracle|SQL Server|Cassandra|CouchDB|Supabase|in-memory (?:database|storage|store))\b/i,
    'PostgreSQL 15+',
  ],
  [/\b(Flask|Django|Express(?:\.js)?|NestJS|Node\.js|Spring(?: Boot)?|Laravel|Rails|Ruby on Rails|ASP\.NET|Gin|Fiber|Hono|Koa|Phoenix)\b/, 'FastAPI'],
  [/\b(Sequelize|Prisma|Mongoose|TypeORM|Drizzle|Hibernate|SQLModel|Tortoise(?: ORM)?|Peewee|ActiveRecord|Eloquent)\b/, 'SQLAlchemy 2 (async)'],
  [/\b(Jest|Mocha|Vitest|JUnit|RSpec|PHPUnit|unittest)\b/, 'pytest'],
  [/\b(python-jose|passlib)\b/i, 'PyJWT and argon2-cffi'],
  [/\b(Flyway|Liquibase|Knex)\b/i, 'Alembic'],
  [/\b(React|Vue(?:\.js)?|Angular|Svelte|Next\.js|Tailwind(?: CSS)?)\b/, 'no user interface: the backend only'],
]

const LAYOUT = 'app/{models,schemas,services,routers/v1,dependencies}, one file an entity'

/** Statements about the stack that the generated project does not follow, one a line of the text and once a technology. */
export function notFollowedOf(facts: Facts): ApiSpec['notFollowed'] {
  const found = new Map<number, ApiSpec['notFollowed'][number]>()
  const named = new Set<string>()
  for (const { text, line } of facts.stack) {
    for (const [pattern, instead] of REPLACED) {
      const name = text.match(pattern)?.[1]?.toLowerCase()
      if (name === undefined || named.has(name)) continue
      named.add(name)
      if (!found.has(line)) found.set(line, { text, line, instead })
    }
  }
  const tree = facts.tree.map((one) => one.text).join('\n')
  const first = facts.tree[0]
  if (first !== undefined && !(/routers\//.test(tree) && /schemas\//.test(tree) && /models\//.test(tree))) {
    found.set(first.line, { text: 'the layout of the project', line: first.line, instead: LAYOUT })
  }
  return [...found.values()].sort((a, b) => a.line - b.line)
}
