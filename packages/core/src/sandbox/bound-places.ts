import { sep } from 'node:path'
import { isInside } from '../security/real-path'

interface Mount {
  place: string
  /** Device and path within its file system. */
  what: string
  /** Made for the sandbox: holds nothing of the host's. */
  isNew: boolean
}

const KERNEL_TYPES = ['proc', 'devpts', 'devtmpfs', 'mqueue', 'sysfs']

/**
 * The first place of a sandbox that shows something else than it should. bwrap goes to every place by its name, and a session that works in the same
 * project at that moment may have put a link there.
 * @param inside,outside /proc/self/mountinfo of both
 * @param bound what was to be bound: its place inside, and its path outside, without links
 */
export function wrongPlace(inside: string, outside: string, bound: ReadonlyMap<string, string>): string | undefined {
  const host = mountsOf(outside)
  return mountsOf(inside).find((mount) => {
    const possible = whatMayBeAt(sourceOf(mount.place, bound), host)
    return !mount.isNew && possible.length > 0 && !possible.includes(mount.what)
  })?.place
}

function mountsOf(table: string): Mount[] {
  return table
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [, , device = '', root = '', place = ''] = line.split(' ').map(unescaped)
      const type = / - (\S+)/.exec(line)?.[1] ?? ''
      const isNew = KERNEL_TYPES.includes(type) || (type === 'tmpfs' && (root === sep || root === '/newroot'))
      return { place, what: `${device} ${root}`, isNew }
    })
}

const unescaped = (field: string) => field.replace(/\\([0-7]{3})/g, (_sign, code: string) => String.fromCharCode(Number.parseInt(code, 8)))

/** By the innermost place that was bound and holds it; else the same place outside. */
function sourceOf(place: string, bound: ReadonlyMap<string, string>): string {
  const [holder] = [...bound.keys()].filter((each) => isInside(place, each)).sort((a, b) => b.length - a.length)
  return holder === undefined ? place : below(bound.get(holder) ?? '', place.slice(holder.length))
}

/** By every mount that holds it, since some lie over others. Nothing in a root of its own (chroot), whose mount is not listed. */
function whatMayBeAt(path: string, mounts: readonly Mount[]): string[] {
  return mounts.filter(({ place }) => isInside(path, place)).map(({ place, what }) => below(what, path.slice(place === sep ? 0 : place.length)))
}

const below = (folder: string, rest: string) => (rest === '' || rest === sep ? folder : folder.replace(/\/$/, '') + rest)
