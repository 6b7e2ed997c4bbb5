import type { FoundEndpoint } from '../endpoints'
import type { EndpointFact, Facts } from '../facts'
import type { PlacedLine } from '../sections'
import { readInlineBody } from './endpoint-notes'

/** Adds an endpoint that a line states, with the body that its text writes out. */
export function addEndpoint(found: FoundEndpoint, line: PlacedLine, facts: Facts): EndpointFact {
  const fact: EndpointFact = {
    method: found.method,
    path: found.path,
    summary: found.summary,
    line: line.number,
    context: line.section.entity,
    notes: [],
    query: found.query.map((name) => ({ name, text: '', line: line.number })),
    body: [],
    responses: [],
  }
  facts.endpoints.push(fact)
  readInlineBody(fact)
  return fact
}
