import { type ApiSpec, envelopeName } from '@forge/spec'

/** What counts as right where APIs may differ: the usual conventions, and those of the project's own specification beside them. */
export interface Conventions {
  /** Undefined when there is no specification. */
  spec: ApiSpec | undefined
  /** Members of an error, one list for each accepted shape. */
  errors: string[][]
  /** Members of a page, one list for each accepted envelope. */
  envelopes: string[][]
  /** Parameters that say how long a page is. */
  sizes: string[]
  /** Statuses of answers to invalid input. */
  validation: string[]
}

/** RFC 9457. */
export const PROBLEM = ['type', 'title', 'status', 'detail']

/** The conventions to judge by. */
export function conventionsOf(spec: ApiSpec | undefined): Conventions {
  const usual: Conventions = {
    spec,
    errors: [['code', 'message'], PROBLEM],
    envelopes: [
      ['items', 'total', 'page', 'page_size', 'total_pages'],
      ['items', 'total', 'limit', 'offset', 'count'],
    ],
    sizes: ['limit', 'page_size', 'per_page', 'pageSize', 'perPage', 'size'],
    validation: ['422', '400'],
  }
  if (spec === undefined) return usual
  const { errors, paging, statusCodes } = spec
  const size = paging.params === null ? [] : ['page' in paging.params ? paging.params.size : paging.params.limit]
  return {
    ...usual,
    errors: errors.fields.length === 0 ? usual.errors : [...usual.errors, errors.fields.map(({ name }) => name)],
    envelopes: paging.envelope.length === 0 ? usual.envelopes : [...usual.envelopes, paging.envelope.map((member) => envelopeName(paging, member))],
    sizes: [...usual.sizes, ...size],
    validation: [...new Set([String(statusCodes.validation), ...usual.validation])],
  }
}
