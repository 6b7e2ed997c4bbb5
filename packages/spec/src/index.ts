export type * from './api-spec'
