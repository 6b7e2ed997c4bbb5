import type { Endpoint, Operation } from '../api-spec'

export type Shape = Pick<Endpoint, 'operation' | 'entity'> & Partial<Endpoint>

export const isParam = (segment: string | undefined): boolean => segment !== undefined && /^\{\w+\}$/.test(segment)

export const paramName = (segment: string): string => segment.slice(1, -1)

export function unsupported(operation: Operation, entity: string | null, reason: string): Shape {
  return { operation, entity, unsupported: reason }
}
