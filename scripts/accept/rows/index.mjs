import { row as badInput } from './bad-input.mjs'
import { row as cost } from './cost.mjs'
import { row as deploy } from './deploy.mjs'
import { row as determinism } from './determinism.mjs'
import { row as document } from './document.mjs'
import { row as endpoints } from './endpoints.mjs'
import { row as honesty } from './honesty.mjs'
import { row as abuse } from './http-abuse.mjs'
import { row as changes } from './http-changes.mjs'
import { row as errorShape } from './http-errors.mjs'
import { row as filters } from './http-filters.mjs'
import { row as fuzz } from './http-fuzz.mjs'
import { row as headers } from './http-headers.mjs'
import { row as paging } from './http-paging.mjs'
import { row as races } from './http-races.mjs'
import { row as speed } from './http-speed.mjs'
import { row as statusCodes } from './http-status.mjs'
import { row as identities } from './jwt.mjs'
import { row as lint } from './lint.mjs'
import { row as made } from './made.mjs'
import { row as migrations } from './migrations.mjs'
import { row as mockData } from './mock-data.mjs'
import { row as mutation } from './mutation.mjs'
import { row as setup } from './setup.mjs'
import { row as start } from './start.mjs'
import { row as tests } from './tests.mjs'
import { row as told } from './told.mjs'
import { row as typescript } from './typescript.mjs'

/** In the order of the table: by their numbers. Those that are checked once for all come last. */
export const rows = [
  made,
  setup,
  start,
  endpoints,
  document,
  statusCodes,
  errorShape,
  paging,
  filters,
  changes,
  identities,
  headers,
  migrations,
  tests,
  mutation,
  lint,
  fuzz,
  abuse,
  races,
  speed,
  mockData,
  typescript,
  told,
  deploy,
  honesty,
  determinism,
  cost,
  badInput,
]
