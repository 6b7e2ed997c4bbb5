/** What is known of a value from where it stands. */
export interface ValueContext {
  isPassword: boolean
  /** Where name and place say too little, it has to look like a secret, too: like a password (letters and digits), or random. */
  mustLook: false | 'mixed' | 'random'
  quoted: boolean
}

/** Words that describe a value instead of being one. */
const DESCRIPTION =
  /^(?:true|false|null|none|nil|undefined|nan|required|optional|empty|missing|invalid|expired|unset|redacted|hidden|masked|str|string|text|int|integer|number|bool|boolean|bytes|any|object|array|list|dict|bearer|basic|mock|SecretStr|password|passwd|passphrase|pass|pwd|token|secret|apikey|api_key|varchar|uuid|unknown|never|void|self|this|yes|no|on|off|not|the|a|an|is|was|are|and|or|of|for|in|with|await|new|async|function|lambda|if|else|return|typeof|from|import|include|omit|same-origin|char|static|const|let|var|read|write|value|options?|flags?|arguments?|parameters?|env|name|valid|wrong|incorrect|present|absent|provided|given|ok|changed|revoked|rejected|accepted|denied|failed|see)[?!.:]?$/i
/** What a person has to replace, and what was taken out before. */
const PLACEHOLDER =
  /^(?:x{3,}|\.{2,}|-+|_+|#+|\*+|change[-_ ]?(?:me|this|it)(?:[-_ ].*)?|replace[-_ ]?(?:me|this|with).*|your[-_ ].*|<.*>|placeholder|example|dummy|todo|tbd|n\/a|insert[-_ ].*|\[[\w -]+\]|\(.*\)|\/\^.*|mock:.*|.*[-_ ](?:here|placeholder)|.*(?:\.{3}|…)|(?:\w{1,12}[-_ ]){0,3}(?:x{4,}|\*{3,}|\.{3}).*)$/is
const TEMPLATE =
  /\$\{[^}]*\}|\$\([^)]*\)|\$\{\{[^}]*\}\}|\{\{[^}]*\}\}|\$[A-Za-z_]\w*|\$\d{1,2}(?!\w)|\{[\w.()[\]!:"' -]*\}|<[^<>]*>|%\(\w+\)s|%[sdrv]|#\{[^}]*\}|%\w+%/g
const EXPRESSION =
  /^(?:[A-Za-z_]\w*[?!]?\.)+[A-Za-z_]\w*$|^(?:await |new )?[A-Za-z_][\w.#]*(?:::[\w.:]+)?[([]|^[!&*@]?[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+[?!]?$|^(?:id|type|src|source|env)=[\w.,=/-]*$|^(?:[A-Za-z_]\w*::)+\w+$|^[:&*][A-Za-z_][\w:]*$|^!(?:vault|secret|env|ref|sub|getatt|include|reference|unsafe|binary|str)$/i
const VARIABLE =
  /^(?:[A-Za-z]+_)*(?:password|passwd|pwd|token|secret|key|credentials?|hash|auth)$|^(?:[a-z]+[A-Z])\w*?(?:Password|Token|Secret|Key|Hash)$|^_?[A-Za-z]*(?:Private|Public)Key$/
const RANDOM =
  /^(?=.*\d)(?=.*[A-Za-z])\S{8,}$|^(?=.*[a-z])(?=.*[A-Z])(?!.*(?:[A-Z][a-z]{2,}){4}|.*(?:[A-Z][a-z]+){5})[A-Za-z0-9+/_=-]{32,}$|^(?=.*[^\w\s])(?=.*\d)\S{8,}$/
const VERSION = /^(?:[\^~<>=v]{1,3}\d+(?:\.[\dx]+)*|\d+(?:\.\d+){2,3})(?:[-+][\w.]+)?$/
const MIXED = /^(?=.*\d)(?=.*[A-Za-z])\S{5,}$/
/** Names of types, methods and counted things have digits, too. */
const COUNTED =
  /^(?:u?int|float|str|bytes|varchar|char|uuid|utf|sha|md|base|argon|bcrypt|[rhep]s|v|x|http|oauth|ed|aes|rsa|ipv|ec|p|sec|step|task|user|test|page|line|phase|version|id|no|nr)[-_]?\d{1,4}(?:[a-z]{1,2}|\(\d+\))?[.:]?$|^[a-z]+\d*(?:_[a-z]+\d*)+$/i
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i
const CSS_COLOUR = /^#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/i
const PATH =
  /^(?:~|\.{1,2})\/[\w./-]+$|^\/(?:etc|run|var|home|Users|usr|opt|tmp|app|root|srv|mnt|dev|proc|work|workspace|secrets?|keys?|api|v\d)(?:\/[\w./-]*)?$|^\/(?:[a-z_.-][a-z0-9_.-]*\/)+[a-z0-9_.-]*$|^[\w./-]+\.(?:pem|key|json|ya?ml|txt|crt|py|ts|js|env|toml|conf|cfg|ini)$/
const SENTENCE = /^[A-Za-z][\w ,.'-]* [\w ,.'-]*[.:!?]?$/
const EXPLAINING =
  /\b(?:must|should|required|invalid|missing|cannot|at least|at most|too short|too long|incorrect|wrong|match|field|characters|enter|your|user|users|hashed|optional|expired)\b/i
/** A label of a form, in the languages it is most often written in. */
const LABEL = /^[\p{L} :'’*-]*(?:passw|kennwort|contraseña|mot de passe|senha|wachtwoord|hasło|parola|token|schlüssel)[\p{L} :'’?*-]*$/iu

/** Patterns look at no more of a value. */
const LOOKED_AT = 256

/** Whether what stands beside the name of a secret is one, and no type, variable, template or placeholder. */
export function isSecretValue(whole: string, { isPassword, mustLook, quoted }: ValueContext): boolean {
  const value = whole.slice(0, LOOKED_AT)
  if (value.length < (isPassword ? 2 : 4) || !/[A-Za-z0-9]/.test(value)) return false
  if (DESCRIPTION.test(value) || PLACEHOLDER.test(value) || isTemplate(value)) return false
  if (/^0x[\da-f]{1,8}$/i.test(value) || VERSION.test(value)) return false
  if (/^[\d.,:_]+[a-z%]?$/i.test(value)) return isPassword && value.length >= 4 && !mustLook
  if (PATH.test(value) || /^(?:[a-z]+:)?\/\/\S+$/.test(value)) return false
  if (!quoted && EXPRESSION.test(value) && !isLong(value)) return false
  if (isName(value) || (!isPassword && (CSS_COLOUR.test(value) || (quoted && /^[A-Z][a-z]+$/.test(value))))) return false
  if (mustLook === 'random' && /[[\](){}^|\\?]/.test(value)) return false
  if (mustLook) return (RANDOM.test(value) || (mustLook === 'mixed' && MIXED.test(value) && !COUNTED.test(value))) && !UUID.test(value)
  return !(quoted && SENTENCE.test(value) && EXPLAINING.test(value))
}

/** `db_password`, `confirmPassword`, `Neues Passwort` */
const isName = (value: string) => !/\d/.test(value) && (VARIABLE.test(value.replace(/^[!@]/, '')) || LABEL.test(value))

/** Nothing is left of a template but what joins its parts. */
function isTemplate(value: string): boolean {
  if (/^(?:[[{]|[$#%][({])/.test(value) && !/[\]})]$/.test(value)) return true
  if (!/[$<{%#]/.test(value)) return false
  const rest = value.replace(/^(?:basic|bearer|token) /i, '').replace(TEMPLATE, '')
  const letters = rest.replace(/[^A-Za-z0-9]/g, '').length
  return rest !== value && letters < (/[{<(]|%\w/.test(value) ? 3 : 1)
}

/** A dotted token, unlike a dotted name, has a long part with digits in it, or one where they alternate with letters of both cases. */
function isLong(value: string): boolean {
  if (!/^[\w.-]+$/.test(value) || /(?:Private|Public)Key$/.test(value)) return false
  return value.split('.').some((part) => (part.length >= 12 && /\d/.test(part) && /[A-Za-z]/.test(part)) || ALTERNATING.test(part))
}

const ALTERNATING = /^(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=(?:[A-Za-z]*\d+[A-Za-z]+){2})[A-Za-z0-9]{6,}$/
