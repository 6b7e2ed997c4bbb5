import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ForgeError, type ProcessHost } from '@forge/core'
import { pipSettings } from '../environment/package-index'
import { userEnvironment } from '../environment/user-environment'

/** Where the user's pip, or uv by its variables, takes packages from. */
export interface PackageSources {
  /** Base URLs of http(s) indexes, in order, each ending in `/`. May hold credentials. */
  indexes: URL[]
  /** http(s) pages of links. May hold credentials. */
  linkPages: URL[]
  /** Existing folders, absolute: indexes and links on this machine. */
  indexFolders: string[]
  linkFolders: string[]
  noIndex: boolean
  /** `host` or `host:port`: plain http and any certificate will do. */
  trustedHosts: string[]
  /** PEM texts; undefined: those of Node. */
  certificates: string[] | undefined
}

/** pip's own answers for what nobody configured; the pip that comes with ensurepip where none is installed. */
const PIP_DEFAULTS = `
import json, ssl, sys
try:
    import pip
except ImportError:
    import ensurepip, glob, os
    sys.path[:0] = glob.glob(os.path.join(os.path.dirname(ensurepip.__file__), "_bundled", "pip-*.whl"))
from pip._internal.models.index import PyPI
from pip._vendor import certifi
print(json.dumps({"index": PyPI.simple_url, "roots": certifi.contents(), "system": ssl.get_default_verify_paths().cafile}))
`

/** @throws ForgeError CONFIG_INVALID for a place that is no URL, or a CA file that cannot be read */
export async function packageSources(host: ProcessHost, python: string, signal?: AbortSignal): Promise<PackageSources> {
  const pip = await pipSettings(host, python, signal)
  const defaults = await pipDefaults(host, python, signal)
  const index = pip.indexUrl ?? uvWords('UV_DEFAULT_INDEX', 'UV_INDEX_URL')[0] ?? defaults?.index
  const indexes = [...(index === undefined ? [] : [index]), ...pip.extraIndexUrls, ...uvWords('UV_INDEX', 'UV_EXTRA_INDEX_URL')]
  const links = [...pip.findLinks, ...uvWords('UV_FIND_LINKS').flatMap((text) => text.split(','))]
  const placed = pip.noIndex ? [] : indexes.map((text) => place(text.replace(/\/*$/, '/')))
  const linked = links.map(place)
  return {
    indexes: unique(placed.filter((found) => found instanceof URL)),
    linkPages: unique(linked.filter((found) => found instanceof URL)),
    indexFolders: existing(placed),
    linkFolders: existing(linked),
    noIndex: pip.noIndex,
    trustedHosts: [...pip.trustedHosts, ...uvWords('UV_INSECURE_HOST')],
    certificates: configuredCertificates(pip.cert) ?? defaultCertificates(defaults),
  }
}

interface PipDefaults {
  index: string
  roots: string
  system: string | null
}

async function pipDefaults(host: ProcessHost, python: string, signal: AbortSignal | undefined): Promise<PipDefaults | undefined> {
  const options = { env: userEnvironment(), timeoutMs: 20_000, maxOutputBytes: 8 * 1024 ** 2, signal }
  const result = await host.exec([python, '-I', '-c', PIP_DEFAULTS], options)
  signal?.throwIfAborted()
  try {
    return JSON.parse(result.stdout) as PipDefaults
  } catch {
    return undefined
  }
}

/** The words of the first of these variables that is set; `name=url` is uv's way of naming an index. */
function uvWords(...names: string[]): string[] {
  const value = names.map((name) => process.env[name]).find(Boolean) ?? ''
  return value
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => word.replace(/^[\w.-]+=(?=\w+:\/\/)/, ''))
}

/** A URL of http or https, else an absolute path. */
function place(text: string): URL | string {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(text)) return resolve(text)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'file:') return resolve(fileURLToPath(url))
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url
  throw new ForgeError('CONFIG_INVALID', 'pip or uv is configured for a place of packages that is neither an http(s) nor a file URL.', {
    remedy: 'Look at index-url, extra-index-url and find-links in `pip config list` and in the PIP_ and UV_ variables.',
  })
}

const unique = (urls: URL[]) => [...new Map(urls.map((url) => [url.href, url])).values()]

const existing = (places: (URL | string)[]) => [
  ...new Set(places.filter((found) => typeof found === 'string').filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory())),
]

/** The one file or folder that pip and uv are told to trust: it replaces what they trust by default. */
function configuredCertificates(cert: string | undefined): string[] | undefined {
  const names = ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SSL_CERT_FILE']
  const path = cert ?? names.map((name) => process.env[name]).find(Boolean)
  if (path === undefined) return undefined
  try {
    if (!statSync(path).isDirectory()) return [readFileSync(path, 'utf8')]
    const files = readdirSync(path).map((name) => join(path, name))
    return files.filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile()).map((file) => readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new ForgeError('CONFIG_INVALID', `The CA file that pip is configured for cannot be read: ${path}.`, {
      remedy: `Correct pip's \`cert\` setting, or ${names.join(', ')}.`,
      cause,
    })
  }
}

function defaultCertificates(defaults: PipDefaults | undefined): string[] | undefined {
  if (defaults === undefined) return undefined
  const system = defaults.system
  return system !== null && statSync(system, { throwIfNoEntry: false })?.isFile() ? [defaults.roots, readFileSync(system, 'utf8')] : [defaults.roots]
}
