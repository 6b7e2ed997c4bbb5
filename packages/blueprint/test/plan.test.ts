import { formatFeatureList, parseFeatureList } from '@forge/core'
import { readSpec, type RuleEffect } from '@forge/spec'
import { requirementsOf, type SizeName, sizes } from '@forge/templates'
import { describe, expect, test } from 'vitest'
import { tracker } from '../../spec/test/fixtures/tracker'
import { featureList, planFeatures } from '../src/plan/index'

const plans = planFeatures(tracker, sizes.medium)
const features = featureList(tracker, plans)
const count = (size: SizeName) =>
  featureList(tracker, planFeatures(tracker, sizes[size])).reduce((sum, feature) => sum + feature.test_cases.length, 0)
const ruleFeature = (text: string) => features.find((feature) => feature.source?.kind === 'rule' && feature.source.text === text)!

describe('the features', () => {
  test('stand for every endpoint and every rule sentence, in order, and pass the schema', () => {
    expect(features.map(({ source }) => source?.text)).toEqual(requirementsOf(tracker).map(({ text }) => text))
    expect(features.map(({ id }) => id)).toEqual(features.map((_, index) => index + 1))
    expect(parseFeatureList(formatFeatureList(features))).toEqual(features)
  })

  test('prove the route that they name', () => {
    for (const feature of features.filter(({ source }) => source?.kind === 'endpoint')) {
      expect(feature.test_cases.some((each) => each.method === feature.method && each.path === feature.path)).toBe(true)
    }
  })

  test('have cases whose names are identifiers and occur once', () => {
    const names = plans.flatMap(({ cases }) => cases.map(({ name }) => name))
    expect(names.filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([])
    expect(new Set(names).size).toBe(names.length)
  })

  test('are the same for the same specification and size', () => {
    expect(JSON.stringify(planFeatures(structuredClone(tracker), sizes.medium))).toBe(JSON.stringify(plans))
  })
})

describe('the size', () => {
  test('sets the range of cases, and each feature keeps at least one', () => {
    expect(count('medium')).toBeGreaterThanOrEqual(sizes.medium.minTests)
    expect(count('medium')).toBeLessThanOrEqual(sizes.medium.maxTests)
    expect(count('large')).toBeGreaterThanOrEqual(sizes.large.minTests)
    expect(count('large')).toBeLessThanOrEqual(sizes.large.maxTests)
    expect(count('test')).toBe(features.length)
  })

  test('never pads: a small specification stays below the range', () => {
    const small = { ...tracker, endpoints: tracker.endpoints.slice(2, 4), rules: [] }
    const plan = planFeatures(small, sizes.large)
    expect(plan.every(({ cases, listed }) => cases.length === listed)).toBe(true)
  })
})

describe('the rules', () => {
  test('that compiled bite and let their honest neighbours pass', () => {
    const oneSided: RuleEffect['kind'][] = ['cascade', 'soft-delete', 'stamp', 'allowed']
    for (const rule of tracker.rules.filter(({ status, effects }) => status === 'compiled' && !effects.some(({ kind }) => oneSided.includes(kind)))) {
      const statuses = ruleFeature(rule.text).test_cases.map((each) => each.expected_status)
      expect([rule.text, statuses.some((status) => status >= 400), statuses.some((status) => status < 400)]).toEqual([rule.text, true, true])
    }
  })

  test('of order settle whether both may be the same, with bodies that keep them', () => {
    const source = (sentence: string) =>
      `Trips API\n\nTrip: title (required), opens_on (date, required), shuts_on (date, required)\n\nCRUD for trips\n\nRules:\n- ${sentence}\n`
    const casesOf = (sentence: string) => {
      const spec = readSpec(source(sentence))
      return featureList(spec, planFeatures(spec, sizes.medium)).flatMap((feature) => feature.test_cases)
    }
    const equal = (cases: ReturnType<typeof casesOf>) => cases.filter(({ name }) => name.endsWith('_equal')).map((each) => each.expected_status)
    const strict = casesOf('shuts_on must be after opens_on')
    expect(equal(strict)).toEqual([422])
    expect(equal(casesOf('shuts_on cannot be before opens_on'))).toEqual([201])
    const sent = strict.filter(({ expected_status }) => expected_status < 300).map(({ input }) => input as Record<string, string> | undefined)
    const both = sent.filter((input) => input?.['opens_on'] !== undefined && input['shuts_on'] !== undefined)
    expect(both.length).toBeGreaterThan(3)
    expect(both.filter((input) => input!['opens_on']! >= input!['shuts_on']!)).toEqual([])
  })

  test('that nobody understood are left for a model, with the reason', () => {
    expect(ruleFeature('Overdue tasks escalate to the manager after three days')).toMatchObject({
      passes: false,
      left_for_model: 'no known pattern matches this sentence',
    })
    expect(features.find(({ path }) => path === '/api/v1/tasks/bulk-update')).toMatchObject({
      left_for_model: expect.stringContaining('does not state'),
    })
  })

  test('that compiled in part keep the tests of that part, and name what is missing', () => {
    const feature = ruleFeature('Content: 1-2000 characters, required, no profanity')
    expect(feature.left_for_model).toBe('not understood: "no profanity"')
    expect(feature.test_cases.length).toBeGreaterThan(1)
  })

  test('that no endpoint can show are left as well', () => {
    const hidden = { ...tracker, endpoints: tracker.endpoints.filter(({ operation }) => operation !== 'delete') }
    const [guarded] = planFeatures(hidden, sizes.medium).filter(({ source }) => source.text === 'Cannot delete a project that has tasks')
    expect(guarded).toMatchObject({ leftForModel: 'no endpoint of the specification lets a test show this rule' })
  })
})

describe('the cases', () => {
  const caseOf = (name: string) => features.flatMap((feature) => feature.test_cases).find((each) => each.name === name)!

  test('say what the answer contains, as it stands in the raw body', () => {
    expect(caseOf('create_project')).toMatchObject({ method: 'POST', path: '/api/v1/projects', expected_status: 201, input: { name: 'Name 1' } })
    expect(caseOf('create_project').expected_response_contains).toEqual(expect.arrayContaining(['"id":', '"name":"Name 1"', '"budget":19.5']))
    expect(caseOf('list_tasks_empty').expected_response_contains).toEqual(['"items":[]', '"total":0'])
  })

  test("look into pages under the specification's own names", () => {
    const spec = { ...tracker, paging: { ...tracker.paging, names: { items: 'data' } } }
    const cases = featureList(spec, planFeatures(spec, sizes.medium)).flatMap((feature) => feature.test_cases)
    expect(cases.find(({ name }) => name === 'list_tasks_empty')?.expected_response_contains).toEqual(['"data":[]', '"total":0'])
  })

  test('say which error comes back', () => {
    expect(caseOf('create_user_email_missing')).toMatchObject({
      expected_status: 422,
      expected_error: 'VALIDATION_ERROR',
      expected_response_contains: ['"email"'],
    })
    expect(caseOf('create_user_duplicate_email')).toMatchObject({ expected_status: 409, expected_error: 'DUPLICATE' })
  })

  test('make what goes with a row while the row takes it, and then bring the row to where it may go', () => {
    const spec = readSpec(`
Models:
- Post (id, title, status: draft/published, default draft)
- Comment (id, post_id: FK to Post, text)

Endpoints:
- CRUD for posts
- POST /posts/{post_id}/comments
- DELETE /comments/{comment_id}

Rules:
- Comments can only be added to published posts.
- A published post cannot be deleted.
- Deleting a post deletes its comments.
`)
    const found = planFeatures(spec, sizes.medium).flatMap(({ cases }) => cases.find(({ name }) => name.endsWith('comments_takes_along')) ?? [])
    expect(found[0]!.arrange).toEqual([
      expect.objectContaining({ kind: 'make', entity: 'Post', values: { status: { kind: 'literal', value: 'published' } } }),
      expect.objectContaining({ kind: 'make', entity: 'Comment' }),
      { kind: 'store', entity: 'Post', row: 'post', values: { status: { kind: 'literal', value: 'draft' } } },
    ])
  })

  test('name what only a running test knows', () => {
    expect(caseOf('create_task').input).toMatchObject({ title: 'Title 1', project_id: '{project.id}' })
  })
})
