import { evaluateCommand, ForgeError } from '@forge/core'
import { readSpec } from '@forge/spec'
import { describe, expect, it } from 'vitest'
import { fastapi, loadSize, sizes } from '../src/index'

const CONTEXT = { projectDir: '/srv/my_api', bearings: '3 of 9 features are proven.' }
const BOOKS = 'Models\n- Book (id, title)\n\nEndpoints\n- GET /books - List books\n\nRules\n- Title must be unique\n'

describe('the prompts', () => {
  it('are the same bytes every time, and change only at their end', () => {
    const template = fastapi({ size: 'small' })
    const first = template.prompt('coding', CONTEXT)
    const second = fastapi({ size: 'small' }).prompt('coding', { ...CONTEXT, bearings: '4 of 9 features are proven.' })
    expect(fastapi({ size: 'small' }).prompt('coding', CONTEXT)).toBe(first)
    expect(second.slice(0, second.indexOf('## State'))).toBe(first.slice(0, first.indexOf('## State')))
    expect(first.trimEnd().endsWith(CONTEXT.bearings)).toBe(true)
    expect(template.system('initializer')).toBe(template.system('coding'))
  })

  it('carry the numbers of the size and leave no placeholder', () => {
    for (const size of Object.values(sizes)) {
      const text = fastapi({ size }).prompt('initializer', CONTEXT)
      expect(text).toContain(`${size.minTests} to ${size.maxTests} test cases`)
      expect(text).not.toMatch(/\{\{|undefined|NaN/)
    }
  })

  it('recommend only commands that the default policy allows', () => {
    const text = ['initializer', 'coding'].map((phase) => fastapi().prompt(phase as 'coding', CONTEXT)).join('\n')
    const recipes = [
      './init.sh',
      '.venv/bin/python -m pytest',
      'alembic upgrade head',
      'alembic downgrade base',
      'alembic check',
      'ruff check',
      'ruff format',
      'mypy app',
      'git log --oneline -20',
    ]
    const place = { projectDir: '/srv/my_api', cwd: '/srv/my_api' }
    for (const recipe of recipes) {
      expect(text).toContain(recipe)
      expect(evaluateCommand(recipe, place), recipe).toMatchObject({ verdict: 'allow' })
    }
  })
})

describe('the bundled specifications', () => {
  it('holds a task board with at least 25 endpoints and 20 rule sentences, of which nothing is left', () => {
    const spec = readSpec(fastapi().exampleSpec)
    expect(spec.endpoints.length).toBeGreaterThanOrEqual(25)
    expect(spec.rules.length).toBeGreaterThanOrEqual(20)
    expect(spec.entities.map((entity) => entity.name).sort()).toEqual(['Comment', 'Label', 'Project', 'Task', 'TaskLabel', 'User'])
    expect(spec.rules.filter((rule) => rule.status !== 'compiled').map((rule) => rule.text)).toEqual([])
    expect(spec.endpoints.filter((endpoint) => endpoint.unsupported !== null)).toEqual([])
  })

  it('holds a minimal one for the size test, of which nothing is left', () => {
    const spec = readSpec(fastapi({ size: 'test' }).exampleSpec)
    expect(spec.endpoints.length).toBe(6)
    expect(spec.auth).toMatchObject({ kind: 'header', header: 'X-User-ID', required: true })
    expect(spec.rules.filter((rule) => rule.status !== 'compiled').map((rule) => rule.text)).toEqual([])
  })
})

describe('what a specification demands', () => {
  it('is one requirement per endpoint and per rule sentence', () => {
    expect(fastapi().requirements(BOOKS)).toMatchObject([
      { kind: 'endpoint', key: 'GET /books', line: 5, method: 'GET', path: '/books' },
      { kind: 'rule', text: 'Title must be unique', line: 8 },
    ])
  })

  it.each([
    ['empty', ''],
    ['blank', ' \n\t\n'],
    ['prose without entities', 'The weather was fine and nobody wanted an API.\n'],
    ['bytes that are no text', '\u0000\u0001\ufffd\ufffd'],
  ])('is a SPEC_INVALID with a remedy when the text is %s', (_, text) => {
    expect(() => fastapi().requirements(text)).toThrowError(
      expect.objectContaining({ name: 'ForgeError', code: 'SPEC_INVALID', remedy: expect.any(String) }),
    )
  })
})

describe('the size', () => {
  it('is medium unless another is named', () => {
    expect(fastapi().size).toEqual(loadSize('medium'))
    expect(fastapi({ size: { ...sizes.small, name: 'own' } }).size.name).toBe('own')
  })

  it('is refused when there is none of that name', () => {
    expect(() => fastapi({ size: 'gigantic' as 'large' })).toThrowError(ForgeError)
  })
})
