import { Agent, type ClientRequest, type IncomingMessage, request as startRequest } from 'node:http'
import type { Answer } from './exchange'

export interface Outgoing {
  method: string
  target: string
  headers: [name: string, value: string][]
  body: Buffer
}

/** HTTP over a unix socket, with connections that are kept. */
export interface SocketClient {
  /** @throws UnreachableError when no whole answer comes, the signal's abort included. */
  send(outgoing: Outgoing): Promise<Answer>
  close(): void
}

/** The application does not answer, or not to the end. */
export class UnreachableError extends Error {}

/** For the whole answer. */
const TIMEOUT_MS = 60_000
const MAX_ANSWER_BYTES = 32 * 1024 * 1024
/** A server may refuse a long body before it has come: the rest waits a moment for that. */
const FIRST_PART_BYTES = 64 * 1024
const EARLY_ANSWER_MS = 100

/** @param signal ends every request; default never */
export function socketClient(socketPath: string, signal?: AbortSignal): SocketClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 32, scheduling: 'lifo' })
  return {
    send: (outgoing) =>
      new Promise<Answer>((resolve, reject) => {
        const headers = [...outgoing.headers, ...(outgoing.body.length > 0 ? [['content-length', String(outgoing.body.length)]] : [])].flat()
        const request = startRequest({ socketPath, agent, method: outgoing.method, path: outgoing.target, headers, signal })
        const fail = (error: Error) => {
          clearTimeout(limit)
          reject(error instanceof UnreachableError ? error : new UnreachableError(error.message, { cause: error }))
        }
        const limit = setTimeout(() => {
          fail(new UnreachableError(`no whole answer within ${TIMEOUT_MS / 1000} s`))
          request.destroy()
        }, TIMEOUT_MS)
        let answered = false
        request.once('response', (response) => {
          answered = true
          readAnswer(response).then((answer) => {
            clearTimeout(limit)
            resolve(answer)
          }, fail)
        })
        request.on('error', (error) => {
          if (!answered) fail(error)
        })
        writeBody(request, outgoing.body, () => answered)
      }),
    close: () => agent.destroy(),
  }
}

function writeBody(request: ClientRequest, body: Buffer, answered: () => boolean): void {
  if (body.length <= FIRST_PART_BYTES) {
    request.end(body)
    return
  }
  request.write(body.subarray(0, FIRST_PART_BYTES / 2))
  setTimeout(() => {
    if (answered()) request.destroy()
    else request.end(body.subarray(FIRST_PART_BYTES / 2))
  }, EARLY_ANSWER_MS)
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) throw new UnreachableError(`an answer of more than ${MAX_ANSWER_BYTES} bytes`)
    chunks.push(chunk)
  }
  const headers: [string, string][] = []
  for (let at = 0; at + 1 < response.rawHeaders.length; at += 2) headers.push([response.rawHeaders[at]!.toLowerCase(), response.rawHeaders[at + 1]!])
  return { status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks) }
}
