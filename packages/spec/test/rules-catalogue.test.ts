import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readSpec, type RuleEffect } from '../src/index'
import { ask } from './support/ask'

const CORPUS = new URL('fixtures/rule-corpus/', import.meta.url)
const corpus = readdirSync(CORPUS)
  .filter((name) => name.endsWith('.md') && name !== 'beyond.md')
  .map((name) => ({ name, text: readFileSync(new URL(name, CORPUS), 'utf8') }))

/** Bullets below the last heading, which is the one of the rules. */
const sentencesOf = (text: string): string[] => {
  const rules = text.slice(text.lastIndexOf('\n## '))
  return [...rules.matchAll(/^- (.+)$/gm)].map((match) => match[1]!)
}

describe('rule sentences of eleven domains', () => {
  it('are never dropped, and end as compiled or as told', () => {
    for (const { name, text } of corpus) {
      const { rules } = readSpec(text)
      expect([name, rules.map((rule) => rule.text)]).toEqual([name, sentencesOf(text)])
      for (const rule of rules) {
        expect([rule.text, rule.effects.length > 0]).toEqual([rule.text, rule.status !== 'unparsed'])
        expect([rule.text, rule.missing === undefined]).toEqual([rule.text, rule.status === 'compiled'])
      }
    }
  })

  it('are understood in full, more than four out of five', () => {
    const rules = corpus.flatMap(({ text }) => readSpec(text).rules)
    const compiled = rules.filter((rule) => rule.status === 'compiled').length
    expect(rules.length).toBeGreaterThan(180)
    expect(compiled / rules.length).toBeGreaterThan(0.8)
  })
})

const MODELS = `School API

## Models
- User (id, email, name, role: admin/teacher/student)
- Course (id, title, slug, capacity (integer), status: draft/open/closed, enrolment_count, average_grade (decimal), fee (decimal))
- Enrolment (id, course_id, user_id, status: active/done/dropped, grade (decimal), fee_paid (decimal), seats (integer))
- Lesson (id, course_id, title, starts_at, ends_at, code, status: planned/cancelled)
- Prerequisite (id, course_id, required_course_id (references courses))
- Line (id, course_id, quantity (integer), unit_price (decimal), total (decimal))

## Endpoints
- CRUD for courses, enrolments, lessons, prerequisites, lines
- GET /users
- POST /users

## Business Rules
`

const status = (effect: Partial<Extract<RuleEffect, { kind: 'transitions' }>>) => ({ kind: 'transitions', field: 'status', ...effect })
const moves = (...pairs: string[]) => pairs.map((pair) => pair.split('>'))

const understood: [sentence: string, effect: object][] = [
  ['A student can enrol in a course only once', { kind: 'unique-together', entity: 'Enrolment', fields: ['user_id', 'course_id'] }],
  ['Users cannot enrol in the same course twice', { kind: 'unique-together', entity: 'Enrolment', fields: ['user_id', 'course_id'] }],
  ['Only one enrolment per user and course', { kind: 'unique-together', entity: 'Enrolment', fields: ['user_id', 'course_id'] }],
  ['The combination of course and code must be unique', { kind: 'unique-together', entity: 'Lesson', fields: ['course_id', 'code'] }],
  ['Course status: draft -> open -> closed', status({ entity: 'Course', allowed: moves('draft>open', 'open>closed') as never })],
  ['draft → open → closed; open or closed → draft', status({ allowed: moves('draft>open', 'open>closed', 'open>draft', 'closed>draft') as never })],
  ['Enrolments go from active to done or dropped', status({ entity: 'Enrolment', allowed: moves('active>done', 'active>dropped') as never })],
  ['Dropped enrolments cannot be reactivated', status({ refused: moves('dropped>active') as never, allowed: [] })],
  ['An enrolment can only be dropped while active', status({ refused: moves('done>dropped', 'dropped>dropped') as never })],
  ['Only draft courses can be opened', status({ refused: moves('open>open', 'closed>open') as never })],
  [
    'Enrolment count is the number of enrolments of the course',
    { kind: 'aggregate', entity: 'Course', field: 'enrolment_count', function: 'count', child: 'Enrolment', reference: 'course_id', of: [] },
  ],
  ['A course average grade is the average of its enrolments', { kind: 'aggregate', field: 'average_grade', function: 'average', of: ['grade'] }],
  ['Total is quantity times unit price', { kind: 'product', entity: 'Line', field: 'total', factors: ['quantity', 'unit_price'] }],
  ['Fee paid is copied from the course fee when the enrolment is created', { kind: 'copied', field: 'fee_paid', target: 'Course', source: 'fee' }],
  ['Course slug is generated from the title', { kind: 'slug', entity: 'Course', field: 'slug', source: 'title' }],
  ['Seats cannot exceed the course capacity', { kind: 'bound', entity: 'Enrolment', field: 'seats', reference: 'course_id', limit: 'capacity' }],
  ['A course cannot have more enrolments than its capacity', { kind: 'capacity', entity: 'Enrolment', reference: 'course_id', limit: 'capacity' }],
  ['At most 12 lessons per course', { kind: 'capacity', entity: 'Lesson', reference: 'course_id', limit: 12 }],
  ['A course cannot be a prerequisite of itself', { kind: 'distinct', entity: 'Prerequisite', fields: ['course_id', 'required_course_id'] }],
  [
    'Lessons of the same course must not overlap',
    {
      kind: 'no-overlap',
      entity: 'Lesson',
      scope: 'course_id',
      start: 'starts_at',
      end: 'ends_at',
      except: { field: 'status', values: ['cancelled'] },
    },
  ],
  ['Lesson code cannot be changed after creation', { kind: 'fixed', entity: 'Lesson', field: 'code' }],
  ['Students can only enrol in open courses', { kind: 'parent-guard', entity: 'Enrolment', parent: 'Course', values: ['draft', 'closed'] }],
]

describe('sentences about several rows', () => {
  it.each(understood)('%s', (sentence, effect) => {
    const { rule } = ask(`${MODELS}- ${sentence}\n`)
    expect(rule(sentence)).toMatchObject({ status: 'compiled', effects: [effect] })
  })
})

describe('sentences that say more than the catalogue does', () => {
  it.each([
    'A student can enrol in a course only once per year',
    'Only one active enrolment per user and course',
    'Course status: draft -> open -> closed when all lessons are over',
    'Course status: draft -> open, closed -> archived',
    'Enrolment count is the number of active enrolments',
    'A course average grade is the average of its enrolments from the last year',
    'Total is quantity times unit price minus a discount',
    'Seats cannot exceed the course capacity on weekends',
    'A course cannot have more enrolments than its capacity unless the teacher agrees',
    'Lessons of the same course must not overlap on Mondays',
    'An enrolment can only be dropped within two weeks',
    'Dropped enrolments cannot be reactivated by students',
    'Course slug is generated from the title and the year',
    'Users can only enrol in courses that they like',
  ])('%s', (sentence) => {
    expect(ask(`${MODELS}- ${sentence}\n`).rule(sentence)).toMatchObject({ status: 'unparsed', effects: [] })
  })
})

describe('what the server works out', () => {
  it('is taken by no body', () => {
    const { endpoint, field } = ask(
      `${MODELS}- Course slug is generated from the title\n- Enrolment count is the number of enrolments of the course\n`,
    )
    expect(endpoint('POST /courses').body).not.toContain('slug')
    expect(field('Course', 'slug')).toMatchObject({ readOnly: true, required: false })
    expect(field('Course', 'enrolment_count')).toMatchObject({ readOnly: true, nullable: false, default: 0 })
  })

  it('is not compared in requests', () => {
    const { rule } = ask(`${MODELS}- Total is quantity times unit price\n- Total cannot exceed unit price\n`)
    expect(rule('exceed')).toMatchObject({ status: 'unparsed', missing: expect.stringContaining('works out') })
  })
})
