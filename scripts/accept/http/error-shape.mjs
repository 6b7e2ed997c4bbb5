// The one shape of errors: problem details (RFC 9457), or what the specification defines.

const UPPER = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/
const LOWER = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/
/** What tells a client about the inside. */
const INSIDE = /Traceback|File "\/|sqlalchemy|asyncpg|psycopg|site-packages|\bINSERT INTO\b|\bSELECT\b.*\bFROM\b/

/**
 * What is wrong with an answer whatever was asked.
 * @returns {string[]}
 */
export function faultsOfAnswer(answer, errors) {
  const { status, request, text } = answer
  const told = (what) => `${request.slice(0, 160)}: ${what}`
  if (status >= 500 && status !== 503) return [told(`${status} ${text.slice(0, 200)}`)]
  if (status < 400 || request.startsWith('HEAD ')) return []
  const faults = errors.format === 'problem' || errors.fields.length === 0 ? problemFaults(answer, errors) : customFaults(answer, errors)
  const leak = INSIDE.exec(text)?.[0]
  return [...faults, ...(leak === undefined ? [] : [`tells "${leak}"`])].map((what) => told(`${status} ${what}`))
}

const MEMBERS = ['type', 'title', 'status', 'detail', 'instance', 'code', 'request_id', 'errors']

function problemFaults({ status, headers, json }, { codeCase }) {
  const faults = []
  const check = (holds, what) => holds || faults.push(what)
  check(mediaType(headers) === 'application/problem+json', `has Content-Type ${headers['content-type']}, not application/problem+json`)
  if (!isObject(json)) return [...faults, 'has no JSON object for a body']
  const missing = MEMBERS.filter((name) => !(name in json))
  if (missing.length > 0) return [...faults, `lacks ${missing.join(', ')}`]
  check(json.status === status, `says status ${json.status}`)
  check(isFilled(json.title) && isFilled(json.detail) && isFilled(json.type), 'has an empty title, detail or type')
  check(typeof json.instance === 'string' && json.instance.startsWith('/'), `has the instance ${JSON.stringify(json.instance)}`)
  check((codeCase === 'lower' ? LOWER : UPPER).test(json.code), `has the code ${JSON.stringify(json.code)}`)
  check(json.request_id === headers['x-request-id'], 'has another request_id than its X-Request-ID header')
  check(Array.isArray(json.errors) && json.errors.every(isItem), `has the errors ${JSON.stringify(json.errors)?.slice(0, 120)}`)
  return faults
}

const isItem = (item) => isObject(item) && Array.isArray(item.loc) && ['field', 'message', 'code'].every((name) => isFilled(item[name]))

const MEANING = {
  message: (value) => isFilled(value),
  code: (value, { codeCase }) => (codeCase === 'lower' ? LOWER : UPPER).test(value),
  'field-errors': (value) => isObject(value) && Object.values(value).every((list) => Array.isArray(list) && list.every(isFilled)),
  details: (value) => Array.isArray(value) || isObject(value),
  'request-id': (value, _, headers) => value === headers['x-request-id'],
  status: (value, _, __, status) => value === status,
}

function customFaults({ status, headers, json }, errors) {
  const faults = mediaType(headers) === 'application/json' ? [] : [`has Content-Type ${headers['content-type']}, not application/json`]
  if (!isObject(json)) return [...faults, 'has no JSON object for a body']
  const names = errors.fields.map(({ name }) => name)
  if (Object.keys(json).sort().join() !== [...names].sort().join())
    faults.push(`has the members ${Object.keys(json).join(', ')}, not ${names.join(', ')}`)
  const wrong = errors.fields.filter(({ name, meaning }) => name in json && !MEANING[meaning](json[name], errors, headers, status))
  return [...faults, ...wrong.map(({ name }) => `has ${name} ${JSON.stringify(json[name])}`)]
}

const mediaType = (headers) => (headers['content-type'] ?? '').split(';')[0].trim().toLowerCase()
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
const isFilled = (value) => typeof value === 'string' && value !== ''
