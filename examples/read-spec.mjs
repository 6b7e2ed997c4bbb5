// Reads a specification, and tells what can be built of it without a model. Writes nothing.
import assert from 'node:assert/strict'
import { readSpec } from '@forge/spec'

const spec = readSpec(`Library API

Models
- Book (id, title, isbn, created_at)

Endpoints
- GET /api/v1/books - List books
- POST /api/v1/books - Create book

Rules
- ISBN must be unique
- Readers are reminded by e-mail three days before a loan ends
`)

assert.deepEqual(
  spec.endpoints.map(({ method, path }) => `${method} ${path}`),
  ['GET /api/v1/books', 'POST /api/v1/books'],
)
assert.deepEqual(
  spec.rules.map(({ status, source }) => ({ status, line: source.line })),
  [
    { status: 'compiled', line: 11 },
    { status: 'unparsed', line: 12 },
  ],
)
console.log(`${spec.endpoints.length} endpoints; rules: ${spec.rules.map(({ status }) => status).join(', ')}`)
