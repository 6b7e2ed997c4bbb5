import { assetPath } from './fastapi/environment/asset-path'

/** A specification that comes with the package, to read, to start from and to try. */
export interface ExampleSpec {
  /** For people and command lines: `shop`. */
  name: string
  title: string
  /** How it is written: people and tools hand in many forms. */
  form: string
  /** Absolute path of the file. */
  path: string
}

const EXAMPLES: [name: string, file: string, title: string, form: string][] = [
  ['task-management', 'task-management.md', 'Crewboard: Task Management API', 'Markdown, one section for each resource'],
  ['reading-list', 'reading-list.md', 'Reading List API', 'Markdown, short'],
  ['shop', 'shop.md', 'Copper Kettle: Online Shop API', 'Markdown, with workflows, screens and priorities'],
  ['blog', 'blog.md', 'Inkwell, a blog for several writers', 'plain text, endpoints first, with sample requests'],
  [
    'users-and-roles',
    'users-and-roles.md',
    'Gatehouse: users, teams and roles',
    'one table for all fields, one for endpoints and roles, one for rules',
  ],
  ['booking', 'booking.txt', 'Courtside', 'tags'],
  ['auth-service', 'auth-service.txt', 'Keyring, an authentication service', 'plain text with rulers'],
  ['analytics', 'analytics.sql', 'Footfall: web analytics without cookies', 'PostgreSQL schema, endpoints and rules in comments'],
  ['healthcare', 'healthcare.yaml', 'Willow Clinic', 'OpenAPI 3.1 with x-forge members'],
  ['education', 'education.txt', 'RIVERSIDE ACADEMY', 'plain text with headings in capitals'],
  ['social', 'social.prisma', 'Allotment: a social network for gardeners', 'Prisma schema, endpoints and rules in comments'],
  ['finance', 'finance.md', 'Pocketbook', 'Markdown, a table for each entity'],
  ['inventory', 'inventory.dbml', 'Stockroom: what lies in which warehouse', 'DBML, endpoints and rules in comments'],
]

/** The example specifications, one for each domain and each in a form of its own; `fastapi().exampleSpec` is the text of one of them. */
export function exampleSpecs(): ExampleSpec[] {
  return EXAMPLES.map(([name, file, title, form]) => ({ name, title, form, path: assetPath('specs', file) }))
}
