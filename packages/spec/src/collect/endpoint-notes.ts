import type { EndpointFact, ParamFact } from '../facts'
import { parseFieldLine, parseFieldList } from '../fields'
import { bodyFields } from '../json-block'
import { splitTop } from '../qualifiers/members'
import type { PlacedLine } from '../sections'
import { plain } from '../words'
import { isRuleSentence, type State } from './state'

/** `{ids: [1, 2], status}` behind the path, by itself or after "body". What the text calls an answer is none. */
export function readInlineBody(fact: EndpointFact): void {
  const match = fact.summary.match(/^(.*?)\{\s*([^{}]+?)\s*\}/)
  if (match === null || fact.method === 'GET' || !/(?:^|\b(?:body|request|payload|input|accepts|takes|with|sends?)\s*:?)\s*$/i.test(match[1]!)) return
  fact.body.push(...statedBody(match[2]!, fact.line))
}

export function statedBody(text: string, line: number): EndpointFact['body'] {
  const valued = /^["']|:\s*(?:"[^"]*"|'[^']*'|-?\d[\d.]*|true|false|null|[[{].*)\s*(?:,|$)/.test(text) && !/["']\s*\|/.test(text)
  if (valued) return bodyFields(['{', ...splitTop(text, ','), '}'].map((part) => ({ number: line, text: part })))
  return parseFieldList(text).map((field) => ({ name: field.name, line, facts: field.facts }))
}

/** `Request: { name, price }`, `create: {…}`, `Response 201: [{…}]`: a label and the shape of what is sent or answered. */
const SHAPE = /^(?:->|→|=>)?\s*([A-Za-z0-9][\w ]{0,30}?)\s*(?::|=|->|→|(?<=\d{3}))\s*\[?\{\s*(.*?)\s*\}\]?$/s

/** A line that belongs to the endpoint above it although it is not indented. */
export const describesEndpoint = (text: string): boolean =>
  SHAPE.test(plain(text)) ||
  /^(?:request|response|returns?|body|payload|query(?: params?)?|params?|errors?|status|auth)\b[\w ]{0,20}:\s*\S/i.test(plain(text))

export function readEndpointNote(line: PlacedLine, fact: EndpointFact, state: State): void {
  const text = plain(line.text)
  const kind = line.section.kind
  fact.notes.push({ text, line: line.number })
  if (kind === 'filters' || kind === 'sorting' || kind === 'pagination' || /^query|^param/i.test(line.section.title)) {
    const param = paramOf(text, line.number)
    if (param !== null) fact.query.push(param)
    return
  }
  const inline = text.match(/^(?:query(?: params?| parameters?)?|params?|parameters?|filters?)\s*:\s*(.+)$/i)
  if (inline !== null) {
    fact.query.push(...paramList(inline[1]!, line.number))
    return
  }
  const shape = text.match(SHAPE)
  if (shape !== null && /^(?:res(?:ponse|ult)?|returns?|output|success|\d{3})/i.test(shape[1]!)) {
    const status = Number(shape[1]!.match(/\d{3}/)?.[0] ?? 0)
    fact.responses.push({ status, label: '', json: null, fields: statedBody(shape[2]!, line.number), line: line.number })
    return
  }
  const body = text.match(/^(?:request(?: body)?|body|input|payload)\s*:\s*[{(]?\s*([^{}]+?)\s*[})]?$/i)?.[1] ?? shape?.[2]
  if (body !== undefined && !/^\W*$/.test(body)) {
    fact.body.push(...statedBody(body, line.number))
    return
  }
  if (kind === 'request' && line.kind === 'bullet') {
    for (const field of parseFieldLine(line.text)) fact.body.push({ name: field.name, line: line.number, facts: field.facts })
    return
  }
  const response = text.match(/^(?:response|returns?|status|success|errors?)\b\s*:?\s*(?:HTTP )?(\d{3})?\b(.*)$/i)
  if (response?.[1] !== undefined) fact.responses.push({ status: Number(response[1]), label: response[2]!.trim(), json: null, line: line.number })
  if (isRuleSentence(text)) state.facts.rules.push({ text, line: line.number, entity: line.section.entity ?? fact.context, kind: 'note' })
}

export function paramOf(text: string, line: number): ParamFact | null {
  const match = text.match(/^[?&]?([A-Za-z_]\w*)(?:\[\])?\s*(?:=|:|—|–|-|\(|$)\s*(.*)$/s)
  return match === null ? null : { name: match[1]!, text: match[2]!, line }
}

function paramList(text: string, line: number): ParamFact[] {
  const names = text.replace(/^\?/, '').split(/[,&](?![^(]*\))/)
  return names.map((part) => paramOf(part.trim(), line)).filter((param): param is ParamFact => param !== null)
}
