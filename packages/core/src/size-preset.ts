/** How much to build and to test; the seed's size files, typed. */
export interface SizePreset {
  name: string
  /** Test cases in all; a specification too small for it stays below. */
  minTests: number
  /** Each stated endpoint has at least one case, even above it. */
  maxTests: number
  /** For templates that choose endpoints by themselves; those that a specification states are all built. */
  minEndpoints: number
  maxEndpoints: number
  testsPerEndpoint: [min: number, max: number]
  /** Rows. */
  mockData: { users: number; mainEntity: number; secondaryEntities: number }
}
