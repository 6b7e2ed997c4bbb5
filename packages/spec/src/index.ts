export type * from './api-spec'
export type { InvalidSample, JsonValue, SampleOptions } from './samples'
export { invalidSamples, sampleValue } from './samples'
