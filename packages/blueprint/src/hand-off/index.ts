import type { Blueprint } from '../compile'
import type { Call, Conversation } from '../conversation'
import { handOffDocuments } from '../emit/docs'
import type { OpenApiDocument } from '../emit/docs/operations'
import { place } from '../placing'
import { readFile } from '../text-file'
import type { Turn } from '../turn'
import { clientFiles } from './client'

const DOCUMENT = 'openapi.json'
/** No caches: two runs leave the same bytes. */
const EXPORT: Call = { name: 'Bash', input: { command: 'python -B scripts/export_openapi.py' } }
const MOCK_DATA: Call = { name: 'Bash', input: { command: 'python -B scripts/generate_mock_data.py' } }

/** The next turn towards the package for front ends, or why it cannot be made: the backend is whole without it. */
export type HandingOff = { turn: Turn } | { missing: string } | { missing?: undefined }

/** The application says what its API is; types, client, mock and documents follow from that. */
export async function handOff(conversation: Conversation, { spec }: Blueprint): Promise<HandingOff> {
  const exported = conversation.outcome(EXPORT)
  if (exported === undefined) return { turn: { text: 'Exporting the OpenAPI document.', calls: [EXPORT] } }
  if (exported.isError) return { missing: `${DOCUMENT} and what follows from it were not made: ${lastLines(exported.content)}` }
  const made = conversation.outcome(MOCK_DATA)
  if (made === undefined) return { turn: { text: 'Making the mock data.', calls: [MOCK_DATA] } }
  if (made.isError) return { missing: `the mock data and what uses them were not made: ${lastLines(made.content)}` }
  const document = readFile(conversation, DOCUMENT)
  if (document.kind === 'unknown') return { turn: { text: 'Reading the OpenAPI document.', calls: [document.call] } }
  if (document.kind === 'unreadable') return { missing: `the client was not made: ${document.reason}` }
  const client = await clientOnce(document.text)
  const placing = place(conversation, [...client, ...handOffDocuments(spec, JSON.parse(document.text) as OpenApiDocument)])
  return 'turn' in placing ? placing : {}
}

const lastLines = (output: string): string => output.split('\n').slice(-3).join(' ')

let last: { text: string; files: ReturnType<typeof clientFiles> } | undefined

/** Pure; the last result is kept, since every turn that follows asks for the same. */
function clientOnce(text: string): ReturnType<typeof clientFiles> {
  if (last?.text !== text) last = { text, files: clientFiles(JSON.parse(text) as Record<string, unknown>) }
  return last.files
}
