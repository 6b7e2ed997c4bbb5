/** How much to build and to test; the seed's size files, typed. */
export interface SizePreset {
  name: string
  minTests: number
  maxTests: number
  minEndpoints: number
  maxEndpoints: number
  testsPerEndpoint: [min: number, max: number]
  mockData: { users: number; mainEntity: number; secondaryEntities: number }
}
