import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import { type Answer, parseJson } from './exchange'
import type { Expectation } from './expectation'
import { falsify } from './falsify'
import { UnreachableError, socketClient } from './socket-client'
import type { Treatment } from './treatments'

/** A test as pytest names it, and the case that it is to prove in this run. */
export interface JudgedTest {
  /** Its id. */
  test: string
  expectation: Expectation
  treatment: Treatment
}

/** What the gateway saw of one test's own case. */
export interface Sighting {
  /** Answers that met the case's expectation, and were passed on or falsified as the treatment says. */
  met: number
  exchange?: { method: string; path: string; status: number }
  /** Requests to the case's route that did not meet it, and what was different at the last one. */
  miss?: string
  /** A fixture that several tests share sent the request. */
  shared: boolean
}

export interface GatewayReport {
  kind: string
  content: unknown
}

export interface Gateway {
  readonly socket: string
  /** Whatever the plugin said; foreign data. */
  readonly reports: readonly GatewayReport[]
  sighting(test: string): Sighting | undefined
  /** Resolves when no request can come any more. */
  close(): Promise<void>
}

const MAX_BODY_BYTES = 32 * 1024 * 1024
const MAX_REPORT_BYTES = 64 * 1024 * 1024
const REPORTS: ReadonlySet<string> = new Set(['collected', 'finished'])
/** Not passed on: what only concerns one hop, what would hide the content, and the harness's own. */
const OWN_HEADERS = /^(connection|keep-alive|transfer-encoding|content-length|accept-encoding|expect|x-forge-.*)$/

/**
 * Stands between the tests of one run and the application, in the harness's own process. It keeps what it sees and falsifies the answers that meet the
 * case of the running test, where the test's treatment in this run says so.
 * @param judged the case and treatment of a test, by its place in the report of the collected tests, once that is in
 */
export async function openGateway(options: {
  socket: string
  application: string
  judged(number: number, reports: readonly GatewayReport[]): JudgedTest | undefined
}): Promise<Gateway> {
  const client = socketClient(options.application)
  const reports: GatewayReport[] = []
  const secret = randomUUID()
  const taken = new Set<string>()
  const sightings = new Map<string, Sighting>()

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const kind = header(request, 'x-forge-report')
    if (kind !== undefined) return takeReport(kind, request, response)
    const body = await readBody(request, MAX_BODY_BYTES)
    const method = request.method ?? 'GET'
    const target = request.url ?? '/'
    const answer = await client.send({ method, target, headers: passedOn(request), body })
    send(response, request, witness(request, { method, target, requestBody: body, answer }))
  }

  /** One of each kind is kept, the first: a later one could only come from a test. */
  async function takeReport(kind: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isNew = REPORTS.has(kind) && !taken.has(kind)
    taken.add(kind)
    if (isNew) reports.push({ kind, content: parseJson(await readBody(request, MAX_REPORT_BYTES)) })
    send(response, request, { status: 204, headers: [], body: Buffer.alloc(0) })
  }

  function witness(request: IncomingMessage, exchange: { method: string; target: string; requestBody: Buffer; answer: Answer }): Answer {
    const number = header(request, 'x-forge-test')
    const judged = number === undefined ? undefined : options.judged(Number(number), reports)
    if (judged === undefined) return exchange.answer
    const { test } = judged
    const compared = judged.expectation.compare(exchange)
    if (compared.fit === 'elsewhere') return exchange.answer
    const seen = sightings.get(test) ?? { met: 0, shared: false }
    sightings.set(test, seen)
    if (compared.fit === 'wrong') {
      seen.miss = compared.why
      return exchange.answer
    }
    if (header(request, 'x-forge-shared') !== undefined) {
      seen.shared = true
      return exchange.answer
    }
    seen.met += 1
    seen.exchange = { method: exchange.method, path: exchange.target, status: exchange.answer.status }
    return judged.treatment === 'intact'
      ? exchange.answer
      : falsify(exchange.answer, judged.treatment, judged.expectation.content, `${secret} ${test}`)
  }

  const server = createServer({ keepAliveTimeout: 600_000, requestTimeout: 0 }, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      const text = error instanceof UnreachableError ? 'the application cannot be reached' : 'the request cannot be passed on'
      if (!response.headersSent) send(response, request, { status: 502, headers: [['content-type', 'text/plain']], body: Buffer.from(text) })
    })
  })
  await listen(server, options.socket)
  return {
    socket: options.socket,
    reports,
    sighting: (test) => sightings.get(test),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      client.close()
      await closed
    },
  }
}

function listen(server: Server, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, () => resolve())
  })
}

async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) throw new Error(`a body of more than ${limit} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function passedOn(request: IncomingMessage): [string, string][] {
  const raw = request.rawHeaders
  const pairs: [string, string][] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    if (!OWN_HEADERS.test(raw[at]!.toLowerCase())) pairs.push([raw[at]!, raw[at + 1]!])
  }
  return pairs
}

function send(response: ServerResponse, request: IncomingMessage, { status, headers, body }: Answer): void {
  const kept = headers.filter(([name]) => !OWN_HEADERS.test(name))
  const empty = request.method === 'HEAD' || status === 204 || status === 304
  const all = [...kept, ...(empty ? [] : [['content-length', String(body.length)] as [string, string]])]
  response.writeHead(status, all.flat())
  response.end(empty ? undefined : body)
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}
