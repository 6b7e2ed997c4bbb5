import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forge } from './run-forge'

const OPERATION = { summary: 'Ping', operationId: 'ping', responses: { 204: { description: 'Up' } } }
const GOOD = {
  openapi: '3.1.0',
  info: { title: 'Ping', version: '1', description: 'One endpoint.' },
  servers: [{ url: '/' }, { url: 'http://localhost:8000' }],
  security: [],
  paths: { '/ping': { get: OPERATION } },
}

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'forge-openapi-cli-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: unknown): string {
  writeFileSync(join(folder, name), JSON.stringify(content))
  return join(folder, name)
}

describe('forge openapi check PATH', () => {
  it('ends with 0 when there is no error, and says what was checked and what was not', async () => {
    const path = file('good.json', GOOD)
    expect(await forge('openapi', 'check', path)).toEqual({
      exitCode: 0,
      stdout: `${path}: 0 errors and 0 warnings in 16 checks of 1 operation (OpenAPI 3.1.0).\nNot run: endpoint, since there is no app_spec.txt beside the document.\n`,
      stderr: '',
    })
  })

  it('tells each finding with its place, what, why and what to do; warnings alone end with 0', async () => {
    const path = file('warning.json', { ...GOOD, servers: [{ url: '/' }] })
    const { exitCode, stdout } = await forge('openapi', 'check', path)
    expect(exitCode).toBe(0)
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      'warning  server  /servers',
      '         There is only one server. Clients are built for more than one: development and production at least.',
      '         Declare two servers or more, each with a description.',
      `${path}: 0 errors and 1 warning in 16 checks of 1 operation (OpenAPI 3.1.0).`,
    ])
  })

  it('ends with 1 on errors; --json prints one object', async () => {
    const path = file('error.json', { ...GOOD, paths: { '/ping/': { get: OPERATION } } })
    const { exitCode, stdout, stderr } = await forge('openapi', 'check', path, '--json')
    expect([exitCode, stderr, stdout.trimEnd().split('\n').length]).toEqual([1, '', 1])
    expect(JSON.parse(stdout)).toMatchObject({
      file: path,
      specification: null,
      openapi: '3.1.0',
      operations: 1,
      errors: 1,
      warnings: 0,
      checks: expect.arrayContaining(['document', 'trailing-slash']),
      notRun: [{ check: 'endpoint', reason: expect.any(String) }],
      findings: [
        {
          check: 'trailing-slash',
          level: 'error',
          pointer: '/paths/~1ping~1',
          message: expect.any(String),
          reason: expect.any(String),
          remedy: expect.any(String),
        },
      ],
    })
  })

  it('shows no character that would steer the terminal', async () => {
    const { stdout } = await forge('openapi', 'check', file('evil.json', { ...GOOD, paths: { '/ping\u001b[2J/': { get: OPERATION } } }))
    expect(stdout).toContain('/paths/~1ping\\u{1b}[2J~1\n')
    expect(stdout).not.toContain('\u001b')
  })

  it.each([
    ['a path that is not there', ['check', 'nowhere.json'], 'There is no nowhere.json.'],
    ['no path', ['check'], 'missing required args'],
    ['another action', ['show', 'x.json'], 'There is no command "openapi show".'],
  ])('%s ends with 2 and a remedy', async (_, words, message) => {
    const { exitCode, stdout, stderr } = await forge('openapi', ...words)
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(stderr).toMatch(/\n {2}\S/)
  })

  it('a file that is no document ends with 2, with --json as an object', async () => {
    const { exitCode, stdout } = await forge('openapi', 'check', file('list.json', []), '--json')
    expect(exitCode).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ type: 'error', code: 'CONFIG_INVALID', exitCode: 2, remedy: expect.any(String) })
  })
})
