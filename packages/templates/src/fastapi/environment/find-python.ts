import { readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ForgeError, type ProcessHost } from '@forge/core'
import { isExecutable, pathFolders } from './programs'
import { userEnvironment } from './user-environment'

/** An interpreter that the running user can execute. */
export interface PythonInterpreter {
  /** Absolute path of the base interpreter, symbolic links resolved. */
  executable: string
  /** For example `3.11.7`. */
  version: string
  /** What distinguishes its binary packages: implementation, version, platform, machine. */
  tag: string
  /** Folder of its installation; holds the standard library. */
  prefix: string
  /** Whether it can make virtual environments by itself. */
  hasVenv: boolean
}

const NAMES = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python']
const USUAL_FOLDERS = ['/usr/local/bin', '/opt/homebrew/bin', '/usr/bin']

const PROBE = `
import importlib.util, json, os, platform, sys, sysconfig
print(json.dumps({
    "executable": os.path.realpath(getattr(sys, "_base_executable", sys.executable)),
    "version": platform.python_version(),
    "recent": sys.version_info >= (3, 11),
    "tag": "-".join([sys.implementation.cache_tag, platform.python_version(), sysconfig.get_platform()]),
    "prefix": os.path.realpath(sys.base_prefix),
    "hasVenv": all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")),
}))
`

/**
 * The first Python ≥ 3.11 that really runs, the user's own default first: PATH, the usual folders, then the versions that pyenv keeps. One that can
 * make virtual environments by itself comes before one that cannot (`anyVenv` says that this does not matter).
 * @throws ForgeError PYTHON_MISSING
 */
export async function findPython(host: ProcessHost, options: { anyVenv?: boolean; signal?: AbortSignal } = {}): Promise<PythonInterpreter> {
  let second: PythonInterpreter | undefined
  const found: string[] = []
  for (const path of candidates()) {
    const probed = await probe(host, path, options.signal)
    if (probed === undefined) continue
    if (!probed.recent) found.push(`${path} is ${probed.version}`)
    else if (probed.hasVenv || options.anyVenv === true) return probed
    else second ??= probed
  }
  if (second !== undefined) return second
  const seen = found.length > 0 ? ` (${found.slice(0, 3).join(', ')})` : ''
  throw new ForgeError('PYTHON_MISSING', `No Python 3.11 or newer was found${seen}.`, {
    remedy: 'Install Python 3.11 or newer (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python) and run again.',
  })
}

async function probe(
  host: ProcessHost,
  path: string,
  signal: AbortSignal | undefined,
): Promise<(PythonInterpreter & { recent: boolean }) | undefined> {
  const result = await host.exec([path, '-I', '-c', PROBE], { env: userEnvironment(), timeoutMs: 15_000, signal })
  signal?.throwIfAborted()
  if (result.exitCode !== 0) return undefined
  try {
    return JSON.parse(result.stdout) as PythonInterpreter & { recent: boolean }
  } catch {
    return undefined
  }
}

function candidates(): string[] {
  const folders = [...new Set([...pathFolders(), ...USUAL_FOLDERS])]
  const named = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [...new Set([...named, ...pyenvVersions()])].filter(isExecutable)
}

function pyenvVersions(): string[] {
  const root = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions')
  try {
    return readdirSync(root)
      .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
      .map((version) => join(root, version, 'bin', 'python3'))
  } catch {
    return []
  }
}
