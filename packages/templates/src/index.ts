export { type FastapiOptions, fastapi } from './fastapi/template'
export { endpointKey, requirementsOf, ruleKey, ruleRequest } from './requirements'
export { loadSize, type SizeName, sizes } from './sizes'
