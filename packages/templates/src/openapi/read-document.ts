import { readFile, stat } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { ForgeError } from '@forge/core'
import { type ApiSpec, readSpec } from '@forge/spec'
import { isObject, type OpenApiDocument, openApiDocument } from './document'

/** A document, and the specification beside it. */
export interface ReadDocument {
  file: string
  document: OpenApiDocument
  /** Path and content of the project's specification, if there is one. */
  specification: { file: string; spec: ApiSpec } | undefined
}

const PLACES = ['openapi.json', 'docs/openapi.json', 'api/openapi.json', 'openapi.yaml', 'openapi.yml']
/** Deeper ones are no documents, and would exhaust whoever walks through them. */
const MAX_DEPTH = 200
/** Bytes. */
const MAX_SIZE = 32 * 1024 * 1024

/**
 * Reads an OpenAPI document of version 3 from a JSON or YAML file, or from the project folder that holds it, and the `app_spec.txt` of that folder.
 * @throws ForgeError CONFIG_INVALID when there is none, or it is none
 * @throws SpecError when the specification beside it is none
 */
export async function readDocument(path: string): Promise<ReadDocument> {
  const { file, folder } = await locate(path)
  const value = await parse(await contentOf(file), file)
  const version = isObject(value) ? value['openapi'] : undefined
  if (!isObject(value) || typeof version !== 'string' || !/^3\.[0-2](?:\.|$)/.test(version)) throw notOpenApi(file, value)
  return { file, document: openApiDocument(value), specification: await specificationIn(folder) }
}

async function locate(path: string): Promise<{ file: string; folder: string }> {
  const kind = await kindOf(path)
  if (kind === 'file') return { file: path, folder: dirname(path) }
  if (kind === undefined) throw refusal(`There is no ${path}.`, 'Give the path of a document, or of the project folder that holds it.')
  for (const place of PLACES) if ((await kindOf(join(path, place))) === 'file') return { file: join(path, place), folder: path }
  throw refusal(
    `The folder ${path} holds no OpenAPI document: there is no ${PLACES.slice(0, -1).join(', ')} or ${PLACES.at(-1)}.`,
    'In a generated project `.venv/bin/python scripts/export_openapi.py` writes it; else give the path of the document.',
  )
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  const found = await stat(path).catch(() => undefined)
  return found === undefined ? undefined : found.isDirectory() ? 'folder' : 'file'
}

async function contentOf(file: string): Promise<string> {
  try {
    if ((await stat(file)).size > MAX_SIZE) throw refusal(`${file} is larger than 32 MB.`, 'Give an OpenAPI document.')
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
  } catch (cause) {
    if (cause instanceof ForgeError) throw cause
    const why = cause instanceof TypeError ? 'is not UTF-8 text' : `cannot be read (${(cause as NodeJS.ErrnoException).code})`
    throw refusal(`${file} ${why}.`, 'Give an OpenAPI document in JSON or YAML.', cause)
  }
}

async function parse(text: string, file: string): Promise<unknown> {
  const yaml = /^\.ya?ml$/i.test(extname(file))
  try {
    const value: unknown = yaml ? await fromYaml(text) : JSON.parse(text)
    if (depthExceeds(value, MAX_DEPTH)) throw new Error(`it is nested more than ${MAX_DEPTH} levels deep`)
    return value
  } catch (cause) {
    const why = (cause as Error).message.split('\n')[0]!.replace(/[.:]$/, '')
    throw refusal(
      `${file} cannot be read as ${yaml ? 'YAML' : 'JSON'}: ${why}.`,
      'Correct the file, or give another; YAML ends in .yaml or .yml.',
      cause,
    )
  }
}

/** What JSON could hold of it: no cycles, no dates, and texts as names. */
async function fromYaml(text: string): Promise<unknown> {
  const { parse: parseYaml } = await import('yaml')
  return JSON.parse(JSON.stringify(parseYaml(text)) ?? 'null')
}

function depthExceeds(value: unknown, limit: number): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []))
  }
  return false
}

function notOpenApi(file: string, value: unknown): ForgeError {
  const version = isObject(value) ? (value['openapi'] ?? value['swagger']) : undefined
  const what = version === undefined ? 'it has no member "openapi" with a version' : `its version is ${JSON.stringify(version)}`
  return refusal(`${file} is no OpenAPI 3 document: ${what}.`, 'Give a document of version 3.0, 3.1 or 3.2; converters exist for Swagger 2.0.')
}

async function specificationIn(folder: string): Promise<ReadDocument['specification']> {
  const file = join(folder, 'app_spec.txt')
  if ((await kindOf(file)) !== 'file') return undefined
  return { file, spec: readSpec(await contentOf(file)) }
}

const refusal = (message: string, remedy: string, cause?: unknown): ForgeError => new ForgeError('CONFIG_INVALID', message, { remedy, cause })
