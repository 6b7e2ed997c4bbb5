import type { ProjectFile } from '@forge/templates'
import { article } from '../../plan/common'
import { capitalized } from '../../words'
import { type DocumentFacts, limitsOf, plural, type Resource } from './facts'
import { bullets, code, page, plain, value } from './markdown'

/** `docs/FIGMA_MAKE_PROMPT.md`: a prompt in gated phases for a tool that makes front ends. */
export function figmaPromptFile(facts: DocumentFacts): ProjectFile {
  const { spec, resources } = facts
  const content = page(
    `# Prompt: a front end for ${plain(spec.title)}`,
    [
      'For Figma Make, and for any tool like it. Attach the folder `frontend/src/api`, `docs/APP_OVERVIEW.md`, `docs/FRONTEND_HANDOFF.md` and',
      '`guidelines/Guidelines.md`, then paste what follows the line.',
    ],
    '---',
    [
      `Build the front end of ${plain(spec.title)}. The backend exists and does not change: use only the endpoints, fields and enumerations of the attached files.`,
      'Do not invent a backend, a database, an endpoint or a field. The preview cannot reach localhost, so `USE_MOCK_DATA` in `frontend/src/api/mock.ts` stays on.',
      'Work in four phases. **Stop after each and wait for my approval.**',
    ],
    '## What there is',
    bullets(resources.map(resourceLine)),
    '## Phase 1: review',
    bullets([
      'Read the attached files. Say in your own words what the application does and for whom.',
      'List resources, relations, roles and rules, and every enumeration with its values.',
      'Name what is unclear or missing. Write no code.',
    ]),
    'Stop. Wait for approval.',
    '## Phase 2: ideas',
    bullets([
      'Propose features that need nothing but the existing endpoints. For each: who gains, which functions of the client it calls, how much work it is.',
      ...ideas(facts),
      'Sort them into must, should and could, along the priorities of `docs/APP_OVERVIEW.md`.',
    ]),
    'Stop. Wait for approval.',
    '## Phase 3: architecture',
    bullets([
      'Screens and routes, with the role that may see each.',
      'Components, and which of them hold state. Where each screen gets its data: the function of `frontend/src/api/sdk.gen.ts`.',
      'How loading, empty lists, errors and missing permissions look.',
    ]),
    'Stop. Wait for approval.',
    '## Phase 4: build, one screen at a time',
    bullets([
      'First a page "Playground": every component in every state, with mock data.',
      `Then the screens for ${plain(firstScreens(facts))}; then the others in the order of their priority.`,
      'After each screen: show it, say what works and what does not, and wait.',
    ]),
    '## Before you call a screen done',
    [
      '- [ ] Types come from `frontend/src/api/types.gen.ts`; none is written by hand, none is `any`',
      '- [ ] It shows loading, nothing found, and an error with the message of the API',
      '- [ ] Forms check what the API checks, and show its errors at their fields',
      '- [ ] Keyboard, focus, labels and contrast hold up to WCAG 2.2 AA; it works at 360 px and at 1200 px',
      '- [ ] It works with `USE_MOCK_DATA` on and off, with no other change',
    ],
  )
  return { path: 'docs/FIGMA_MAKE_PROMPT.md', content }
}

function resourceLine({ entity, isMain }: Resource): string {
  const enums = entity.fields.filter((field) => field.type === 'enum')
  const references = entity.fields.flatMap(({ name, reference }) => (reference ? [`${code(name)} (${article({ name: reference.entity })})`] : []))
  const required = entity.fields.filter((field) => field.required && !field.readOnly && !field.reference).map(({ name }) => code(name))
  return [
    `**${capitalized(plural(entity))}**${isMain ? ', what most of it is about' : ''}`,
    ...(required.length > 0 ? [`needs ${required.join(', ')}`] : []),
    ...(references.length > 0 ? [`refers to ${references.join(', ')}`] : []),
    ...enums.map(({ name, values }) => `${code(name)} is one of ${(values ?? []).map(value).join(', ')}`),
  ].join('; ')
}

/** Ideas in the fields that there are. */
function ideas({ resources, spec }: DocumentFacts): string[] {
  const others = resources.filter(({ entity }) => entity.name !== spec.auth.userEntity)
  const found = others
    .sort((a, b) => Number(b.isMain) - Number(a.isMain))
    .flatMap(({ entity, routes }) => {
      const listed = routes.some(({ route }) => route.endpoint.operation === 'list')
      const state = entity.fields.find((field) => field.type === 'enum' && !field.list)
      const moment = entity.fields.find((field) => ['date', 'datetime'].includes(field.type) && field.auto === undefined && !field.readOnly)
      const amount = entity.fields.find((field) => ['decimal', 'float'].includes(field.type))
      const limited = entity.fields.find((field) => limitsOf(field).includes('characters') && field.maxLength !== undefined)
      if (!listed) return []
      return [
        ...(state ? [`a board of ${plural(entity)}, one column for each ${code(state.name)}`] : []),
        ...(moment ? [`a calendar of ${plural(entity)} by ${code(moment.name)}`] : []),
        ...(amount ? [`sums and a chart of ${code(amount.name)} over ${plural(entity)}`] : []),
        ...(limited ? [`a counter for the ${limited.maxLength} characters of ${code(limited.name)}`] : []),
      ]
    })
  return found.length === 0 ? [] : [`For a start: ${found.slice(0, 5).join('; ')}.`]
}

function firstScreens({ resources }: DocumentFacts): string {
  return (
    resources
      .filter(({ isMain }) => isMain)
      .map(({ entity }) => plural(entity))
      .join(' and ') || 'the first resource'
  )
}
