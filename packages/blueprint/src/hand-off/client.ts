import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import type { ProjectFile } from '@forge/templates'

/** Where the client lies in the project. */
export const CLIENT_FOLDER = 'frontend/src/api'

/** What the generator copies as it is. It is not written for `exactOptionalPropertyTypes`; its declarations are checked where they are used. */
const RUNTIME = /^(?:client|core)\/(?!types\.)/
const UNCHECKED = '// @ts-nocheck\n'

/**
 * Types and a client on `fetch` for an OpenAPI document, made by @hey-api/openapi-ts: no packages are needed to use them. The same document gives the
 * same bytes.
 * @throws Error when the document cannot be read
 */
export async function clientFiles(document: Record<string, unknown>): Promise<ProjectFile[]> {
  const { createClient } = await import('@hey-api/openapi-ts')
  const folder = await mkdtemp(join(tmpdir(), 'forge-client-'))
  try {
    await createClient({
      input: document,
      output: { path: folder, postProcess: [] },
      plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
      logs: { level: 'silent', file: false },
    })
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    const files = paths.map(async (path): Promise<ProjectFile> => {
      const name = relative(folder, path).split(sep).join('/')
      return { path: `${CLIENT_FOLDER}/${name}`, content: `${RUNTIME.test(name) ? UNCHECKED : ''}${await readFile(path, 'utf8')}` }
    })
    return (await Promise.all(files)).sort((a, b) => (a.path < b.path ? -1 : 1))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
