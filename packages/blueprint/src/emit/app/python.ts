/** Python source as text: what the formatter and the linter of the generated project would leave as it is. */

/** Longest line, as in the generated pyproject.toml. */
export const WIDTH = 120

/** Something in brackets that is broken over lines where it does not fit: `head`, items, `tail`. */
export interface Group {
  head: string
  items: Code[]
  tail: string
  /** Adjacent literals: `items` are the parts of this one, for where it does not fit. */
  whole?: string
}

export type Code = string | Group

export function group(head: string, items: Code[], tail: string): Group {
  return { head, items, tail }
}

/** `name(items)`. */
export function call(name: string, ...items: Code[]): Group {
  return group(`${name}(`, items, ')')
}

/** On one line, whatever its length. */
export const flat = (code: Code): string =>
  typeof code === 'string' ? code : (code.whole ?? `${code.head}${code.items.map(flat).join(', ')}${code.tail}`)

/** A statement at a depth of `indent` spaces: on one line, else its items on the next one, else one item a line. */
export function statement(code: Code, indent = 0, before = '', after = ''): string {
  const pad = ' '.repeat(indent)
  const line = `${pad}${before}${flat(code)}${after}`
  if (typeof code === 'string' || line.length <= WIDTH || code.items.length === 0) return line
  const inner = `${' '.repeat(indent + 4)}${code.whole ?? code.items.map(flat).join(', ')}`
  return `${pad}${before}${code.head}\n${inner.length <= WIDTH ? inner : broken(code, indent + 4)}\n${pad}${code.tail}${after}`
}

/** One item a line. */
const broken = ({ items, whole }: Group, indent: number): string =>
  items.map((item) => statement(item, indent, '', whole === undefined ? ',' : '')).join('\n')

/** Conditions joined by an operator, in parentheses with one a line where they do not fit. */
export function joinedBy(operator: 'and' | 'or', conditions: string[]): Code {
  const whole = conditions.join(` ${operator} `)
  if (conditions.length < 2) return whole
  return { head: '(', items: conditions.map((condition, index) => (index === 0 ? condition : `${operator} ${condition}`)), tail: ')', whole }
}

/** Lines that are there: templates leave out what does not apply. */
export function lines(...parts: (string | false | undefined)[]): string {
  return parts.filter((part): part is string => typeof part === 'string').join('\n')
}

/** A string literal, in the quotes that the formatter prefers. */
export function quoted(value: string): string {
  const escaped = [...value].map((character) => ESCAPES[character] ?? (isPrintable(character) ? character : unicodeEscape(character))).join('')
  const doubles = escaped.split('"').length - 1
  const singles = escaped.split("'").length - 1
  return doubles > singles ? `'${escaped.replace(/'/g, "\\'")}'` : `"${escaped.replace(/"/g, '\\"')}"`
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

const isPrintable = (character: string): boolean => !/[\p{C}\p{Zl}\p{Zp}]/u.test(character)

function unicodeEscape(character: string): string {
  const code = character.codePointAt(0)!
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/** A string literal that may be longer than a line: adjacent literals, which Python joins. */
export function longText(value: string, literal: (part: string) => string = quoted): Code {
  const whole = literal(value)
  return whole.length < 60 ? whole : { head: '(', items: pieces(value).map(literal), tail: ')', whole }
}

/** Parts of at most 80 characters, cut behind spaces where there are any. */
function pieces(value: string): string[] {
  const parts: string[] = []
  for (const word of value.match(/\S{1,80}\s?|\s/gu) ?? []) {
    const last = parts.at(-1)
    if (last !== undefined && last.length + word.length <= 80) parts[parts.length - 1] = last + word
    else parts.push(word)
  }
  return parts
}

/** A regular expression, raw wherever that reads better. */
export function rawString(pattern: string): string {
  const plain = [...pattern].every(isPrintable) && !pattern.includes('"') && !/\\$/.test(pattern)
  if (!plain) return quoted(pattern)
  return pattern.includes('\\') ? `r"${pattern}"` : `"${pattern}"`
}

/** A docstring from prose of any origin, wrapped. */
export function docstring(prose: string, indent = 0): string {
  const pad = ' '.repeat(indent)
  const text = sentenceOf(prose)
  const one = `${pad}"""${text}"""`
  if (one.length <= WIDTH) return one
  // The formatter pulls the closing quotes up to a text of one line, whatever its length.
  const whole = wrapped(text, WIDTH - indent - 3)
  const [first = '', ...rest] = whole.length > 1 ? whole : wrapped(text, WIDTH - indent - 6)
  return [`${pad}"""${first}`, ...rest.map((line) => pad + line), `${pad}"""`].join('\n')
}

/** One paragraph that ends as a sentence, and that no docstring or comment can be ended with. */
export function sentenceOf(prose: string): string {
  const text = [...prose]
    .map((character) => (isPrintable(character) ? character : ' '))
    .join('')
    .replace(/\\/g, '/')
    .replace(/"/g, "'")
    .replace(/\s+/g, ' ')
    .trim()
  return text === '' || /[.!?]$/.test(text) ? text || '.' : `${text}.`
}

/** Words in lines of at most `width` characters; a longer word is cut. */
export function wrapped(text: string, width: number): string[] {
  const result: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((each) => each.match(new RegExp(`.{1,${width}}`, 'gu')) ?? [])) {
    if (line !== '' && line.length + 1 + word.length > width) {
      result.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...result, line]
}

/** `TaskTag` from `task_tag`. */
export function pascal(name: string): string {
  return name
    .split('_')
    .filter(Boolean)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')
}

/** `IN_PROGRESS` from `in progress`: a constant, or member of an enumeration. */
export function constant(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toUpperCase()
  return /^[A-Z]/.test(words) ? words : words === '' ? 'VALUE' : `VALUE_${words}`
}

/** A set or tuple of literals. */
export const tuple = (items: string[]): string => `(${items.join(', ')}${items.length === 1 ? ',' : ''})`
