import type { FieldFacts, Facts } from '../facts'
import { nameKey } from '../words'
import type { Declarations, DeclaredField, DeclaredType } from './declarations'
import { typeMeaning } from './type-names'

/** Adds declared types as entities: shapes of one thing (`ProductCreate`, `ProductResponse`) are that thing, and shapes of messages are none. */
export function addDeclarations({ types, enums, links }: Declarations, facts: Facts): void {
  for (const one of enums) if (one.values.length > 0) facts.enums.push({ ...one, section: null })
  const named = new Map(enums.map((one) => [one.name, one.values]))
  const kept = types.filter((type) => !isMessage(type))
  const subjects = new Map(kept.map((type) => [type.name, subjectOf(type.name, kept)]))
  const byName = new Map(types.map((type) => [type.name, type]))
  for (const type of kept) {
    const subject = subjects.get(type.name)!
    const entity = nameKey(subject)
    const shape = subject !== type.name
    facts.entities.push({ key: entity, name: subject, line: type.line, junction: false, weight: shape ? 1 : 2 })
    for (const field of fieldsOf(type, byName)) addField(field, entity, shape, named, subjects, facts)
  }
  for (const link of links) addLink(link, facts)
}

/** `LoginRequest`, `TokenResponse`, `ErrorDetail`, `Page<T>`: what goes over the wire and is stored nowhere. */
const MESSAGE =
  /^(?:Base(?:Model)?|I?(?:Log|Sign)(?:in|out|up|In|Out|Up)\w*|\w*Tokens?(?:Pair|Data|Payload)?(?:Request|Response|Dto|DTO)?|\w*Error\w*|Api\w*|Pag(?:e|inat)\w*|\w*(?:List|Page|Paginated)(?:Response|Result)?|Health\w*|Message(?:Response)|Config|Settings|Query|Mutation)$/

function isMessage({ name, fields }: DeclaredType): boolean {
  const stored = fields.some((field) => field.name === 'id' || field.facts.primary === true)
  return fields.length === 0 || (MESSAGE.test(name) && !stored)
}

const AFFIX =
  /^(?:Create|Update|New|Edit|Patch|I(?=[A-Z][a-z]))?([A-Z]\w*?)(?:(?:Base|Create|Update|Patch|Read|Public|In|Out|InDB|Detail|Input|Output|Response|Request|Dto|DTO|Schema|Model|Entity|Table|Record)+)?$/

/** The thing that a shape is of, where it is one: another shape or type has the same name, or the affix leaves no doubt. */
function subjectOf(name: string, all: readonly DeclaredType[]): string {
  const base = name.match(AFFIX)?.[1] ?? name
  if (base === name) return name
  const shared = all.some((one) => one.name !== name && (one.name === base || one.name.match(AFFIX)?.[1] === base))
  return shared || /^(?:Create|Update|I[A-Z])|(?:Dto|DTO|Schema|Model|Entity|Response|Request|Create|Base)$/.test(name) ? base : name
}

/** Its own fields behind those of what it extends. */
function fieldsOf(type: DeclaredType, byName: ReadonlyMap<string, DeclaredType>, seen = new Set<string>()): DeclaredField[] {
  if (seen.has(type.name)) return []
  seen.add(type.name)
  const inherited = type.bases.flatMap((base) => {
    const found = byName.get(base)
    return found === undefined ? [] : fieldsOf(found, byName, seen)
  })
  return [...inherited.filter((field) => type.fields.every((own) => own.name !== field.name)), ...type.fields]
}

function addField(
  field: DeclaredField,
  entity: string,
  shape: boolean,
  enums: ReadonlyMap<string, string[]>,
  subjects: ReadonlyMap<string, string>,
  facts: Facts,
): void {
  const meaning = typeMeaning(field.type, field.name)
  const merged: FieldFacts = { ...meaning.facts, ...field.facts }
  if (shape) for (const key of ['required', 'nullable', 'default'] as const) delete merged[key]
  const values = meaning.named === null ? undefined : enums.get(meaning.named)
  // What this block does not declare, another may: an entity or an enumeration.
  const target = meaning.named === null ? undefined : (subjects.get(meaning.named) ?? meaning.named)
  if (values !== undefined) Object.assign(merged, { type: 'enum', values, ...defaultOf(merged, values) })
  else if (target !== undefined && meaning.list) {
    facts.relations.push({ entity, kind: 'has-many', target, role: field.name, through: null, line: field.line })
    return
  } else if (target !== undefined) merged.references ??= target
  facts.fields.push({ entity, name: field.name, line: field.line, weight: shape ? 0 : 2, facts: merged })
}

/** `Status.OPEN` of an enumeration whose value is `open`. */
function defaultOf({ default: value }: FieldFacts, values: readonly string[]): FieldFacts {
  const member = typeof value === 'string' ? values.find((one) => one.toLowerCase() === value.toLowerCase()) : undefined
  return member === undefined ? {} : { default: member }
}

/** A diagram's line between two things: a field that says the same is that line. */
function addLink(link: Declarations['links'][number], facts: Facts): void {
  const [from, to] = [nameKey(link.from), nameKey(link.to)]
  if (link.kind === 'many') {
    facts.relations.push({ entity: from, kind: 'many-to-many', target: link.to, role: link.to, through: null, line: link.line })
    return
  }
  const name = link.field === '' ? `${link.to.toLowerCase().replace(/-/g, '_')}_id` : link.field
  const said = facts.fields.some(
    (field) =>
      field.entity === from &&
      (nameKey(field.name) === nameKey(name) || field.facts.references === link.to || nameKey(field.name.replace(/_?id$/i, '')) === to),
  )
  if (said && link.field === '') return
  facts.fields.push({
    entity: from,
    name,
    line: link.line,
    weight: 2,
    facts: { references: link.to, ...(link.required ? { required: true } : { required: false }) },
  })
}
