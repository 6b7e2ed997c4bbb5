/** Part of a text, `end` excluded. */
export interface Span {
  start: number
  end: number
}

/** No pattern matches more characters than this, so a stream never has to hold back more. */
export const MAX_SECRET = 32 * 1024

/** How a form begins, which is looked for first, and the rest of it. A group marks the secret when it is not the whole match. */
interface Shape {
  start: string
  pattern: RegExp
}

const escaped = (text: string) => text.replace(/[.?/]/g, '\\$&')
const place = (start: string, rest: string): Shape => ({ start, pattern: new RegExp(escaped(start) + rest, 'g') })
/** Not inside a longer word. */
const shape = (start: string, rest: string): Shape => place(start, `(?<![A-Za-z0-9]${escaped(start)})${rest}`)

/** Tokens that say what they are. */
const KEYS: readonly Shape[] = [
  shape('sk-ant-', '[\\w-]{8,512}'),
  shape('sk-', '(?:proj-|svcacct-|admin-|or-v1-)?(?=[\\w-]{0,64}\\d)[\\w-]{20,512}'),
  ...['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'pk_live_'].map((start) => shape(start, '[A-Za-z0-9]{10,256}')),
  shape('whsec_', '[A-Za-z0-9+/=]{16,256}'),
  ...['AKIA', 'ASIA', 'AROA', 'AIDA', 'ABIA', 'ACCA'].map((start) => shape(start, '[A-Z0-9]{16}(?![A-Za-z0-9])')),
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((start) => shape(start, '[A-Za-z0-9]{16,256}')),
  shape('github_pat_', '\\w{20,256}'),
  shape('glpat-', '[\\w-]{16,256}'),
  shape('xox', '[a-z]-[A-Za-z0-9-]{8,256}'),
  shape('xapp-', '[A-Za-z0-9-]{16,256}'),
  shape('AIza', '[\\w-]{30,64}'),
  shape('ya29.', '[\\w-]{16,1024}'),
  shape('GOCSPX-', '[\\w-]{16,64}'),
  shape('npm_', '[A-Za-z0-9]{30,64}'),
  shape('pypi-AgE', '[\\w-]{16,1024}'),
  shape('hf_', '[A-Za-z0-9]{30,64}'),
  shape('SG.', '[\\w-]{16,64}\\.[\\w-]{16,128}'),
  shape('dop_v1_', '[a-f0-9]{32,128}'),
  shape('eyJ', '[\\w-]{8,4096}\\.eyJ[\\w-]{8,16384}(?:\\.[\\w-]{0,4096}){1,3}'),
]

/** A private key, whole or cut off; line ends may be escaped, as in JSON. */
const BASE64_LINES = '(?:(?:\\s|\\\\[rn]){0,4}[A-Za-z0-9+/=]{16,128}){0,200}'
const KEY_NAME = '(?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----'

const PLACES: readonly Shape[] = [
  place('-----BEGIN ', `${KEY_NAME}(?:[^-]{0,${MAX_SECRET - 1024}}-----END ${KEY_NAME}|${BASE64_LINES})`),
  /** What stands before the `@` of a URL: a password after the colon, or one long token. Templates are no secrets. */
  place('://', '[^\\s/?#@:\'"<>]{0,128}:(?![$<{*[%])([^\\s/?#@\'"<>]{1,512})(?=@)'),
  place('://', '([A-Za-z0-9_.~-]{20,512})(?=@)'),
  place('hooks.slack.com/services/', '([A-Za-z0-9/]{16,128})'),
  place('?sig=', '([A-Za-z0-9%+/=]{16,256})'),
  place('&sig=', '([A-Za-z0-9%+/=]{16,256})'),
]

/** Secrets that are known by their own form. */
export function secretShapes(text: string): Span[] {
  return [...KEYS, ...PLACES].flatMap((each) => spansOf(text, each))
}

function spansOf(text: string, { start, pattern }: Shape): Span[] {
  if (!text.includes(start)) return []
  return [...text.matchAll(pattern)].map((match) => {
    const end = match.index + match[0].length
    return { start: end - (match[1] ?? match[0]).length, end }
  })
}

/** Where a private key begins that has no end yet; -1 without one. */
export function openPrivateKey(text: string): number {
  const start = text.lastIndexOf('-----BEGIN ')
  return start >= 0 && !/-----END [A-Z0-9 ]{0,60}-----/.test(text.slice(start)) ? start : -1
}
