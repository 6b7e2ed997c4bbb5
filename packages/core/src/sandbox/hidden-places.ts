import { isAbsolute } from 'node:path'
import { ForgeError } from '../errors'
import { isInside } from '../security/real-path'
import { mask, realPlace } from './visible-paths'

/** @throws ForgeError CONFIG_INVALID for a path that would depend on where the harness was started */
export function requireAbsolute(option: string, paths: readonly string[]): void {
  const relative = paths.find((path) => !isAbsolute(path))
  if (relative === undefined) return
  throw new ForgeError('CONFIG_INVALID', `${option} of bubblewrap() names ${JSON.stringify(relative)}, which is not an absolute path`, {
    remedy: 'Give absolute paths, for example by path.resolve().',
  })
}

/**
 * Masks what is to be hidden in folders that a session is lent; a place that is lent by its own name is seen.
 * @throws ForgeError CONFIG_INVALID for what lies where commands may write: they could move the folder around it, and the next session would see it
 */
export function hiddenMasks(
  hidden: readonly string[],
  { readable, writable }: { readable: readonly string[]; writable: readonly string[] },
): string[] {
  const places = hidden.map(realPlace)
  const open = places.find((path) => writable.some((folder) => isInside(path, folder)))
  if (open !== undefined) {
    throw new ForgeError('CONFIG_INVALID', `${open} cannot be hidden: commands may write in the folder that holds it, and could move it`, {
      remedy: 'Keep it outside the project and of every other folder that is writable.',
    })
  }
  return places
    .filter((path) => readable.some((folder) => isInside(path, folder)) && ![...readable, ...writable].some((lent) => isInside(lent, path)))
    .flatMap(mask)
}
