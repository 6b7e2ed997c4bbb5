import { type Stats, accessSync, constants, lstatSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { entriesOf } from '../files'
import { isInside } from '../security/real-path'
import { MINIMAL_PATH } from './host-connection'

/** The machine's programs and libraries. Links among them (merged /usr) stay links. */
const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/etc', '/nix/store', '/gnu/store', '/var/lib/ca-certificates']

/** Links of which only the target's place in a store is system. */
const SYSTEM_LINKS = ['/run/current-system']

/** Where administrators' links lead to packages of /opt. */
const LINK_FOLDERS = ['/usr/local/bin', '/usr/local/sbin', '/etc/alternatives']

/** Searched for what is not meant for everybody, as are packages and `visible`; in the other system folders all is public. */
const SEARCHED = ['/etc', '/usr/local/etc']

/** Bytes of memory that each temporary folder may take. */
const TEMPORARY_LIMIT = 1024 ** 3

export interface MachineView {
  /** For bwrap: an empty root with what may be seen of the machine, read-only but for temporary folders. */
  args: string[]
  /** Paths of the host's sockets, wherever they lie. */
  sockets: readonly string[]
  /** Whether a path of the host is to be seen at its place. */
  shows(path: string): boolean
}

export interface MachineViewOptions {
  /** The project: nothing is laid over it. */
  root: string
  /** Folders to show besides the system's. */
  visible: readonly string[]
  /** Folders to hide wherever they lie. */
  hidden: readonly string[]
  /** Whether this bwrap knows --size. */
  canLimit: boolean
}

/**
 * What a sandbox shows of the machine: the system folders and `visible`. What only some users may read is masked, as are the sockets of the host's
 * programs. Home folders and temporary folders are there, empty, and forgotten with the session.
 */
export function machineView({ root, visible, hidden, canLimit }: MachineViewOptions): MachineView {
  const packages = optPackages()
  const system = [...SYSTEM, ...packages].filter((path) => isFolder(path) || isLink(path))
  const more = outermost(visible.map(realPlace)).filter((path) => path !== sep && isFolder(path))
  const isBelow = (path: string, folders: readonly string[]) => folders.some((folder) => isInside(path, folder))
  const shows = (path: string) => isBelow(path, [...system, ...more])
  const links = visible.filter((path) => !shows(path) && isFolder(path))
  const temporary = (path: string) => [...(canLimit ? ['--size', String(TEMPORARY_LIMIT)] : []), '--tmpfs', path]
  const homes = outermost(['/root', '/home', '/tmp', '/var/tmp', '/run', ...[homedir(), tmpdir()].flatMap((path) => [path, realPlace(path)])]).filter(
    (path) => !isInside(path, root) && !holdsSystem(path) && (!shows(path) || isFolder(path)),
  )
  const searched = outermost([...SEARCHED, ...packages, ...more])
  const sockets = hostSockets()
  const masked = [...searched.flatMap(notForEverybody), ...sockets.filter(shows), ...hidden.map(realPlace)]
  return {
    args: [
      ...outermost(system.filter((path) => !isLink(path))).flatMap(readOnly),
      ...[...system, ...SYSTEM_LINKS].filter(isLink).flatMap((path) => ['--symlink', readlinkSync(path), path]),
      ...['--dev', '/dev', ...temporary('/dev/shm'), '--remount-ro', '/dev'],
      // Files of /proc/sys belong to root: a sandbox that root started could write them without a capability, and core_pattern starts programs outside.
      // The list of keys is that of the harness's keyrings.
      ...['--proc', '/proc', ...mask('/proc/keys'), '--remount-ro', '/proc'],
      ...homes.flatMap(temporary),
      ...more.flatMap(readOnly),
      ...links.flatMap((path) => ['--symlink', realPlace(path), path]),
      ...[...new Set(masked)].filter((path) => !isInside(path, root)).flatMap(mask),
    ],
    sockets,
    shows,
  }
}

/** Paths of the unix sockets that programs of the host listen at now. */
function hostSockets(): string[] {
  const lines = readTable('/proc/net/unix').split('\n')
  const paths = new Set(lines.flatMap((line) => / (\/.*)$/.exec(line)?.[1] ?? []))
  return [...paths].filter((path) => factsOf(path)?.isSocket())
}

function readTable(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const readOnly = (path: string) => ['--ro-bind', path, path]

/** Nothing can be read at the path, nor connected to. Of what does not exist there is nothing to mask. */
export function mask(path: string): string[] {
  const facts = factsOf(path)
  if (facts?.isDirectory()) return ['--tmpfs', path, '--remount-ro', path]
  return facts ? ['--ro-bind', '/dev/null', path] : []
}

/** Files and folders below `folder` that this process can read and not everybody may, and sockets. */
function notForEverybody(folder: string): string[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name)
    const facts = entry.isSymbolicLink() ? undefined : factsOf(path)
    if (facts === undefined) return []
    const others = facts.isDirectory() ? 0o005 : 0o004
    if (facts.isSocket()) return [path]
    if ((facts.mode & others) !== others) return canRead(path) ? [path] : []
    return facts.isDirectory() ? notForEverybody(path) : []
  })
}

function optPackages(): string[] {
  const targets = LINK_FOLDERS.filter(isFolder).flatMap((folder) =>
    entriesOf(folder)
      .filter((entry) => entry.isSymbolicLink())
      .map((entry) => realPlace(join(folder, entry.name))),
  )
  return [...new Set(targets.flatMap((target) => /^\/opt\/[^/]+/.exec(target)?.[0] ?? []))]
}

/** Whether it is one of the system folders itself. */
export function isSystem(path: string): boolean {
  return SYSTEM.includes(path)
}

/** A daemon's home may be /, /bin or /dev. */
function holdsSystem(path: string): boolean {
  return isInside(path, '/dev') || isInside(path, '/proc') || [...SYSTEM, ...MINIMAL_PATH.split(':')].some((folder) => isInside(folder, path))
}

/** Without links, where it exists. */
export function realPlace(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function canRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

/** Of the path itself, not of what a link names; undefined as well for what this process may not look at. */
function factsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch {
    return undefined
  }
}

function isFolder(path: string): boolean {
  return factsOf(realPlace(path))?.isDirectory() ?? false
}

export function isLink(path: string): boolean {
  return factsOf(path)?.isSymbolicLink() ?? false
}

function outermost(paths: readonly string[]): string[] {
  const unique = [...new Set(paths)]
  return unique.filter((path) => !unique.some((other) => other !== path && isInside(path, other)))
}
