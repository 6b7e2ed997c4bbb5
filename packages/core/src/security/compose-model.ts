import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { literal } from './argument'
import type { CommandScope } from './command-rule'
import { foldedName, realPathOf } from './real-path'
import { refuse } from './refusal'

const PLAIN_KEYS = new Set(
  'annotations attach blkio_config cap_drop command container_name cpu_count cpu_percent cpu_period cpu_quota cpu_shares cpus cpuset depends_on dns dns_opt dns_search domainname entrypoint environment expose extra_hosts group_add healthcheck hostname image init isolation labels links mac_address mem_limit mem_reservation mem_swappiness memswap_limit networks oom_kill_disable oom_score_adj pids_limit platform ports profiles pull_policy pull_refresh_after read_only restart scale shm_size stdin_open stop_grace_period stop_signal tmpfs tty ulimits user working_dir'.split(
    ' ',
  ),
)
const BUILD_KEYS = new Set('args dockerfile_inline labels no_cache platforms pull shm_size tags target ulimits'.split(' '))
const VOLUME_NAME = /^[a-zA-Z0-9][\w.-]*$/
const OWN_NETWORK = /^(?!host$)[\w.-]+$/
const MAX_NAMED = 200

type Check = (value: unknown, place: Place) => void

/** Where a compose file stands, and what it leads to. */
interface Place {
  file: string
  folders: readonly string[]
  scope: CommandScope
  /** Other compose files that this one takes in. */
  more: string[]
}

/**
 * Judges a parsed compose file by lists of what is known to be harmless.
 * @param folders Every folder that its relative paths may count from.
 * @returns The other compose files that it takes in.
 * @throws {RefusalError} for what reaches the host, or is not known.
 */
export function judgeComposeModel(model: unknown, file: string, folders: readonly string[], scope: CommandScope): readonly string[] {
  const place: Place = { file, folders, scope, more: [] }
  if (model !== null && model !== undefined) eachEntry(model, place, TOP_LEVEL)
  return place.more
}

const free: Check = () => undefined
const each =
  (check: Check): Check =>
  (value, place) => {
    const items = Array.isArray(value) ? value : value === null || value === undefined ? [] : [value]
    for (const item of items.length > MAX_NAMED ? unknownForm('a long list', place) : items) check(item, place)
  }
/** A map from names to definitions. */
const named =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value, place) => {
    for (const [name, entry] of Object.entries(mapOf(value, place))) {
      except(OWN_NETWORK, 'the network of the host')(name, place)
      eachEntry(entry, place, checks)
    }
  }
const none =
  (what: string): Check =>
  (value) => {
    const isEmpty = value === null || value === false || (Array.isArray(value) && value.length === 0)
    if (!isEmpty) refuse('docker.host', `the compose file asks for ${what}.`, `Remove ${what} from the compose file.`)
  }
const except =
  (allowed: RegExp, what: string): Check =>
  (value) => {
    if (value !== null && !(typeof value === 'string' && allowed.test(value)))
      refuse('docker.host', `the compose file asks for ${what}.`, `Remove ${what} from the compose file.`)
  }

/** A file or folder of the project that a container may come to write. */
const path: Check = (value, place) => {
  if (typeof value !== 'string' || value === '') return unknownForm('a path', place)
  if (/[$~]/.test(value))
    refuse('docker.path', `the path ${value} in the compose file is known only when it runs.`, 'Write a path inside the project.')
  if (/:|^github\.com\//.test(value)) refuse('docker.path', `${value} in the compose file is an address.`, 'Use a path inside the project.')
  for (const folder of place.folders) {
    const absolute = resolve(folder, value)
    if (place.scope.writable(literal(absolute)))
      refuse('docker.path', `the compose file uses ${value}, which is not open to the project.`, 'Use a named volume, or a path inside the project.')
  }
  return undefined
}

/** `path`, or a map that has it under one of its keys. */
const pathOrMap =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value, place) =>
    typeof value === 'string' ? path(value, place) : eachEntry(value, place, checks)

/** `source:target:mode`, a target alone, or a map. */
const volume: Check = (value, place) => {
  if (typeof value !== 'string') {
    const { type, read_only: readOnly } = mapOf(value, place)
    return eachEntry(value, place, {
      type: except(/^(?:volume|bind|tmpfs)$/, `a mount of type ${String(type)}`),
      source: (source) => mountSource(source, place, type !== 'bind', readOnly === true),
      target: free,
      read_only: free,
      volume: (options) => eachEntry(options, place, { nocopy: free }),
      bind: (options) => eachEntry(options, place, { create_host_path: free, selinux: free }),
      tmpfs: free,
      consistency: free,
    })
  }
  if (value.includes('$')) refuse('docker.path', `the volume ${value} is known only when it runs.`, 'Write it out, without variables.')
  const [source, target, modes = ''] = value.split(':')
  const isReadOnly = modes.split(',').includes('ro') && !modes.split(',').includes('rw')
  return target === undefined ? undefined : mountSource(source, place, true, isReadOnly)
}

/** Git runs what its hooks and settings say, and the harness trusts its own files: no container may write them. */
function mountSource(source: unknown, place: Place, mayBeName: boolean, isReadOnly: boolean): void {
  if (mayBeName && typeof source === 'string' && VOLUME_NAME.test(source)) return
  path(source, place)
  if (isReadOnly) return
  for (const folder of place.folders) {
    if (holdsState(resolve(folder, String(source)), place.scope))
      refuse(
        'docker.mount',
        `the volume ${String(source)} in the compose file would let a container write git's or the harness's own files.`,
        'Mount the folder that it needs (./app:/app/app), or add :ro (read_only: true).',
      )
  }
}

function holdsState(path: string, { projectDir }: CommandScope): boolean {
  const found = realPathOf(path)
  const folder = 'problem' in found ? path : found.realPath
  return folder === projectDir || foldedName(folder.slice(projectDir.length + 1)) === 'logs' || existsSync(join(folder, '.git'))
}

/** Another compose file, or files. */
const composeFiles = each((value, place) => {
  path(value, place)
  for (const folder of place.folders) place.more.push(resolve(folder, String(value)))
})

/** Of several files the paths in all of them count from the folder of the first. */
const oneComposeFile: Check = (value, place) =>
  Array.isArray(value) && value.length !== 1 ? unknownForm('several files in one include', place) : composeFiles(value, place)

const BUILD: Readonly<Record<string, Check>> = {
  ...Object.fromEntries([...BUILD_KEYS].map((key) => [key, free])),
  context: path,
  cache_from: each(except(/^[\w./:-]+$/, 'a cache that is no image')),
  dockerfile: path,
  network: except(/^(?:default|none)$/, 'a network of the host while building'),
  secrets: free,
}

const SERVICE: Readonly<Record<string, Check>> = {
  ...Object.fromEntries([...PLAIN_KEYS].map((key) => [key, free])),
  build: pathOrMap(BUILD),
  volumes: each(volume),
  env_file: each(pathOrMap({ path, required: free, format: free })),
  label_file: each(path),
  /** Those of the service are names of those of the file. */
  secrets: free,
  configs: free,
  extends: (value, place) => (typeof value === 'string' ? undefined : eachEntry(value, place, { service: free, file: composeFiles })),
  network_mode: except(/^(?:bridge|none|default|service:[\w.-]+)$/, 'the network of the host or of another container'),
  logging: (value, place) => eachEntry(value, place, { driver: except(/^(?:json-file|local|none)$/, 'another logging driver'), options: free }),
  pid: except(/^service:[\w.-]+$/, 'the processes of the host'),
  ipc: except(/^(?:private|shareable|none|service:[\w.-]+)$/, 'the memory of the host'),
  uts: none('the host name of the host'),
  userns_mode: none('the users of the host'),
  cgroup: except(/^private$/, 'the control groups of the host'),
  privileged: none('privileged mode'),
  cap_add: none('capabilities'),
  devices: none('devices'),
  gpus: none('devices'),
  security_opt: each(except(/^no-new-privileges(?:[:=]true)?$/, 'other security options')),
  deploy: (value, place) =>
    eachEntry(value, place, {
      ...Object.fromEntries(
        'endpoint_mode labels mode placement replicas restart_policy rollback_config update_config'.split(' ').map((key) => [key, free]),
      ),
      resources: (resources) => {
        for (const kind of Object.values(mapOf(resources, place))) none('devices')(mapOf(kind, place).devices ?? null, place)
      },
    }),
  develop: (value, place) =>
    eachEntry(value, place, { watch: each((rule) => eachEntry(rule, place, { path, action: free, target: free, ignore: free, include: free })) }),
}

const STORED = { file: path, content: free, environment: free, external: free, name: free }

const TOP_LEVEL: Readonly<Record<string, Check>> = {
  version: free,
  name: free,
  services: named(SERVICE),
  volumes: named({
    name: free,
    external: none('a volume of somebody else'),
    labels: free,
    driver: except(/^local$/, 'another volume driver'),
    driver_opts: none('options of the volume driver'),
  }),
  networks: named({
    name: except(OWN_NETWORK, 'the network of the host'),
    external: free,
    labels: free,
    internal: free,
    attachable: free,
    ipam: free,
    enable_ipv6: free,
    enable_ipv4: free,
    driver: except(/^bridge$/, 'another network driver'),
  }),
  secrets: named(STORED),
  configs: named(STORED),
  include: each((value, place) =>
    typeof value === 'string' ? composeFiles(value, place) : eachEntry(value, place, { path: oneComposeFile, env_file: each(path) }),
  ),
}

function eachEntry(value: unknown, place: Place, checks: Readonly<Record<string, Check>>): void {
  for (const [key, entry] of Object.entries(mapOf(value, place))) {
    if (key.startsWith('x-')) continue
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined
    if (!check) refuse('docker.key', `the compose file uses ${key}, which is not known to be harmless.`, `Remove ${key} from ${place.file}.`)
    check(entry, place)
  }
}

function mapOf(value: unknown, place: Place): Record<string, unknown> {
  if (value === null || value === undefined) return {}
  if (typeof value !== 'object' || Array.isArray(value)) return unknownForm('a list or text where a map is expected', place)
  if (Object.keys(value).length > MAX_NAMED) return unknownForm('a long map', place)
  return value as Record<string, unknown>
}

function unknownForm(what: string, { file }: Place): never {
  return refuse('docker.file', `${file} has ${what} in a form that is not understood.`, 'Write a plain compose file.')
}
