import { describe, expect, it } from 'vitest'
import { formatSpec, readSpec } from '../src/index'
import { tracker } from './fixtures/tracker'

describe('the printed specification', () => {
  const text = formatSpec(tracker)

  it('shows every entity, field, relation and endpoint with its line', () => {
    for (const entity of tracker.entities) {
      expect(text).toContain(`  ${entity.name} (table ${entity.table}; key ${entity.key.join(', ')}`)
      for (const field of entity.fields) expect(text).toMatch(new RegExp(`^    ${field.name}: .*\\[line ${field.source.line}\\]$`, 'm'))
      for (const relation of entity.relations) expect(text).toContain(`~ ${relation.kind} ${relation.target} as ${relation.name}`)
    }
    for (const endpoint of tracker.endpoints)
      expect(text).toContain(`  ${endpoint.method} ${endpoint.path} -> ${endpoint.status}, ${endpoint.operation} ${endpoint.entity}`)
    expect(text).toContain('status (in status), priority')
    expect(text).toContain('needs a model: the specification does not state the request body of this bulk operation')
  })

  it('says of each rule whether a model is needed', () => {
    for (const rule of tracker.rules) {
      const verdict = { compiled: 'implemented: ', partly: 'implemented in part: ', unparsed: 'needs a model' }[rule.status]
      expect(text).toContain(`  ${rule.id}. ${rule.text} [line ${rule.source.line}]\n      ${verdict}`)
      if (rule.missing !== undefined) expect(text).toContain(rule.missing)
    }
  })

  it('shows conventions, inferred things and what is not followed', () => {
    expect(text).toContain('errors: {detail: message, error_code: code, field_errors: field-errors}, codes in upper case [line 120]')
    expect(text).toContain('paging: page and page_size -> {items, total, page, page_size, total_pages}, default 20, at most 100 [line 130]')
    const inferred = formatSpec(readSpec('Zoo on MongoDB\n\nModels:\n- Animal (id, name)\n\nRules:\n- Animals are fed at noon\n'))
    expect(inferred).toContain('GET /api/v1/animals -> 200, list Animal, paged [inferred]')
    expect(inferred).toContain('line 1: Zoo on MongoDB -> PostgreSQL 15+')
    expect(inferred).toMatch(/1 entity, 5 endpoints \(5 without a model\), 1 rule sentence \(0 implemented, 0 in part, 1 left for a model\)\n$/)
  })
})
