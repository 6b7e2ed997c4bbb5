import { type Argument, withText } from '../argument'
import type { CommandRule, CommandScope } from '../command-rule'
import { type OptionTable, checkOptions } from '../option-table'
import type { Refusal } from '../refusal'

const LOCAL_HOST = String.raw`^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?`
/** A literal local address; what follows the host may be known only at run time. */
const LOCAL_URL = new RegExp(`${LOCAL_HOST}(?:/.*|\\?.*)?$`, 's')
const LOCAL_START = new RegExp(`${LOCAL_HOST}[/?]`)
const LOCAL_PORT = /^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1):$/

function localUrl(value: Argument): Refusal | undefined {
  const isLocal = value.text === undefined ? !value.splits && LOCAL_START.test(value.prefix) : LOCAL_URL.test(value.text)
  if (isLocal) return undefined
  const hint = LOCAL_PORT.test(value.prefix) ? 'Write the port out.' : 'Use http://localhost:PORT/….'
  return { rule: 'curl.host', reason: 'curl may only talk to http(s) on localhost or 127.0.0.1, written out.', hint }
}

/** `@file` reads a file; a value that is known only at run time could begin with it. */
const data = (value: Argument, scope: CommandScope) => fromFile(value, scope, value.prefix.startsWith('@') ? 1 : -1)
const urlEncoded = (value: Argument, scope: CommandScope) => fromFile(value, scope, /^[^=@]*@/.exec(value.prefix)?.[0].length ?? -1)

const FORM_FILE = /^[^=]*=[@<][^,;@<"]+(?:;(?:type|filename)=[^,;@<]*)*$/

/** One file at most: more of them, and headers from files, are beyond what is read here. */
function form(value: Argument, scope: CommandScope): Refusal | undefined {
  const start = /^[^=]*=[@<]/.exec(value.prefix)?.[0].length ?? -1
  if (start < 0 ? /;\s*headers\s*=/i.test(value.prefix) || value.text === undefined : !FORM_FILE.test(value.text ?? '')) {
    return { rule: 'curl.form', reason: 'this form of curl is too complex.', hint: "Use -F 'name=value' or -F 'name=@file'." }
  }
  return fromFile(value, scope, start)
}

function fromFile(value: Argument, scope: CommandScope, start: number): Refusal | undefined {
  if (start < 0) {
    return value.text === undefined && value.prefix === ''
      ? { rule: 'curl.data', reason: 'the data of curl is known only when it runs, and could name a file.', hint: 'Use --data-raw.' }
      : undefined
  }
  if (value.text === undefined) return scope.readable(value)
  const file = value.text.slice(start).replace(/;.*$/s, '')
  return scope.readable({ ...withText(value, file), glob: false })
}

const output = ({ text }: Argument): Refusal | undefined =>
  text === undefined || text.startsWith('@') || /%output|%header\{@/.test(text)
    ? { rule: 'curl.write-out', reason: 'this format of curl reads or writes files.', hint: "Use -w '%{http_code}'." }
    : undefined

const cookies = (value: Argument, scope: CommandScope) => (value.prefix.includes('=') ? undefined : scope.readable(value))

const CURL: OptionTable = {
  flags:
    '-s -S -f -i -I -v -L -k -g -N -G -O -q -0 -4 -6 -# -Z -V -h --silent --show-error --fail --fail-with-body --fail-early --include --head --verbose --location --insecure --globoff --no-buffer --get --compressed --http1.0 --http1.1 --http2 --no-progress-meter --progress-bar --create-dirs --remote-name --retry-connrefused --retry-all-errors --no-keepalive --ipv4 --ipv6 --next --parallel --version --help --path-as-is --raw --disable --styled-output --no-styled-output --location-trusted',
  values: {
    text: '-X --request -A --user-agent -e --referer -u --user -r --range --oauth2-bearer --data-raw --form-string',
    number: '-m --max-time --connect-timeout --retry --retry-delay --retry-max-time --limit-rate --max-redirs --max-filesize --expect100-timeout',
    path: '-T --upload-file -E --cert --key --cacert',
    write: '-o --output -D --dump-header -c --cookie-jar --output-dir',
  },
  checked: {
    '-d': data,
    '--data': data,
    '--data-ascii': data,
    '--data-binary': data,
    '--json': data,
    '-H': data,
    '--header': data,
    '--data-urlencode': urlEncoded,
    '--url-query': urlEncoded,
    '-F': form,
    '--form': form,
    '-b': cookies,
    '--cookie': cookies,
    '-w': output,
    '--write-out': output,
    '--url': localUrl,
  },
  operands: localUrl,
}

const curl: CommandRule = { names: ['curl'], check: (command, scope) => checkOptions(command, scope, CURL) }

const LOCAL_SERVER = /^(?:localhost|127\.0\.0\.1|::1|\/(?:var\/)?run\/postgresql)$/

/** Asks a database server of this machine whether it is up. A name of a database may be a whole connection string. */
const READY: OptionTable = {
  flags: '-q --quiet -V --version',
  values: { number: '-p --port -t --timeout' },
  checked: {
    '-h': localServer,
    '--host': localServer,
    '-d': plainName,
    '--dbname': plainName,
    '-U': plainName,
    '--username': plainName,
  },
  operands: 'none',
}

function localServer({ text }: Argument): Refusal | undefined {
  if (LOCAL_SERVER.test(text ?? '')) return undefined
  return { rule: 'pg_isready.host', reason: 'pg_isready may only ask localhost.', hint: 'Use pg_isready -h localhost -p PORT.' }
}

function plainName({ text }: Argument): Refusal | undefined {
  if (/^\w+$/.test(text ?? '')) return undefined
  return { rule: 'pg_isready.name', reason: 'the names for pg_isready must be plain words.', hint: 'Use pg_isready -h localhost -U postgres -d app.' }
}

const ready: CommandRule = { names: ['pg_isready'], check: (command, scope) => checkOptions(command, scope, READY) }

export const networkRules: readonly CommandRule[] = [curl, ready]
