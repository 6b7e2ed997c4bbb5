import type { ProjectFile } from '@forge/templates'
import { capitalized } from '../../words'
import { type DocumentFacts, openPart, plural, singular } from './facts'
import { bullets, code, page, plain, table } from './markdown'
import { permissions, roles } from './permissions'
import { priorities } from './priorities'
import { screens } from './screens'
import { workflows } from './workflows'

/** `docs/APP_OVERVIEW.md`: what the application is for, for people who build on it. */
export function overviewFile(facts: DocumentFacts): ProjectFile {
  const { spec, resources } = facts
  const content = page(
    `# ${plain(spec.title)}: overview`,
    plain(spec.description) || `The REST API of ${plain(spec.title)}.`,
    'What the API takes and answers stands in [FRONTEND_HANDOFF.md](FRONTEND_HANDOFF.md).',
    '## Roles and permissions',
    roles(facts),
    permissions(facts),
    '## Resources',
    table(
      ['Resource', 'Belongs to', 'Endpoints', 'Mock data'],
      resources.map(({ entity, routes }) => [
        capitalized(plural(entity)),
        [...new Set(entity.fields.flatMap(({ reference }) => (reference ? [singular({ name: reference.entity })] : [])))].join(', '),
        String(routes.length),
        code(`docs/mock-data/${entity.table}.json`),
      ]),
    ),
    '## Rules',
    bullets(spec.rules.map((rule) => `${plain(rule.text)}${openPart(rule)}`)),
    spec.rules.length === 0 && 'The specification states none beyond the types of the fields.',
    '## Workflows',
    workflows(facts),
    '## Screens',
    ...screens(facts),
    '## Priorities',
    priorities(facts),
  )
  return { path: 'docs/APP_OVERVIEW.md', content }
}
