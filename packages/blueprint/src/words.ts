import type { Entity } from '@forge/spec'

/** `TaskTag` → `task_tag`. */
export function snake(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase()
}

/** One row of an entity in prose: `TaskTag` → `task tag`. */
export function words(entity: Pick<Entity, 'name'>): string {
  return snake(entity.name).replace(/_/g, ' ')
}

/** With the first letter large. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
