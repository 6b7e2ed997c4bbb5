import { pathToFileURL } from 'node:url'
import type { PackageSources } from './package-sources'

/** Makes pip and uv use the mirror and nothing else. Where no index is known, index 0 is named all the same: asked, it says what is missing. */
export function mirrorEnvironment(sources: PackageSources, base: string): Record<string, string> {
  const served = sources.indexes.map((_, index) => `${base}/${index}/simple/`)
  const local = sources.indexFolders.map((folder) => pathToFileURL(folder).href)
  const [first = `${base}/0/simple/`, ...others] = [...served, ...local]
  const links = [
    ...sources.linkPages.map((_, index) => `${base}/${index}/links/`),
    ...sources.linkFolders.map((folder) => pathToFileURL(folder).href),
  ]
  return {
    PIP_CONFIG_FILE: '/dev/null',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_CACHE_DIR: '1',
    PIP_NO_INPUT: '1',
    PIP_DEFAULT_TIMEOUT: '60',
    UV_NO_CONFIG: '1',
    UV_NO_CACHE: '1',
    UV_HTTP_TIMEOUT: '60',
    PIP_INDEX_URL: first,
    UV_DEFAULT_INDEX: first,
    ...(others.length > 0 && { PIP_EXTRA_INDEX_URL: others.join(' '), UV_INDEX: others.join(' ') }),
    ...(links.length > 0 && { PIP_FIND_LINKS: links.join(' '), UV_FIND_LINKS: links.join(',') }),
    ...(sources.noIndex && { PIP_NO_INDEX: '1', UV_NO_INDEX: '1' }),
  }
}
