import type { FieldFacts } from '../facts'
import { EXCLUSIVE } from '../qualifiers/bounds'
import { splitTop } from '../qualifiers/members'
import { type Declarations, type DeclaredField, type DeclaredType, noDeclarations, type Piece } from './declarations'

const NESTED = /^\s+class\s+(\w+)\s*\(.*(?:Choices|Enum)\)\s*:/
const HEAD = /^class\s+(\w+)\s*(?:\((.*?)\))?\s*:\s*(.*)$/

/** Classes of Pydantic, SQLModel, SQLAlchemy, Django and dataclasses, and enumerations. */
export function readPython(lines: readonly Piece[]): Declarations {
  const found = noDeclarations()
  let open: { type: DeclaredType | null; values: string[] | null } | null = null
  for (const { text, line } of joined(lines)) {
    const nested: string | undefined = text.match(NESTED)?.[1]
    if (nested !== undefined && open !== null) {
      open.values = []
      found.enums.push({ name: nested, values: open.values, line })
      continue
    }
    const head = text.match(HEAD)
    if (head !== null) {
      const bases = (head[2] ?? '').match(/[A-Za-z_]\w*/g) ?? []
      const isEnum = bases.some((base) => /^(?:Str|Int)?Enum$|Choices$/.test(base))
      const type = { name: head[1]!, line, bases, fields: [] }
      open = { type: isEnum ? null : type, values: isEnum ? [] : null }
      if (open.values === null) found.types.push(type)
      else found.enums.push({ name: head[1]!, values: open.values, line })
    } else if (/^\S/.test(text) && !/^[@#)]/.test(text)) open = null
    else if (open?.values && (open.type === null || /^\s{5,}/.test(text)))
      open.values.push(...(text.match(/^\s+\w+\s*=\s*\(?\s*["']([^"']+)["']/)?.slice(1, 2) ?? []))
    else if (open?.type && /^(?: {1,4}|\t)\S/.test(text)) open.type.fields.push(...fieldOf(text.trim(), line))
  }
  return found
}

/** A call that goes over several lines is one. */
function joined(lines: readonly Piece[]): Piece[] {
  const whole: Piece[] = []
  let depth = 0
  for (const { text, line } of lines) {
    const code = text.replace(/\s+#.*$/, '')
    if (depth > 0) whole.at(-1)!.text += ` ${code.trim()}`
    else whole.push({ text: code, line })
    depth = Math.max(0, depth + (code.match(/[([{]/g)?.length ?? 0) - (code.match(/[)\]}]/g)?.length ?? 0))
  }
  return whole
}

function fieldOf(text: string, line: number): DeclaredField[] {
  const annotated = text.match(/^([a-zA-Z]\w*)\s*:\s*([^=]+?)\s*(?:=\s*(.+))?$/)
  const assigned = text.match(/^([a-zA-Z]\w*)\s*=\s*(?:\w+\.)?(\w+)\((.*)\)$/)
  if (annotated !== null && !/\b(?:relationship|Relationship)\(/.test(annotated[3] ?? '') && !/^ClassVar|^model_config/.test(annotated[2]!)) {
    const [, name, type, value] = annotated
    const { facts, column } = valueFacts(value)
    const mapped = type!.match(/^(?:Mapped|Annotated|InstrumentedAttribute)\[(.*)\]$/)
    return [
      { name: name!, type: column ?? (mapped === null ? type! : splitTop(mapped[1]!)[0]!), facts: { ...nullableFacts(type!), ...facts }, line, text },
    ]
  }
  if (assigned === null || /^(?:relationship|backref|Config|ManyToManyField)$/.test(assigned[2]!)) return manyOf(assigned, text, line)
  const [, name, call, args] = assigned
  const { facts, column } = call === 'Column' ? callFacts(args!) : djangoFacts(call!, args!)
  return [{ name: name!, type: column ?? '', facts, line, text }]
}

/** `tags = models.ManyToManyField(Tag)`. */
function manyOf(assigned: RegExpMatchArray | null, text: string, line: number): DeclaredField[] {
  const target = assigned?.[2] === 'ManyToManyField' ? assigned[3]!.match(/["']?(\w+)["']?/)?.[1] : undefined
  return target === undefined ? [] : [{ name: assigned![1]!, type: `list[${target}]`, facts: {}, line, text }]
}

const nullableFacts = (type: string): FieldFacts => (/\bOptional\[|\bNone\b/.test(type) ? { nullable: true, required: false } : {})

function valueFacts(value: string | undefined): { facts: FieldFacts; column: string | undefined } {
  if (value === undefined) return { facts: {}, column: undefined }
  const call = value.match(/^(?:\w+\.)?(?:mapped_column|Column|Field|field)\((.*)\)$/)
  return call === null ? { facts: literalDefault(value), column: undefined } : callFacts(call[1]!)
}

function literalDefault(value: string): FieldFacts {
  if (/^None$/.test(value)) return { nullable: true, required: false }
  if (/^(?:True|False)$/.test(value)) return { default: value === 'True' }
  if (/^-?\d+(?:\.\d+)?$/.test(value)) return { default: Number(value) }
  const text = value.match(/^["'](.*)["']$/)
  if (text !== null) return { default: text[1]! }
  const member = value.match(/^[A-Z]\w*\.(\w+)$/)
  return member === null ? {} : { default: member[1]!.toLowerCase() }
}

/** Arguments of `Field(...)`, `Column(...)`, `mapped_column(...)`; the column's own type where one is given. */
function callFacts(args: string): { facts: FieldFacts; column: string | undefined } {
  const facts: FieldFacts = {}
  let column: string | undefined
  for (const part of splitTop(args, ',')) {
    const named = part.match(/^(\w+)\s*=\s*(.*)$/s)
    if (named !== null) Object.assign(facts, argument(named[1]!, named[2]!))
    else if (/^(?:\w+\.)?ForeignKey\(/.test(part)) Object.assign(facts, foreignKey(part))
    else if (/^(?:\w+\.)?[A-Z]\w*(?:\(.*\))?$/s.test(part)) column = columnType(part.replace(/^\w+\./, ''))
    else if (part === '...') facts.required = true
    else if (/^["']?-?[\w.]+["']?$/.test(part)) Object.assign(facts, literalDefault(part))
  }
  return { facts, column }
}

const columnType = (text: string): string => text.replace(/^(?:SQLEnum|SAEnum|SqlEnum|Enum)\((\w+)\b.*\)$/s, '$1')

function foreignKey(text: string): FieldFacts {
  const target = text.match(/["']?(?:\w+\.)?(\w+)\.\w+["']/)?.[1] ?? text.match(/\(["']?(\w+)/)?.[1] ?? ''
  const rule = text.match(/(?:ondelete|on_delete)\s*=\s*["']?(?:models\.)?(CASCADE|SET[ _]NULL)/i)?.[1]
  return { references: target, ...(rule === undefined ? {} : { onDelete: /cascade/i.test(rule) ? ('cascade' as const) : ('set-null' as const) }) }
}

function argument(name: string, value: string): FieldFacts {
  const amount = Number(value)
  const truth = value === 'True'
  switch (name) {
    case 'unique':
      return truth ? { unique: 'exact' } : {}
    case 'index':
    case 'db_index':
      return truth ? { indexed: true } : {}
    case 'primary_key':
      return truth ? { primary: true, readOnly: true } : {}
    case 'nullable':
    case 'null':
      return truth ? { nullable: true, required: false } : { nullable: false }
    case 'blank':
      return truth ? { required: false } : {}
    case 'default':
      return literalDefault(value)
    case 'foreign_key':
      return foreignKey(value)
    case 'max_length':
      return { maxLength: amount }
    case 'min_length':
      return { minLength: amount }
    case 'ge':
      return { min: amount }
    case 'le':
      return { max: amount }
    case 'gt':
      return { min: amount + EXCLUSIVE }
    case 'lt':
      return { max: amount - EXCLUSIVE }
    case 'auto_now_add':
      return truth ? { auto: 'created', readOnly: true } : {}
    case 'auto_now':
      return truth ? { auto: 'updated', readOnly: true } : {}
    case 'max_digits':
      return { precision: amount }
    case 'decimal_places':
      return { scale: amount }
    default:
      return {}
  }
}

const DJANGO = /^(\w+?)Field$/

function djangoFacts(call: string, args: string): { facts: FieldFacts; column: string | undefined } {
  const { facts } = callFacts(args)
  if (/^(?:ForeignKey|OneToOneField)$/.test(call)) {
    const target = args.match(/^\s*["']?(?:settings\.)?(\w+)/)?.[1]?.replace(/^AUTH_USER_MODEL$/, 'User') ?? ''
    return {
      facts: { ...facts, ...foreignKey(`("${target}") ${args}`), references: target, ...(call === 'ForeignKey' ? {} : { unique: 'exact' }) },
      column: undefined,
    }
  }
  return { facts, column: args.match(/\bchoices\s*=\s*(?:\w+\.)*?(\w+)\.choices\b/)?.[1] ?? call.match(DJANGO)?.[1] }
}
