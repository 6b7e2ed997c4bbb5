// Requests as any client could send them: nothing is normalised, every answer is looked at.
import http from 'node:http'
import { faultsOfAnswer } from './error-shape.mjs'

const ANSWER_LIMIT_MS = 30_000

/**
 * @typedef {{ status: number, headers: http.IncomingHttpHeaders, text: string, json: any, ms: number, request: string }} Answer
 * `json` is undefined where the body is none. `request` names the request in findings.
 */

export class Client {
  /**
   * @param {string} url where the application listens
   * @param {import('@forge/spec').ErrorConvention} errors how it describes errors
   */
  constructor(url, errors) {
    this.base = new URL(url)
    this.errors = errors
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 32 })
    this.count = 0
    /** What no answer may be, whatever was asked: a failure of the server, or an error in another shape. */
    this.faults = new Set()
  }

  /**
   * @param {string} method
   * @param {string} path with its query, as it goes over the wire
   * @param {{ headers?: Record<string, string>, body?: unknown, raw?: string | Buffer }} [options] `body` is sent as JSON, `raw` as it is
   * @returns {Promise<Answer>}
   */
  async request(method, path, { headers = {}, body, raw } = {}) {
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const type = content !== undefined && !hasHeader(headers, 'content-type') ? { 'content-type': 'application/json' } : {}
    const answer = await this.#send(method, path, { ...type, ...headers }, content)
    const shown = content === undefined ? '' : ` ${String(content).slice(0, 120)}`
    const result = { ...answer, request: `${method} ${path.slice(0, 160)}${shown}` }
    this.count += 1
    for (const fault of faultsOfAnswer(result, this.errors)) this.faults.add(fault)
    return result
  }

  #send(method, path, headers, content) {
    const { hostname, port } = this.base
    const length = content === undefined ? {} : { 'content-length': String(Buffer.byteLength(content)) }
    const from = performance.now()
    return new Promise((resolve, reject) => {
      const request = http.request({ hostname, port, method, path, agent: this.agent, headers: { ...length, ...headers }, timeout: ANSWER_LIMIT_MS })
      request.on('timeout', () => request.destroy(new Error(`no answer to ${method} ${path} in ${ANSWER_LIMIT_MS / 1000} s`)))
      request.on('error', reject)
      request.on('response', (response) => {
        const chunks = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          resolve({ status: response.statusCode, headers: response.headers, text, json: parsed(text), ms: performance.now() - from })
        })
      })
      request.end(content)
    })
  }

  close() {
    this.agent.destroy()
  }
}

const hasHeader = (headers, name) => Object.keys(headers).some((each) => each.toLowerCase() === name)

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
