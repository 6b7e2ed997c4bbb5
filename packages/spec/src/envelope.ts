import type { PagingConvention } from './api-spec'

/** What the answers call a member of the envelope of pages. */
export const envelopeName = (paging: PagingConvention, member: PagingConvention['envelope'][number]): string => paging.names?.[member] ?? member
