import type { SizePreset } from '@forge/core'
import type { ApiSpec } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { factsOf } from '../app/app-facts'
import { schemaNames } from '../app/schema-names'
import { mockDataTest } from './check'
import { mockDataScript } from './script'
import { mockTables } from './tables'

/** The script that makes the mock data of a spec, in the numbers of a size, and the test of what it made. The same input gives the same bytes. */
export function emitMockData(spec: ApiSpec, size: SizePreset): ProjectFile[] {
  const facts = factsOf(spec)
  const tables = mockTables(facts, schemaNames(facts), size)
  return [mockDataScript(facts, tables), mockDataTest(facts, tables)]
}
