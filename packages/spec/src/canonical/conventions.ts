import type { ApiSpec, ErrorConvention } from '../api-spec'
import { envelopeName } from '../envelope'
import { heading } from './headings'

/** Identity, roles, errors and paging, each under its heading. */
export function conventionSections(spec: ApiSpec): string[][] {
  return [
    [`## ${heading('auth', spec)}`, ...identity(spec)],
    roleSection(spec),
    errors(spec).length === 0 ? [] : [`## ${heading('errors', spec)}`, ...errors(spec)],
    [`## ${heading('pagination', spec)}`, ...paging(spec)],
  ]
}

const hasRoleField = (spec: ApiSpec): boolean =>
  spec.entities
    .find((one) => one.name === spec.auth.userEntity)
    ?.fields.some((field) => /^(?:user_?)?role$/i.test(field.name) && field.type === 'enum') === true

function identity({ auth }: ApiSpec): string[] {
  if (auth.kind === 'none') return ['No authentication.']
  const who = auth.kind === 'bearer' ? 'Authorization: Bearer token' : `Header ${auth.header} names the caller${auth.required ? ', required' : ''}`
  return [`- ${who}`, `- Mock user: ${JSON.stringify(auth.mockUser)}`]
}

const SAMPLES: Record<ErrorConvention['fields'][number]['meaning'], (lower: boolean) => unknown> = {
  message: () => 'What happened',
  code: (lower) => (lower ? 'validation_error' : 'VALIDATION_ERROR'),
  'field-errors': () => [],
  details: () => ({}),
  'request-id': () => 'b7f1',
  status: () => 422,
}

function errors({ errors: convention, statusCodes }: ApiSpec): string[] {
  const sample = Object.fromEntries(convention.fields.map((field) => [field.name, SAMPLES[field.meaning](convention.codeCase === 'lower')]))
  return [
    ...(convention.format === 'problem' ? [] : ['```json', JSON.stringify(sample, null, 2), '```']),
    ...(statusCodes.validation === 400 ? ['- 400: invalid input'] : []),
    ...(statusCodes.otherOwner === 403 ? ['- 403: the row belongs to another user'] : []),
  ]
}

function paging({ paging: convention }: ApiSpec): string[] {
  if (convention.params === null) return ['- No pagination: lists are bare arrays']
  const [first, size] = Object.values(convention.params)
  const sample = Object.fromEntries(convention.envelope.map((member) => [envelopeName(convention, member), member === 'items' ? [] : 1]))
  return [
    `- ${first}: position`,
    `- ${size}: default ${convention.defaultSize}, max ${convention.maxSize}`,
    ...(convention.envelope.length === 0 ? [] : ['```json', JSON.stringify(sample, null, 2), '```']),
  ]
}

function roleSection(spec: ApiSpec): string[] {
  const { roles, roleTexts } = spec
  if (roles.length === 0 || (hasRoleField(spec) && Object.keys(roleTexts).length === 0)) return []
  return [`## ${heading('roles', spec)}`, ...roles.map((role) => `- ${role}${roleTexts[role] === undefined ? '' : `: ${roleTexts[role]}`}`)]
}
