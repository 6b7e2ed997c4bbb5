export { builtBy } from './plan/built'
export { blueprint } from './provider'
