import type { ApiSpec } from '../api-spec'
import type { SectionKind } from '../section-kinds'
import { nameKey, singular, wordsOf } from '../words'

const TITLES = {
  auth: ['Authentication', 'Identity'],
  roles: ['Roles', 'Actors'],
  errors: ['Errors', 'Status codes'],
  pagination: ['Pagination', 'Paging'],
  models: ['Data Models', 'Entities', 'Database'],
  endpoints: ['API Endpoints', 'Routes', 'URLs'],
  rules: ['Business Rules', 'Constraints', 'Policies'],
  seeds: ['Seed data', 'Fixtures', 'Initial data'],
  screens: ['Screens', 'Pages', 'User interface'],
  priorities: ['Feature Priorities', 'Front-end priorities'],
} satisfies Partial<Record<SectionKind | 'screens' | 'priorities', string[]>>

/** Title of a section that does not read as one about an entity: `Roles`, or `Actors` where there is an entity `Role`. */
export function heading(kind: keyof typeof TITLES, spec: ApiSpec): string {
  const keys = new Set(spec.entities.map((entity) => nameKey(entity.name)))
  return TITLES[kind].find((title) => !namesEntity(title, keys)) ?? TITLES[kind][0]!
}

function namesEntity(title: string, keys: ReadonlySet<string>): boolean {
  const words = wordsOf(title).map(singular)
  return keys.has(words.join('')) || words.some((word) => keys.has(word))
}
