export { blueprint } from './provider'
