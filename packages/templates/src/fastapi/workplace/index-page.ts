import { Parser } from 'htmlparser2'

/** A file that a page of an index offers (PEP 503, 658, 691, 700). */
export interface IndexFile {
  filename: string
  /** Where it really is; absolute, may hold credentials. */
  url: string
  /** For example `{ sha256: '…' }`. */
  hashes: Record<string, string>
  requiresPython?: string
  /** Whether its metadata lies beside it, and their hashes where known. */
  metadata?: boolean | Record<string, string>
  /** The reason, or true. */
  yanked?: boolean | string
  /** Bytes. */
  size?: number
  uploadTime?: string
}

export const JSON_TYPE = 'application/vnd.pypi.simple.v1+json'
const HTML_TYPE = 'text/html; charset=utf-8'

/** What an index is asked for. */
export const ACCEPT_PAGE = `${JSON_TYPE}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1`

/** Distributions only: what else a page links to is no package. */
const FILENAME = /^[A-Za-z0-9][\w.+!~-]{0,250}\.(whl|zip|tar\.gz|tgz|tar\.bz2|tar\.xz)$/
const HASH = /^[a-z0-9_]{1,20}$/
const DIGEST = /^[0-9a-f]{8,256}$/i

/** The files that a page offers, links resolved against its URL. @throws SyntaxError for JSON that is none */
export function readPage(body: string, contentType: string, url: URL): IndexFile[] {
  const found = /[/+]json\b/i.test(contentType) ? fromJson(body, url) : fromHtml(body, url)
  return found.flatMap(({ target, filename = nameOf(target), hashes, ...rest }) => {
    if (target === undefined || filename === undefined || !FILENAME.test(filename)) return []
    const fragment = fragmentHash(target)
    target.hash = ''
    return [{ ...rest, filename, url: target.href, hashes: { ...fragment, ...hashes } }]
  })
}

/** A page of the same files at other places. */
export function writePage(project: string, files: readonly IndexFile[], link: (file: IndexFile) => string, json: boolean) {
  if (!json)
    return { type: HTML_TYPE, body: `<!DOCTYPE html>\n<html><body>\n${files.map((file) => anchor(file, link(file))).join('\n')}\n</body></html>\n` }
  const written = files.map((file) => ({
    filename: file.filename,
    url: link(file),
    hashes: file.hashes,
    'requires-python': file.requiresPython,
    'core-metadata': file.metadata,
    'dist-info-metadata': file.metadata,
    yanked: file.yanked,
    size: file.size,
    'upload-time': file.uploadTime,
  }))
  return { type: JSON_TYPE, body: JSON.stringify({ meta: { 'api-version': '1.0' }, name: project, files: written }) }
}

type Found = Omit<IndexFile, 'filename' | 'url'> & { target: URL | undefined; filename?: string }

function fromJson(body: string, url: URL): Found[] {
  const page = JSON.parse(body) as { files?: unknown }
  const files = Array.isArray(page?.files) ? page.files.filter((file) => typeof file === 'object' && file !== null) : []
  return files.map((file: Record<string, unknown>) => ({
    target: resolveLink(String(file['url'] ?? ''), url),
    filename: String(file['filename'] ?? ''),
    hashes: hashesOf(file['hashes']) ?? {},
    ...defined('requiresPython', textOf(file['requires-python'])),
    ...defined('metadata', flagOf(file['core-metadata'] ?? file['dist-info-metadata'])),
    ...defined('yanked', typeof file['yanked'] === 'boolean' ? file['yanked'] : textOf(file['yanked'])),
    ...defined('size', typeof file['size'] === 'number' ? file['size'] : undefined),
    ...defined('uploadTime', textOf(file['upload-time'])),
  }))
}

function fromHtml(body: string, url: URL): Found[] {
  const files: Found[] = []
  let base: URL | undefined
  const parser = new Parser({
    onopentag(name, attributes) {
      if (name === 'base') base ??= resolveLink(attributes['href'] ?? '', url)
      if (name !== 'a' || attributes['href'] === undefined) return
      const yanked = attributes['data-yanked']
      files.push({
        target: resolveLink(attributes['href'], base ?? url),
        hashes: {},
        ...defined('requiresPython', attributes['data-requires-python']),
        ...defined('metadata', metadataOf(attributes['data-core-metadata'] ?? attributes['data-dist-info-metadata'])),
        ...defined('yanked', yanked === '' ? true : yanked),
      })
    },
  })
  parser.end(body)
  return files
}

function anchor(file: IndexFile, href: string): string {
  const metadata = typeof file.metadata === 'object' ? firstHash(file.metadata) || 'true' : file.metadata ? 'true' : undefined
  const attributes = {
    href: `${href}${firstHash(file.hashes).replace(/^(?=.)/, '#')}`,
    'data-requires-python': file.requiresPython,
    'data-core-metadata': metadata,
    'data-dist-info-metadata': metadata,
    'data-yanked': file.yanked === true ? '' : file.yanked || undefined,
  }
  const written = Object.entries(attributes).flatMap(([name, value]) => (value === undefined ? [] : [`${name}="${escaped(value)}"`]))
  return `<a ${written.join(' ')}>${escaped(file.filename)}</a><br>`
}

/** `sha256=…`, the best known first; empty without any. */
function firstHash(hashes: Record<string, string>): string {
  const name = ['sha256', 'sha512', ...Object.keys(hashes)].find((name) => hashes[name] !== undefined)
  return name === undefined ? '' : `${name}=${hashes[name]}`
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign]!)

function resolveLink(text: string, base: URL): URL | undefined {
  const url = URL.canParse(text, base.href) ? new URL(text, base) : undefined
  return url !== undefined && /^https?:$/.test(url.protocol) ? url : undefined
}

function nameOf(url: URL | undefined): string | undefined {
  try {
    return url && decodeURIComponent(url.pathname.split('/').at(-1) ?? '')
  } catch {
    return undefined
  }
}

/** Of `#sha256=…`. */
function fragmentHash(url: URL): Record<string, string> {
  const [name = '', digest = ''] = url.hash.slice(1).split('=')
  return hashesOf({ [name]: digest }) ?? {}
}

function hashesOf(value: unknown): Record<string, string> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.fromEntries(Object.entries(value).filter(([name, digest]) => HASH.test(name) && DIGEST.test(String(digest))))
}

const metadataOf = (text: string | undefined) => {
  if (text === undefined || text === 'false') return undefined
  const [name = '', digest = ''] = text.split('=')
  return HASH.test(name) && DIGEST.test(digest) ? { [name]: digest } : true
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)
const flagOf = (value: unknown) => (typeof value === 'boolean' ? value : hashesOf(value))
const defined = <Name extends string, Value>(name: Name, value: Value | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { [key in Name]?: Value }
