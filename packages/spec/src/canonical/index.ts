import type { ApiSpec, Rule, Seed } from '../api-spec'
import { conventionSections } from './conventions'
import { endpointLines } from './endpoints'
import { entitySection } from './entities'
import { frontEndSections } from './front-end'
import { heading } from './headings'

/**
 * The specification as text in one form, which `readSpec` reads into the same `ApiSpec`, lines and origins aside. What was inferred is
 * written out: edited and read again, nothing is left to convention.
 */
export function canonicalText(spec: ApiSpec): string {
  const parts = [
    ['# API specification', `Project name: ${spec.title}`],
    section('Description', spec.description === '' ? [] : [spec.description]),
    spec.basePath === '' ? [] : [`Base path: ${spec.basePath}`],
    ...conventionSections(spec),
    [`## ${heading('models', spec)}`],
    ...spec.entities.map(entitySection),
    section(heading('endpoints', spec), spec.endpoints.flatMap(endpointLines)),
    ruleSection(spec),
    section(heading('seeds', spec), spec.seeds.length === 0 ? [] : ['```sql', ...spec.seeds.map((seed) => seedLine(seed, spec)), '```']),
    ...frontEndSections(spec),
    ...stackSections(spec),
  ]
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

const section = (title: string, lines: string[]): string[] => (lines.length === 0 ? [] : [`## ${title}`, ...lines])

/** Rules under the entity they are about; what an endpoint's own line says is not said again. */
function ruleSection(spec: ApiSpec): string[] {
  const told = new Set(spec.endpoints.map((endpoint) => `${endpoint.source.line} ${endpoint.summary}`))
  const rules = spec.rules.filter((rule) => !told.has(`${rule.source.line} ${rule.text}`))
  const lines: string[] = []
  let subject: Rule['entity'] = null
  for (const rule of rules) {
    const about = isAboutSeveral(rule) ? null : rule.entity
    if (about !== subject) lines.push(`### ${about === null ? 'General rules' : `${about} rules`}`)
    subject = about
    lines.push(`- ${rule.text}`)
  }
  return section(heading('rules', spec), lines)
}

/** "Prices cannot be negative": fields of one name, wherever they are. Below one entity it would be about that one only. */
function isAboutSeveral({ effects }: Rule): boolean {
  return new Set(effects.flatMap((effect) => (effect.kind === 'field' ? [effect.entity] : []))).size > 1
}

function seedLine(seed: Seed, spec: ApiSpec): string {
  const table = spec.entities.find((entity) => entity.name === seed.entity)?.table ?? seed.entity
  const values = Object.values(seed.row).map((value) => (typeof value === 'string' ? `'${value}'` : value === null ? 'NULL' : String(value)))
  return `INSERT INTO ${table} (${Object.keys(seed.row).join(', ')}) VALUES (${values.join(', ')});`
}

const LAYOUT = 'the layout of the project'

function stackSections(spec: ApiSpec): string[][] {
  const texts = spec.notFollowed.filter((one) => one.text !== LAYOUT).map((one) => `- ${one.text}`)
  const layout = spec.notFollowed.some((one) => one.text === LAYOUT) ? ['```', '├── src/', '└── test/', '```'] : []
  return [section('Technology Stack', texts), section('Project Structure', layout)]
}
