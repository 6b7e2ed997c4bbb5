import { entriesOf, isObject, listOf, type OpenApiDocument, pointerOf, valueAt } from '../document'
import type { Conventions } from '../conventions'
import { type Fault, faults } from '../finding'

const open = faults(
  'error',
  'A client cannot know how to identify its user.',
  'Declare it in components.securitySchemes, for example {"type": "http", "scheme": "bearer"}; for an open API write "security": [] at the top.',
)
const unusual = faults(
  'warning',
  'Clients expect Authorization: Bearer, or the header that the specification names.',
  'Declare {"type": "http", "scheme": "bearer"}.',
)
const unknown = faults('error', 'The requirement has no meaning without the scheme.', 'Declare the scheme in components.securitySchemes.')
const idle = faults(
  'warning',
  'The document says that nobody needs to identify themselves.',
  'Put "security" on the operations that refuse strangers, or at the top of the document.',
)

/** It is said how callers identify themselves, in a usual way, and where. */
export function securitySchemes(document: OpenApiDocument, { spec }: Conventions): Fault[] {
  const { root, operations } = document
  const schemes = entriesOf(valueAt(root, '/components/securitySchemes'))
  if (schemes.length === 0) {
    const declaredOpen = spec?.auth.kind === 'none' || (Array.isArray(root['security']) && root['security'].length === 0)
    return declaredOpen ? [] : [open('/components', 'No security scheme is defined.')]
  }
  const required = [
    { security: root['security'], pointer: '' },
    ...operations.map(({ value, pointer }) => ({ security: value['security'], pointer })),
  ]
  const names = required.flatMap(({ security, pointer }) =>
    listOf(security).flatMap((each, index) => entriesOf(each).map(([name]) => ({ name, pointer: `${pointer}/security/${index}` }))),
  )
  const missing = names.filter(({ name }) => !schemes.some(([scheme]) => scheme === name))
  return [
    ...(schemes.some(([, scheme]) => isUsual(scheme, spec?.auth.header))
      ? []
      : [unusual('/components/securitySchemes', 'No scheme is HTTP bearer.')]),
    ...missing.map(({ name, pointer }) => unknown(pointer, `There is no security scheme ${name}.`)),
    ...(names.length === 0 ? [idle('', 'No operation requires any of the security schemes.')] : []),
  ]
}

function isUsual(scheme: unknown, header: string | undefined): boolean {
  if (!isObject(scheme)) return false
  if (scheme['type'] === 'apiKey') return scheme['in'] === 'header' && String(scheme['name']).toLowerCase() === header?.toLowerCase()
  return (
    scheme['type'] === 'oauth2' ||
    scheme['type'] === 'openIdConnect' ||
    (scheme['type'] === 'http' && String(scheme['scheme']).toLowerCase() === 'bearer')
  )
}

const nowhere = faults('error', 'A client cannot know where the API is.', 'Declare "servers", in FastAPI with FastAPI(servers=[…]).')
const single = faults(
  'warning',
  'Clients are built for more than one: development and production at least.',
  'Declare two servers or more, each with a description.',
)

/** It is said where the API is. */
export function servers({ root }: OpenApiDocument): Fault[] {
  const all = listOf(root['servers']).filter((each) => isObject(each) && typeof each['url'] === 'string' && each['url'] !== '')
  if (all.length === 0) return [nowhere(pointerOf('servers'), 'There is no server.')]
  return all.length === 1 ? [single('/servers', 'There is only one server.')] : []
}
