/** A line end and other blanks, also as JSON writes them. */
const LINE_END = '(?:\\r?\\n|\\\\{1,7}(?:r\\\\{1,7})?n)'
const SPACE = '(?:\\s|\\\\{1,7}[nrt])'
const BLANKS = '(?:[ \\t]|\\\\{1,7}t){0,8}'
/** A quote, as plain text, JSON within JSON, HTML and URLs write it. */
export const QUOTES = '(?:\\\\{0,15}["\'`]|&(?:quot|#34|#39|#x27);|\\\\{1,15}u0022|%22)'
/** A colour of a terminal. */
const COLOUR = '(?:\\u001b|\\\\{1,7}(?:u001b|x1b|033|e))?\\[[\\d;]{0,8}m'
/** What may stand at the end of a name, and around the sign: one quote, emphasis, colours. */
const NAME_END = `(?:${QUOTES})?\\*{0,2}(?:${COLOUR}){0,2}`
const OPENS_STRING = '(?=[bfru]{0,2}\\\\{0,15}["\'])'
const NAMED_TYPE = '[A-Za-z_][\\w.]{0,40}(?:\\[[\\w.,| ]{0,60}\\])?'
const TYPE = `(?:&(?:'static )?)?${NAMED_TYPE}(?: ?\\| ?${NAMED_TYPE}){0,3}`
const SIGN = '(?::=|=>|(?:\\|\\||\\?\\??)=|[=!]==?|=|:|%3[aAdD])'

/** How name and value are joined: the first that fits counts. */
const FORMS = {
  /** `Your new token:` and the value alone on a line. */
  heading: `(?: [A-Za-z ,-]{1,80})?:[ \\t]{0,4}${LINE_END}{1,2}[ \\t]{0,40}(?=[\\w+/=.~-]{16,512}[ \\t]{0,4}(?:[\\r\\n\\\\"]|$))`,
  /** `token = other || "value"`, `token = get("TOKEN") or "value"` */
  fallback: `[ \\t]{0,8}[:=][ \\t]{0,8}[A-Za-z_$][\\w$]{0,32}[.[(][\\w.$]{0,48}[[(]?(?:${QUOTES}[\\w-]{1,64}${QUOTES}[\\])])?!?[ \\t]{1,4}(?:\\|\\||\\?\\?|or)[ \\t]{1,4}${OPENS_STRING}`,
  /** `token: str = Field(default="value")` */
  field: `(?:[?!]?:[ \\t]{0,8}${TYPE})?[ \\t]{0,8}=[ \\t]{0,8}Field\\([ \\t]{0,4}(?:default[ \\t]{0,4}=[ \\t]{0,4})?${OPENS_STRING}`,
  /** `token: str = "value"` */
  annotated: `[?!]?:[ \\t]{0,8}${TYPE}[ \\t]{0,8}=[ \\t]{0,8}${OPENS_STRING}`,
  /** `name=value`, `"name": "value"`, `env["name"] = value`, `name => value`, URL-encoded, and YAML blocks. */
  sign: `${NAME_END}\\]?[?!]?${BLANKS}${SIGN}(?:(?<=:)\\*{2})?${BLANKS}(?:${COLOUR}){0,2}(?:[|>][+-]?[ \\t]{0,4}${LINE_END}[ \\t]{1,40}|\\\\{0,8}${LINE_END}[ \\t]{0,40}(?!(?:\\\\{0,15}["']){3})(?=\\\\{0,15}["'])|\\(${SPACE}{0,40}(?=\\\\{0,15}["']))?`,
  /** `name: X⏎ value: Y`, and `name="X" value="Y"` */
  pair: `(?:${QUOTES})?[ \\t]{0,8}(?:,${SPACE}{0,40}|${SPACE}{1,40})(?:${QUOTES})?[vV]alue(?:${QUOTES})?[ \\t]{0,8}[=:][ \\t]{0,8}(?=["']|\\S)`,
  /** `variable "name" { default = "value"` */
  block: `${QUOTES}[ \\t]{0,4}\\{${SPACE}{1,20}(?:(?:type|sensitive|description)[ \\t]{0,8}=[^\\n}]{0,120}${SPACE}{1,20}){0,3}default[ \\t]{0,8}=[ \\t]{0,8}(?=\\\\{0,15}")`,
  /** `<name>value</name>` */
  markup: '(?:\\\\{0,15}["\'])?(?:[ \\t][^<>\\n]{0,80})?>(?=[^<\\s])',
  /** `name="name"` and the value after an empty line, in a form. */
  part: `${QUOTES}${LINE_END}{2}(?=\\S)`,
  /** `PASSWORD('value')` */
  call: `\\([ \\t]{0,4}${OPENS_STRING}`,
  /** `("name", "value")` */
  list: `${QUOTES},[ \\t]{0,8}${OPENS_STRING}`,
  /** `| name | value |` */
  table: `(?:${QUOTES})?[ \\t]{1,40}\\|[ \\t]{1,8}(?=\\S)`,
  /** `The password is value`, `token created: value` */
  verb: `(?:${QUOTES})? (?:is|to|as|was|created|generated|issued|rotated|changed to|set to|→|->|for [\\w@. -]{1,48}:)[: ]{1,2}(?=\\S)`,
  /** `--name value` */
  blank: `(?:[ \\t]|\\\\{1,7}t){1,40}(?:\\\\{1,8}${LINE_END}[ \\t]{0,40})?(?=\\S)`,
}

export type Form = keyof typeof FORMS

export interface Joint {
  form: Form
  written: string
}

const NAMES = Object.keys(FORMS) as Form[]
const JOINT = new RegExp(NAMES.map((name) => `(${FORMS[name]})`).join('|'), 'y')

/** What joins a name that ends here to a value. */
export function jointAt(text: string, at: number): Joint | undefined {
  JOINT.lastIndex = at
  const match = JOINT.exec(text)
  if (!match) return undefined
  return { form: NAMES[match.findIndex((part, index) => index > 0 && part !== undefined) - 1] as Form, written: match[0] }
}

/** A cheap look at what follows a name, since most names are followed by something else. */
export const mayJoin = (text: string, at: number) => JOINING[text.charCodeAt(at)] === 1

const JOINING = new Uint8Array(65_536)
for (const character of '=: \t\r\n"\'`\\]?!>&,%*|[(\u001b') JOINING[character.charCodeAt(0)] = 1
