import { existsSync, lstatSync, realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import { ForgeError } from '../errors'
import { isInside } from '../security/real-path'
import { gitPins } from './git-pins'
import { hiddenMasks } from './hidden-places'
import { MINIMAL_PATH } from './host-connection'
import type { Forward, SandboxSpec } from './sandbox'
import { type MachineView, isSystem, machineView, mask } from './visible-paths'

export interface ArgumentOptions {
  visible: readonly string[]
  hidden: readonly string[]
  /** How to get a user namespace. */
  namespace: readonly string[]
  canLimit: boolean
  /** Of the specification, with the real paths of their sockets. */
  forwards: readonly Forward[]
}

export interface SandboxArguments {
  /** Of bwrap, without the program to run. */
  args: string[]
  /** By its place inside what must be found there: paths outside; see `wrongPlace`. */
  bound: ReadonlyMap<string, string>
  /** Takes away what was made in the project to hold a place. */
  release(): void
}

/**
 * The arguments of one bwrap. It goes to the places by their names, and another session that works in the project may put links there meanwhile:
 * check `bound` before anything runs inside.
 * @throws ForgeError CONFIG_INVALID when a folder of the specification does not exist or cannot be protected, or what is hidden lies in one that is writable
 */
export function bubblewrapArguments(spec: SandboxSpec, options: ArgumentOptions): SandboxArguments {
  const root = existing(spec.root)
  if (root === sep) throw new ForgeError('CONFIG_INVALID', 'the root of the file system cannot be the project of a sandbox')
  const view = machineView({ root, ...options })
  const given = bindings(spec, root, view)
  const hidden = hiddenMasks(options.hidden, given)
  const git = gitPins(root)
  const args = [
    ...options.namespace,
    ...['--die-with-parent', '--new-session', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-net', '--unshare-cgroup-try'],
    ...['--hostname', 'forge', '--cap-drop', 'ALL', '--clearenv', '--setenv', 'PATH', MINIMAL_PATH],
    ...view.args,
    ...given.args,
    ...hidden,
    ...view.sockets.filter((path) => isInside(path, root) && !given.named(path)).flatMap(mask),
    ...options.forwards.flatMap(({ socket }) => ['--ro-bind', socket, socket]),
    ...ownFolders(root).flatMap((path) => ['--ro-bind', path, path]),
    ...git.args,
    ...['--remount-ro', '/', '--chdir', root],
  ]
  return { args, bound: boundPlaces(args), release: git.release }
}

function boundPlaces(args: readonly string[]): Map<string, string> {
  const bound = new Map<string, string>()
  for (const [at, how] of args.entries()) {
    const [source, place] = [args[at + 1], args[at + 2]]
    if ((how === '--bind' || how === '--ro-bind') && source !== undefined && place !== undefined) bound.set(place, source)
  }
  return bound
}

function existing(path: string): string {
  try {
    return realpathSync(path)
  } catch (cause) {
    throw new ForgeError('CONFIG_INVALID', `the folder ${path} that commands should write does not exist`, { remedy: 'Make it first.', cause })
  }
}

interface Bindings {
  args: string[]
  /** Real paths, as those of `writable`, which holds the root, too. */
  readable: string[]
  writable: string[]
  /** In a folder that is lent, and not only because the root is. */
  named(path: string): boolean
}

/** Outer folders before inner ones; at the same place what may be written comes last. A system folder is there already, masks and all. */
function bindings(spec: SandboxSpec, root: string, { shows }: MachineView): Bindings {
  const node = realpathSync(process.execPath)
  const readable = [...(spec.readable ?? []), ...(shows(node) ? [] : [node])].filter((path) => existsSync(path))
  const extra = [
    ...readable.map((path) => ({ how: '--ro-bind', path, real: realpathSync(path) })).filter(({ real }) => !isSystem(real)),
    ...(spec.writable ?? []).map((path) => ({ how: '--bind', path, real: existing(path) })),
  ].filter(({ real }) => real !== sep)
  const args = [...extra, { how: '--bind', path: spec.root, real: root }]
    .sort((a, b) => a.real.split(sep).length - b.real.split(sep).length)
    .flatMap(({ how, path, real }) => [how, real, real, ...(path !== real && !shows(path) ? [how, real, path] : [])])
  const placesOf = (wanted: string) => extra.flatMap(({ how, real }) => (how === wanted ? [real] : []))
  return {
    args,
    readable: placesOf('--ro-bind'),
    writable: [root, ...placesOf('--bind')],
    named: (path) => extra.some(({ real }) => isInside(path, real) && !isInside(root, real)),
  }
}

/** What the harness trusts later; a link would have its target bound, wherever that is. */
function ownFolders(root: string): string[] {
  return ['.forge', 'logs'].map((name) => join(root, name)).filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory())
}
