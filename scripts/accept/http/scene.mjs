// Everything a row of the table needs to ask a running application, and what it found.
import { Callers } from './callers.mjs'
import { Client } from './client.mjs'
import { Facts } from './facts.mjs'
import { Maker } from './maker.mjs'
import { Tables } from './tables.mjs'

/**
 * Checks a running application by requests, and puts together what was found.
 * @param {import('../row.mjs').Subject} subject
 * @param {(scene: Scene) => Promise<string | void>} check gives the figure of the row, where it has one of its own
 * @param {{ env?: Record<string, string>, server?: import('../row.mjs').Server }} [options] `env`: settings of a server of its own
 * @returns {Promise<import('../row.mjs').Outcome>}
 */
export async function checked(subject, check, { env, server } = {}) {
  const running = server ?? (env === undefined ? await subject.server() : await subject.serve(env))
  const scene = new Scene(subject, running)
  try {
    const figure = await check(scene)
    return { findings: [...scene.findings, ...scene.client.faults], figure: figure ?? `${scene.client.count} requests` }
  } finally {
    scene.client.close()
    if (env !== undefined && server === undefined) await running.stop()
  }
}

export class Scene {
  constructor(subject, server) {
    this.subject = subject
    this.server = server
    this.facts = new Facts(subject.spec)
    this.document = subject.openapi()
    this.client = new Client(server.url, subject.spec.errors)
    this.callers = new Callers(this.facts)
    this.tables = new Tables(server.databaseUrl)
    this.maker = new Maker(this)
    this.maker.made = started
    started += 1000
    /** @type {Set<string>} */
    this.findings = new Set()
  }

  /** Status of invalid input. */
  get invalid() {
    return this.facts.spec.statusCodes.validation
  }

  find(what) {
    this.findings.add(what)
  }

  /** Finds fault with an answer that has none of these statuses. @returns whether it has */
  expect(answer, statuses, why) {
    const wanted = [statuses].flat()
    if (wanted.includes(answer.status)) return true
    this.find(`${why}: ${answer.request} was answered with ${answer.status}, not ${wanted.join(' or ')}: ${answer.text.slice(0, 200)}`)
    return false
  }

  /** Asks as the caller that may do it. */
  send(endpoint, path, options = {}) {
    const headers = (options.caller ?? this.maker.caller(endpoint)).headers
    return this.client.request(endpoint.method, path, { ...options, headers: { ...headers, ...options.headers } })
  }

  /** Goes on with the other cases when one cannot be arranged, and says so. */
  async attempt(what, run) {
    try {
      return await run()
    } catch (error) {
      this.find(`${what}: ${error.message}`)
      return undefined
    }
  }
}

/** Samples of each scene differ from those of the scenes before: they may share a database. */
let started = 0
