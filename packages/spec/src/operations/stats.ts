import type { Endpoint, Entity, Figure, FigureRange } from '../api-spec'
import type { EndpointFact } from '../facts'
import { isObject, readJson } from '../json-block'
import { fieldNamed } from '../lists'
import type { Resolved } from '../resolve'
import { snakeName } from '../words'
import { figureOf, figuresOfObject } from './figures'
import { entityOf } from './names'
import { isParam, type Shape, unsupported } from './shape'
import { toldFigures } from './told-figures'

const STATS = /^(?:stats?|statistics|summary|overview|metrics|dashboard|analytics|kpis?|counts?|totals?|aggregates?|insights|reports?)$/i

/** `/stats`, `/orders/summary`, `/tasks/count`, `/projects/{id}/stats`: figures, where the text says which. Null when the path asks for something else. */
export function statsShape(fact: EndpointFact, segments: string[], resolved: Resolved): Shape | null {
  if (fact.method !== 'GET') return null
  const about = subjectOf(segments, resolved)
  if (about === null) return null
  const { entity, parent, word } = about
  if (word === 'count' && entity !== null && parent === undefined && toldFigures(fact) === null)
    return {
      operation: 'stats',
      entity: entity.name,
      figures: [{ name: ['count'], entity: entity.name, function: 'count' }],
      ...rangeOf(fact, [entity]),
    }
  const figures = parent === undefined ? figuresOf(fact, entity, resolved) : null
  const host = entity?.name ?? (Array.isArray(figures) ? figures[0]?.entity : undefined) ?? null
  const refuse = (why: string): Shape => unsupported('custom', host, `${fact.method} ${fact.path} answers figures ${why}`)
  if (parent !== undefined) return belowShape(fact, parent, segments, resolved, refuse)
  if (figures === null) return refuse('whose calculation the specification does not define')
  if (typeof figures === 'string') return refuse(`of which one is not defined by the models: ${figures}`)
  if (fact.query.some(({ name }) => /^group_?by$/i.test(name))) return refuse('for each of what a parameter names')
  const range = rangeOf(fact, involved(figures, resolved))
  return range === null
    ? refuse('between two moments, of which the models do not say which')
    : { operation: 'stats', entity: host, figures, ...range }
}

interface Subject {
  word: string
  entity: Entity | null
  parent?: Entity
}

/** What the figures are about: an entity, one row of it, or everything. */
function subjectOf(segments: string[], resolved: Resolved): Subject | null {
  const words = segments.filter((segment) => !isParam(segment))
  const last = words.at(-1)
  const [first, second, third] = segments
  if (last === undefined || isParam(segments.at(-1)) || (STATS.test(first!) && entityOf(first, resolved) !== null)) return null
  if (entityOf(last, resolved) !== null)
    return segments.length === 2 && STATS.test(first!) ? { word: first!.toLowerCase(), entity: entityOf(last, resolved) } : null
  if (segments.length === 1) return STATS.test(last) ? { word: last.toLowerCase(), entity: null } : null
  if (segments.length === 2 && STATS.test(second!)) {
    const entity = entityOf(first, resolved)
    return entity !== null || STATS.test(first!) ? { word: second!.toLowerCase(), entity } : null
  }
  const owner = segments.length === 3 && isParam(second) && STATS.test(third!) ? entityOf(first, resolved) : null
  return owner === null ? null : { word: third!.toLowerCase(), entity: owner, parent: owner }
}

/** The figures that the text names: by an example of the answer, else in words. A text when one of them is not understood, null when there is none. */
function figuresOf(fact: EndpointFact, entity: Entity | null, resolved: Resolved): Figure[] | string | null {
  const example = fact.responses.find((one) => one.status < 300 && one.json?.value !== undefined)?.json?.value ?? writtenExample(fact)
  if (example !== undefined) return figuresOfObject(example, entity, resolved)
  const told = toldFigures(fact)
  if (told === null) return null
  const figures: Figure[] = []
  for (const { name, text } of told) {
    const figure = figureOf(text, entity, resolved)
    if (figure === null) return text
    figures.push({ ...figure, name: [name] })
  }
  return new Set(figures.map((figure) => figure.name.join('.'))).size === figures.length ? figures : 'two figures of one name'
}

/** An example of the answer that stands in the text itself. */
function writtenExample(fact: EndpointFact): unknown {
  for (const text of [fact.summary, ...fact.notes.map((note) => note.text)]) {
    const written = text.match(/\{.*:.*\}/)?.[0]
    const value = written === undefined ? undefined : readJson([{ number: 0, text: written }]).value
    if (isObject(value)) return value
  }
  return undefined
}

/** Figures about what points at one row. */
function belowShape(fact: EndpointFact, owner: Entity, segments: string[], resolved: Resolved, refuse: (why: string) => Shape): Shape {
  const children = resolved.entities.filter((entity) => entity.fields.some((field) => field.reference?.entity === owner.name && !field.list))
  const figures = figuresOf(fact, children.length === 1 ? children[0]! : null, { ...resolved, entities: children } as Resolved)
  if (figures === null) return refuse('whose calculation the specification does not define')
  if (typeof figures === 'string') return refuse(`of which one is not defined by the models: ${figures}`)
  const about = involved(figures, resolved)
  const links = about.map((entity) => entity.fields.filter((field) => field.reference?.entity === owner.name && !field.list))
  const [only, ...more] = about
  if (only === undefined || more.length > 0 || links[0]!.length !== 1)
    return refuse('about rows of which the models do not say how they belong to the one in the path')
  const parent = { entity: owner.name, param: segments[1]!.slice(1, -1), field: links[0]![0]!.name }
  const range = rangeOf(fact, about)
  return range === null
    ? refuse('between two moments, of which the models do not say which')
    : { operation: 'stats', entity: only.name, figures, parent, ...range }
}

const involved = (figures: Figure[], resolved: Resolved): Entity[] =>
  [...new Set(figures.map((figure) => figure.entity))].map((name) => resolved.entities.find((entity) => entity.name === name)!)

const FROM = /^(?:from|since|after|start|(?:from|start|begin)_?date|date_?from|(?:from|start)_?(?:at|time)|created_?(?:from|after))$/i
const TO = /^(?:to|until|before|end|(?:to|end)_?date|date_?to|(?:to|end)_?(?:at|time)|created_?(?:to|before))$/i

/** `?from=&to=`: the moment at which rows came to be, or the only one that people give. Null when that is not certain. */
export function rangeOf(fact: EndpointFact, entities: Entity[]): Pick<Endpoint, 'range'> | null {
  const from = fact.query.find((param) => FROM.test(param.name))?.name
  const to = fact.query.find((param) => TO.test(param.name))?.name
  if (from === undefined && to === undefined) return {}
  const fields: FigureRange['fields'] = {}
  for (const entity of entities) {
    const moments = entity.fields.filter((field) => (field.type === 'datetime' || field.type === 'date') && !field.list && field.auto !== 'updated')
    const given = moments.filter((field) => field.auto === undefined && !field.nullable)
    const made = moments.find((field) => field.auto === 'created')
    const field =
      (moments.length === 1 ? moments[0] : undefined) ??
      fieldNamed(entity, `${snakeName(entity.name)}_date`) ??
      made ??
      (given.length === 1 ? given[0] : undefined)
    if (field === undefined) return null
    fields[entity.name] = field.name
  }
  return { range: { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), fields } }
}
