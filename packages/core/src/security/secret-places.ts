import { type Shape, place, shapes } from './secret-shape'
import { MAX_SECRET } from './secret-span'

/** A private key, whole or cut off; line ends may be escaped, as in JSON. */
const KEY_HEADERS = '(?:\\s{1,4}[A-Z][\\w-]{2,20}: [^\\n\\\\]{1,120}){0,4}'
const LINE_START = '(?:\\s|\\\\{1,7}[rn]|\\\\{0,15}["\'>+|,-]){0,40}(?:\\d{1,5}[\\t→:|] ?)?'
const BASE64_LINES = `(?:${LINE_START}[A-Za-z0-9+/=]{16,128}){1,200}`
/** A short body may be anything but code. */
const KEY_BODIES = [`(?=${KEY_HEADERS}${LINE_START}[A-Za-z0-9+/]{16})(?:[^-]|-(?!----)){0,${MAX_SECRET - 1024}}`, '(?:[^-()]|-(?!----)){1,400}']
const KEY_NAME = '(?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----'
const BASE64_KEYS = ['PRIV', 'RSA ', 'EC P', 'DSA ', 'OPEN', 'ENCR'].map((kind) => Buffer.from(`-----BEGIN ${kind}`).toString('base64'))

/** Secrets that hold other signs, too, or are known by what stands around them. */
export const PLACES: readonly Shape[] = [
  ...shapes('whsec_', '[A-Za-z0-9+/=]{16,256}'),
  ...shapes('1//0', '(?=[\\w-]{0,64}[A-Z])[\\w-]{24,256}'),
  ...shapes('fm2_ fo1_', '[\\w+/=,-]{32,1024}'),
  ...shapes('$2a$ $2b$ $2y$', '\\d\\d\\$[./A-Za-z0-9]{53}'),
  ...shapes('$argon2', '(?:id|i|d)\\$v=\\d+\\$[\\w=,]{1,64}\\$[A-Za-z0-9+/]{8,128}\\$[A-Za-z0-9+/]{8,256}'),
  ...shapes('$scrypt$', '[\\w=,]{1,64}\\$[A-Za-z0-9+/]{8,128}\\$[A-Za-z0-9+/]{8,256}=?'),
  ...shapes('$6$ $5$ $apr1$ $1$', '(?:rounds=\\d+\\$)?[./A-Za-z0-9]{1,16}\\$[./A-Za-z0-9]{22,86}'),
  ...shapes('$y$ $7$ $gy$', '[./A-Za-z0-9$]{24,160}'),
  ...shapes('pbkdf2_ pbkdf2:', 'sha(?:1|256|512)[$:]\\d{1,8}\\$[\\w+/=.-]{1,64}\\$[\\w+/=]{20,172}'),
  place('-----BEGIN ', `${KEY_NAME}(?:(?:${KEY_BODIES.join('|')})-----END ${KEY_NAME}|${KEY_HEADERS}${BASE64_LINES})`),
  /** The same in base64, as Kubernetes keeps it. */
  ...BASE64_KEYS.map((start) => place(start, `[A-Za-z0-9+/=]{24,${MAX_SECRET / 2}}`)),
  /** The logins of docker in base64. */
  place('eyJhdXRocyI6', '[A-Za-z0-9+/=]{16,8192}'),
  place('-Lines: ', '\\d{1,3}(?:\\r?\\n|\\\\n)([A-Za-z0-9+/=\\s]{16,8192}?)(?=\\s{0,4}(?:Private-MAC|$))'),
  /** What stands before the `@` of a URL: a password after the colon, or one long token. Templates are no secrets. */
  place('://', `[^\\s/?#@:'"<>\`[]{0,128}:(?![$<{*[%]|(?:[A-Z]{1,16}_)?(?:PASSWORD|PASSWD|PASS|PWD|SECRET|TOKEN)@)([^\\s/?#'"<>\`]{1,512})(?=@)`),
  place('://', '([A-Za-z0-9_.~-]{20,512})(?=@)'),
  place('hooks.slack.com/', '(?:services|workflows|triggers)/([A-Za-z0-9/]{16,128})'),
  place('/api/webhooks/', '(\\d{15,20}/[\\w-]{40,128})'),
  place('.webhook.office.com/webhookb2/', '([\\w@/-]{40,256})'),
  place(':AA', '[\\w-]{32,36}(?![\\w-])', /(?<!\d)(\d{8,10})$/),
  place(':APA91b', '[\\w-]{100,256}', /(?<![\w-])([\w-]{8,24})$/),
  ...['7Q~', '8Q~'].map((start) => place(start, '[\\w.~-]{31,37}', /(?<!\w)(\w{3})$/)),
  ...['?sig=', '&sig=', ';sig='].map((start) => place(start, '([A-Za-z0-9%+/=_-]{16,256})')),
  ...['?code=', '&code='].map((start) => place(start, '((?=[\\w%/.~-]{0,64}\\d)(?=[\\w%/.~-]{0,64}[A-Za-z])[\\w%/.~-]{20,512}={0,2})')),
  ...['?key=', '&key='].map((start) => place(start, '((?=[\\w-]{0,64}\\d)[\\w-]{16,256})')),
  /** `host:port:database:user:password`, a line of .pgpass. */
  ...[':5432:', ':5433:', ':6432:', ':*:'].map((start) =>
    place(start, '[\\w*.-]{1,64}:[A-Za-z_*][\\w.@-]{0,63}:([^\\s:]{3,256})', /(?:^|\\n|["'\s])[\w.*-]{1,128}$/),
  ),
  place('jdbc:oracle:', '(?:thin|oci):[^/\\s]{1,64}/([^@\\s"\']{1,128})(?=@)'),
]
