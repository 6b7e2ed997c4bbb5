import { describe, expect, test } from 'vitest'
import {
  diffDefinitions,
  type Feature,
  type FeatureProof,
  formatFeatureList,
  parseFeatureList,
  type Requirement,
  type VerifyReport,
} from '../../src/index'
import { checkCoverage, endpointKey, featureFor } from '../../src/features/coverage'
import { applyProof, featuresOf, freeze } from '../../src/features/ledger'
import { feature, TINY_LIST, tinyTemplate } from '../support/tiny-template'

const { size } = tinyTemplate()

function endpoint(method: Requirement['method'], path: string): Requirement {
  return { kind: 'endpoint', key: endpointKey(method, path), line: 1, text: `${method} ${path}`, method, path }
}

function rule(text: string, line = 2): Requirement {
  return { kind: 'rule', key: text.toLowerCase(), line, text, method: 'POST', path: '/notes' }
}

function missing(features: Feature[], requirements: Requirement[], trusted = false): string[] {
  return checkCoverage(features, requirements, size, { trusted }).missing.map(({ text }) => text)
}

describe('coverage', () => {
  test('names of path parameters, a query and a final slash make no difference; methods do', () => {
    const list = [feature(1, 'GET', '/notes/{id}/'), feature(2, 'GET', '/notes')]
    expect(missing(list, [endpoint('GET', '/notes/{note_id}'), endpoint('GET', '/notes?page=1')])).toEqual([])
    expect(missing(list, [endpoint('PUT', '/notes/{id}'), endpoint('GET', '/notes/{id}/tags')])).toEqual(['PUT /notes/{id}', 'GET /notes/{id}/tags'])
  })

  test('a feature whose cases all ask something else does not cover its endpoint', () => {
    const [good] = TINY_LIST as [Feature]
    const elsewhere = { ...good, test_cases: good.test_cases.map((one) => ({ ...one, path: '/health' })) }
    expect(missing([elsewhere], [endpoint('GET', '/notes')])).toEqual(['GET /notes'])
    expect(missing([{ ...elsewhere, left_for_model: 'later' }], [endpoint('GET', '/notes')])).toEqual(['GET /notes'])
    expect(missing([{ ...good, test_cases: [], left_for_model: 'later' }], [endpoint('GET', '/notes')], true)).toEqual([])
  })

  test('a feature whose cases are all refused does not cover its endpoint: an absent route refuses them, too', () => {
    const [good] = TINY_LIST as [Feature]
    const refused = { ...good, test_cases: good.test_cases.map((one) => ({ ...one, expected_status: 404 })) }
    expect(missing([refused], [endpoint('GET', '/notes')])).toEqual(['GET /notes'])
    expect(missing([{ ...refused, test_cases: [...refused.test_cases, ...good.test_cases] }], [endpoint('GET', '/notes')])).toEqual([])
  })

  test('one feature stands for one rule', () => {
    const source = { kind: 'rule', line: 2, text: 'A title is unique!' } as const
    const covering = feature(1, 'POST', '/notes', { source })
    expect(missing([covering], [rule('a title   is unique')])).toEqual([])
    expect(missing([covering], [rule('A title is unique.'), rule('A title is unique.', 9)])).toEqual(['A title is unique.'])
    expect(missing([feature(1, 'POST', '/notes', { description: 'Checks that a title is unique' })], [rule('A title is unique')])).toEqual([])
    expect(missing([feature(1, 'POST', '/notes')], [rule('A title is unique')])).toEqual(['A title is unique'])
  })

  test('the range is told in both directions, and one case an endpoint is never too much', () => {
    const many = Array.from({ length: 25 }, (_, index) => feature(index + 1, 'GET', `/things${index}`))
    expect(checkCoverage(many, [], size, { trusted: false }).aboveRange).toBeUndefined()
    const doubled = many.map((one) => ({ ...one, test_cases: [...one.test_cases, { ...one.test_cases[0]!, name: 'again' }] }))
    expect(checkCoverage(doubled, [], size, { trusted: false }).aboveRange).toBe('50 test cases, and size "test" allows 20')
    expect(checkCoverage([], [], size, { trusted: false }).belowRange).toBe('0 test cases, and size "test" asks for 1')
  })

  test('what is missing becomes a feature that a list may hold', () => {
    const added = [featureFor(endpoint('DELETE', '/notes/{id}'), 7), featureFor(rule('A title is unique'), 8)]
    expect(parseFeatureList(formatFeatureList(added))).toEqual(added)
    expect(added.map(({ test_cases, passes }) => ({ status: test_cases[0]?.expected_status, passes }))).toEqual([
      { status: 204, passes: false },
      { status: undefined, passes: false },
    ])
  })
})

describe('the ledger', () => {
  const at = new Date('2026-01-02T03:04:05.678Z')
  const report = (features: FeatureProof[]): Extract<VerifyReport, { ran: true }> => ({
    ran: true,
    features,
    tree: 'abc',
    suite: { passed: 0, failed: 0, skipped: 0, seconds: 0 },
    problems: [],
    seconds: 0,
  })
  const proof = (id: number, proven = true, name = 'works') => ({ id, proven, cases: [{ name, proven, tests: ['t'] }] })

  test('only a report that proves every case turns a feature green', () => {
    const ledger = freeze(TINY_LIST)
    const pass = (...proofs: Parameters<typeof report>[0]) =>
      featuresOf(applyProof(ledger, report(proofs), { claimed: new Set(), at }).ledger).map(({ passes }) => passes)
    expect(pass(proof(1), proof(2))).toEqual([true, true])
    expect(pass(proof(1))).toEqual([true, false])
    expect(pass(proof(1, true, 'another'), proof(2, false))).toEqual([false, false])
    expect(pass({ id: 1, proven: true, cases: [] }, { id: 2, proven: false, cases: [{ name: 'works', proven: true, tests: [] }] })).toEqual([
      false,
      false,
    ])
  })

  test('a feature without a case is never proven', () => {
    const ledger = freeze([{ ...TINY_LIST[0]!, test_cases: [] }])
    const { verdicts } = applyProof(ledger, report([{ id: 1, proven: true, cases: [] }]), { claimed: new Set([1]), at })
    expect(verdicts).toMatchObject([{ kind: 'rejected', claimed: true, reason: 'it has no test case that could prove it' }])
  })

  test('evidence stands beside the definition, never in it', () => {
    const { ledger } = applyProof(freeze(TINY_LIST), report([proof(1)]), { claimed: new Set(), at })
    expect(featuresOf(ledger)[0]?.evidence).toEqual({ verified_at: at.toISOString(), tree: 'abc', cases: [{ name: 'works', tests: ['t'] }] })
    expect(ledger.definitions[0]).not.toHaveProperty('evidence')
    expect(diffDefinitions(ledger.definitions, featuresOf(ledger))).toEqual([])
    expect(parseFeatureList(formatFeatureList(featuresOf(ledger)))).toEqual(featuresOf(ledger))
  })
})
