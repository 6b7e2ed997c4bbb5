import { collectFacts } from './collect'
import { SpecError } from './error'
import { blankFacts, type Facts } from './facts'
import { commentText } from './inputs/comments'

const RULE = /\b(?:cannot|can't|must(?: not)?|may not|only (?:the |by )?\w+ (?:can|may)|not allowed|forbidden)\b/i
const ITEM = /^\s*(?:[-*•+]|\d+[.)])\s/

/** What the comments of a schema say about the API: endpoints, rules, roles, conventions. What they say of tables, the schema says better. */
export function toldInComments(source: string): Facts {
  const text = commentText(source)
    .split('\n')
    .map((line) => (RULE.test(line) && !ITEM.test(line) && !/\b(?:GET|POST|PUT|PATCH|DELETE)\b/.test(line) ? `- ${line.trim()}` : line))
    .join('\n')
  let told: Facts
  try {
    told = collectFacts(text)
  } catch (error) {
    if (error instanceof SpecError) return blankFacts('API')
    throw error
  }
  const schema = blankFacts('')
  return {
    ...told,
    title: /^(?!-- ?|Name:)[\p{L}][^.]{2,100}$/u.test(told.title) && !/dump/i.test(told.title) ? told.title : 'API',
    entities: schema.entities,
    fields: schema.fields,
    relations: schema.relations,
    uniqueTogether: schema.uniqueTogether,
    enums: schema.enums,
    enumHints: schema.enumHints,
    json: told.json,
    unread: [],
  }
}
