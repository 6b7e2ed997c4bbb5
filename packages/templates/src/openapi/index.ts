export { checkOpenApi, type OpenApiReport } from './check'
export type { OpenApiFinding } from './finding'
