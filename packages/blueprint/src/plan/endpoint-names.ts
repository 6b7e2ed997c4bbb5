import type { Endpoint } from '@forge/spec'
import { snake } from '../words'
import type { World } from './world'

/** A name for every endpoint, each once: that of its usual case, and prefix of the others, for example `create_task` or `list_task_tags`. */
export function endpointNames(world: World): Map<Endpoint, string> {
  const names = new Map<Endpoint, string>()
  const taken = new Set<string>()
  for (const endpoint of world.spec.endpoints) {
    const name = unusedName(nameOf(world, endpoint), taken, endpoint.method.toLowerCase())
    taken.add(name)
    names.set(endpoint, name)
  }
  return names
}

/** `name`, or with `_suffix`, or with the first free number behind it. */
export function unusedName(name: string, taken: ReadonlySet<string>, suffix?: string): string {
  if (!taken.has(name)) return name
  const base = suffix === undefined ? name : `${name}_${suffix}`
  let candidate = base
  for (let number = 2; taken.has(candidate); number += 1) candidate = `${base}_${number}`
  return candidate
}

function nameOf(world: World, endpoint: Endpoint): string {
  const { entity, parent, operation } = endpoint
  if (operation === 'health') return 'health'
  if (
    entity === null ||
    operation === 'custom' ||
    operation === 'stats' ||
    operation === 'report' ||
    (operation === 'bulk' && endpoint.sets !== undefined)
  )
    return fromPath(world, endpoint)
  const one = snake(entity)
  const many = world.entity(entity).table
  const owner = parent === undefined ? '' : `${snake(parent.entity)}_`
  switch (operation) {
    case 'nested-list':
      return endpoint.path.endsWith('}') ? `list_${many}_by_${snake(parent!.entity)}` : `list_${owner}${many}`
    case 'link-list':
      return endpoint.parent?.ends === undefined ? `list_${owner}${many}` : `list_${owner}${snake(segments(endpoint.path).at(-1)!)}`
    case 'create':
    case 'nested-create':
      return `create_${owner}${one}`
    case 'tree':
      return endpoint.param === undefined ? `get_${one}_tree` : `get_tree_of_${one}`
    case 'ancestors':
    case 'descendants':
      return `list_${one}_${operation}`
    case 'link-add':
      return `${endpoint.replaces ? 'replace' : 'add'}_${owner}${many}`
    case 'link-remove':
      return `remove_${owner}${one}`
    case 'bulk':
      return `bulk_${endpoint.bulk?.effect ?? endpoint.method.toLowerCase()}_${many}`
    case 'mark':
    case 'unmark':
      return markName(endpoint, one)
    case 'list':
      return listName(endpoint, many)
    case 'get':
      return endpoint.lookup !== undefined && /\/by-\w+\/\{\w+\}$/.test(endpoint.path) ? `get_${one}_by_${snake(endpoint.lookup)}` : `get_${one}`
    case 'update':
      return endpoint.own !== undefined && endpoint.param === undefined ? `update_current_${one}` : `update_${one}`
    case 'me':
      return `get_current_${one}`
    case 'single-get':
      return `get_own_${one}`
    case 'single-update':
      return `update_own_${one}`
    case 'adjust':
      return `${snake(segments(endpoint.path).at(-1) ?? 'adjust')}_${one}`
    case 'action':
      return actionName(endpoint, one)
    default:
      return `${operation}_${one}`
  }
}

/** `/tasks/overdue` → `list_overdue_tasks`, `/tasks/by-status/{status}` → `list_tasks_by_status`, `/tasks/search` → `search_tasks`. */
function listName(endpoint: Endpoint, many: string): string {
  const last = snake(segments(endpoint.path).at(-1)!)
  if (endpoint.followed !== undefined) return `list_${many}_of_followed`
  if (endpoint.matches !== undefined) return `list_${many}_by_${snake(endpoint.matches.field)}`
  if (last === 'search') return `search_${many}`
  const own = endpoint.own === undefined ? '' : 'own_'
  return `list_${own}${[endpoint.where, endpoint.when, endpoint.ranked, endpoint.free].every((part) => part === undefined) ? '' : `${last}_`}${many}`
}

/** `/tasks/{id}/status` → `update_task_status`, `/tasks/{id}/complete` → `complete_task`. */
function actionName(endpoint: Endpoint, one: string): string {
  const last = snake(segments(endpoint.path).at(-1) ?? 'change')
  return (endpoint.body ?? []).some((field) => snake(field) === last) ? `update_${one}_${last}` : `${last}_${one}`
}

/** `POST /posts/{id}/like` → `like_post`, `DELETE` → `unlike_post`. */
function markName(endpoint: Endpoint, one: string): string {
  const last = snake(segments(endpoint.path).at(-1) ?? 'mark')
  return endpoint.operation === 'unmark' && endpoint.method === 'DELETE' ? `un${last}_${one}` : `${last}_${one}`
}

function fromPath(world: World, { method, path }: Endpoint): string {
  const { basePath } = world.spec
  const own = basePath !== '' && path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path
  return [method.toLowerCase(), ...segments(own).map(snake)].join('_')
}

const segments = (path: string): string[] => path.split('/').filter((part) => part !== '' && !part.startsWith('{'))
