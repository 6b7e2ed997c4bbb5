import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type ExecResult, ForgeError, type ForgeEventBody, type ProcessHost } from '@forge/core'
import { withBuildLock } from '../environment/build-lock'
import { makeOpenFolder, serverCache } from './machine-folders'
import { LAYOUT, MAKE_APPLICATION_ROLE, newPassword, SUPERUSER, writeAccess, writePrivately } from './server-access'
import type { ServerBinaries } from './server-binaries'
import { type ServerUser, serverUser } from './server-user'

/** Text is ordered by code point everywhere; letters beyond ASCII have upper and lower case where the machine has such a locale. */
const LETTERS = ['C.UTF-8', 'en_US.UTF-8', 'C']

interface DataDirectoryOptions {
  host: ProcessHost
  signal?: AbortSignal | undefined
  emit?: ((event: ForgeEventBody) => void) | undefined
}

/**
 * Fills `target`, which must not exist, with a new data directory that belongs to the server's user. Made once per version of the server; a copy after that.
 * @throws ForgeError ENVIRONMENT_FAILED
 */
export async function makeDataDirectory(binaries: ServerBinaries, target: string, options: DataDirectoryOptions): Promise<void> {
  const user = serverUser()
  const name = `data-${LAYOUT}-${binaries.source}-${binaries.version}${user === undefined ? '' : `-${user.uid}`}`
  const cache = serverCache(user)
  makeOpenFolder(cache)
  const template = join(cache, name)
  if (!existsSync(template)) {
    await withBuildLock(`${template}.lock`, options.signal, async () => {
      if (!existsSync(template)) await makeTemplate(binaries, template, user, options)
    })
  }
  const copied = await options.host.exec(['cp', '-Rp', template, target], { cwd: '/', ...signalOf(options) })
  options.signal?.throwIfAborted()
  if (copied.exitCode !== 0) throw failure('copying a prepared data directory', copied)
}

async function makeTemplate(binaries: ServerBinaries, template: string, user: ServerUser | undefined, options: DataDirectoryOptions): Promise<void> {
  options.emit?.({
    type: 'notice',
    level: 'info',
    code: 'DATABASE_PREPARING',
    message: `Preparing PostgreSQL ${binaries.version}, once per machine.`,
  })
  const folder = mkdtempSync(`${template}.new-`)
  try {
    const data = join(folder, 'data')
    if (user !== undefined) {
      chmodSync(folder, 0o755)
      mkdirSync(data, { mode: 0o700 })
      chownSync(data, user.uid, user.gid)
    }
    const password = newPassword()
    const passwordFile = join(folder, 'password')
    writePrivately(passwordFile, `${password}\n`, user)
    await initialise(binaries, data, passwordFile, user, options)
    await makeApplicationRole(binaries, data, user, options)
    writeAccess(data, password, user)
    renameSync(data, template)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function initialise(
  binaries: ServerBinaries,
  data: string,
  passwordFile: string,
  user: ServerUser | undefined,
  options: DataDirectoryOptions,
): Promise<void> {
  const fixed = [
    '--username',
    SUPERUSER,
    '--pwfile',
    passwordFile,
    '--auth',
    'scram-sha-256',
    '--encoding',
    'UTF8',
    '--locale',
    'C',
    '--wal-segsize',
    '1',
    '--no-sync',
    '--no-instructions',
  ]
  let last: ExecResult | undefined
  for (const letters of LETTERS) {
    const argv = [join(binaries.bin, 'initdb'), '--pgdata', data, ...fixed, '--lc-ctype', letters]
    last = await options.host.exec(argv, { cwd: '/', ...user, ...signalOf(options) })
    options.signal?.throwIfAborted()
    if (last.exitCode === 0) return
    if (!/locale/i.test(last.stderr)) break
  }
  throw failure('initdb', last!)
}

/** In a server that nobody can connect to. */
async function makeApplicationRole(
  binaries: ServerBinaries,
  data: string,
  user: ServerUser | undefined,
  options: DataDirectoryOptions,
): Promise<void> {
  const single = [join(binaries.bin, 'postgres'), '--single', '-F', '-j', '-D', data, '-c', 'exit_on_error=on', 'postgres']
  const argv = ['/bin/sh', '-c', 'sql=$1; shift; printf "%s;\\n\\n" "$sql" | "$@"', 'sh', MAKE_APPLICATION_ROLE, ...single]
  const result = await options.host.exec(argv, { cwd: '/', ...user, ...signalOf(options) })
  options.signal?.throwIfAborted()
  if (result.exitCode !== 0) throw failure('making a role', result)
}

function failure(what: string, result: ExecResult): ForgeError {
  const output = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-6).join('\n')
  return new ForgeError('ENVIRONMENT_FAILED', `PostgreSQL could not be prepared (${what}):\n${output}`, {
    remedy: 'Check the free space of the temporary and cache folders, or set DATABASE_URL to a server whose role may create databases.',
  })
}

function signalOf(options: DataDirectoryOptions): { signal?: AbortSignal } {
  return options.signal === undefined ? {} : { signal: options.signal }
}
