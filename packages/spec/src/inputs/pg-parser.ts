import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'

/** A node of PostgreSQL's own parse tree. */
// biome-ignore lint/suspicious/noExplicitAny: PostgreSQL's tree has hundreds of node types; what is read of it is checked where it is read.
export type Tree = any

export interface PgStatement {
  stmt: Record<string, Tree>
  /** Offset in bytes; 0 for the first statement. */
  location: number
}

export type PgResult = { stmts: PgStatement[] } | { message: string; position: number }

const TIMEOUT_MS = 10_000

/** The parser starts up asynchronously; reading a specification is synchronous. So it runs beside, and is waited for. */
const WORKER = `
const { workerData } = require('node:worker_threads')
const { port, signal, module, text } = workerData
const answer = (message) => { port.postMessage(message); Atomics.store(signal, 0, 1); Atomics.notify(signal, 0) }
require(module).parse(text).then(
  (tree) => answer({ stmts: (tree.stmts ?? []).map((one) => ({ stmt: one.stmt, location: one.stmt_location ?? 0 })) }),
  (error) => answer({ message: error.message, position: error.sqlDetails?.cursorPosition ?? 0 }),
)`

let last: { text: string; result: PgResult } | undefined

/** Parses SQL by PostgreSQL's own grammar, in about 100 ms. Remembers the last text. */
export function parsePostgres(text: string): PgResult {
  if (last?.text === text) return last.result
  const module = createRequire(typeof __filename === 'undefined' ? fileURLToPath(import.meta.url) : __filename).resolve('libpg-query')
  const signal = new Int32Array(new SharedArrayBuffer(4))
  const { port1, port2 } = new MessageChannel()
  const worker = new Worker(WORKER, { eval: true, workerData: { port: port2, signal, module, text }, transferList: [port2] })
  worker.unref()
  const waited = Atomics.wait(signal, 0, 0, TIMEOUT_MS)
  const received = receiveMessageOnPort(port1)
  port1.close()
  void worker.terminate()
  if (waited === 'timed-out' || received === undefined) return { message: `the SQL parser did not answer within ${TIMEOUT_MS / 1000} s`, position: 0 }
  last = { text, result: received.message as PgResult }
  return last.result
}
