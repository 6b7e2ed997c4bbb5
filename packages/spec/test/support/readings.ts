import type { ApiSpec, RuleEffect } from '../../src/index'

/** What was understood of each rule sentence, for people to read: one line a sentence, one a piece of its meaning, one for what is missing. */
export const readingsOf = ({ rules }: Pick<ApiSpec, 'rules'>): string =>
  rules
    .flatMap((rule) => [
      `${rule.status}: ${rule.text}`,
      ...rule.effects.map((effect) => `    ${told(effect)}`),
      ...(rule.status === 'partly' ? [`    left: ${rule.missing}`] : []),
    ])
    .join('\n')
    .concat('\n')

/** `unique-together Loan: fields=[member_id, book_id]` */
function told(effect: RuleEffect): string {
  const { kind, entity, ...rest } = effect
  const more = Object.entries(rest).map(([name, value]) => `${name}=${short(value)}`)
  return `${kind} ${entity ?? '*'}${more.length === 0 ? '' : `: ${more.join(', ')}`}`
}

function short(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => (Array.isArray(one) ? one.join('>') : short(one))).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([name, one]) => `${name}=${short(one)}`)
      .join(', ')}}`
  return String(value)
}
