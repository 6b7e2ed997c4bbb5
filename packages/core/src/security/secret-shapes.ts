/** Part of a text, `end` excluded. */
export interface Span {
  start: number
  end: number
}

/** No pattern matches more characters than this, so a stream never has to hold back more. */
export const MAX_SECRET = 32 * 1024

const KEYS = [
  'sk-ant-[\\w-]{8,512}',
  'sk-(?:proj-|svcacct-|admin-|or-v1-)?(?=[\\w-]{0,64}\\d)[\\w-]{20,512}',
  '[srp]k_(?:live|test)_[A-Za-z0-9]{10,256}',
  'whsec_[A-Za-z0-9+/=]{16,256}',
  '(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])',
  'gh[pousr]_[A-Za-z0-9]{16,256}',
  'github_pat_\\w{20,256}',
  'glpat-[\\w-]{16,256}',
  'xox[a-z]-[A-Za-z0-9-]{8,256}',
  'xapp-[A-Za-z0-9-]{16,256}',
  'AIza[\\w-]{30,64}',
  'ya29\\.[\\w-]{16,1024}',
  'GOCSPX-[\\w-]{16,64}',
  'npm_[A-Za-z0-9]{30,64}',
  'pypi-AgE[\\w-]{16,1024}',
  'hf_[A-Za-z0-9]{30,64}',
  'SG\\.[\\w-]{16,64}\\.[\\w-]{16,128}',
  'dop_v1_[a-f0-9]{32,128}',
  'eyJ[\\w-]{8,4096}\\.eyJ[\\w-]{8,16384}(?:\\.[\\w-]{0,4096}){1,3}',
]

/** Tokens that say what they are. The character before must not belong to a longer word. */
const KEY = new RegExp(`(?<![A-Za-z0-9])(?:${KEYS.join('|')})`, 'g')

/** A private key, whole or cut off; line ends may be escaped, as in JSON. */
const BASE64_LINES = '(?:(?:\\s|\\\\[rn]){0,4}[A-Za-z0-9+/=]{16,128}){0,200}'
const PEM = new RegExp(
  `-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:[^-]{0,${MAX_SECRET - 1024}}-----END (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----|${BASE64_LINES})`,
  'g',
)

/** What stands before the `@` of a URL: a password after the colon, or one long token. Templates are no secrets. */
const URL_PASSWORD = /(?<=:\/\/[^\s/?#@:'"<>]{0,128}:)(?![$<{*[%])[^\s/?#@'"<>]{1,512}(?=@)/g
const URL_TOKEN = /(?<=:\/\/)[A-Za-z0-9_.~-]{20,512}(?=@)/g

const SLACK_HOOK = /(?<=hooks\.slack\.com\/services\/)[A-Za-z0-9/]{16,128}/g
const SIGNATURE = /(?<=[?&]sig=)[A-Za-z0-9%+/=]{16,256}/g

const ALL = [
  { hint: /-----BEGIN /, pattern: PEM },
  { hint: /:\/\//, pattern: URL_PASSWORD },
  { hint: /:\/\//, pattern: URL_TOKEN },
  { hint: /hooks\.slack/, pattern: SLACK_HOOK },
  { hint: /[?&]sig=/, pattern: SIGNATURE },
  { hint: undefined, pattern: KEY },
]

/** Secrets that are known by their own form. */
export function secretShapes(text: string): Span[] {
  return ALL.flatMap(({ hint, pattern }) => (hint === undefined || hint.test(text) ? spansOf(text, pattern) : []))
}

function spansOf(text: string, pattern: RegExp): Span[] {
  const spans: Span[] = []
  for (const match of text.matchAll(pattern)) spans.push({ start: match.index, end: match.index + match[0].length })
  return spans
}

/** Where a private key begins that has no end yet; -1 without one. */
export function openPrivateKey(text: string): number {
  const start = text.lastIndexOf('-----BEGIN ')
  return start >= 0 && !/-----END [A-Z0-9 ]{0,60}-----/.test(text.slice(start)) ? start : -1
}
