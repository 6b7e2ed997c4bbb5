import type { FieldType } from '../api-spec'
import type { FieldFacts } from '../facts'

export function typeFor(snake: string, facts: FieldFacts): FieldType {
  const type = facts.type
  if (type !== undefined && type !== 'reference' && !(type === 'enum')) {
    if (type === 'string' && /(^|_)email$/.test(snake) && facts.list !== true) return 'email'
    if (type === 'float' && MONEY.test(snake)) return 'decimal'
    return type
  }
  if (facts.maxLength !== undefined && /(^|_)(price|amount|date|time)$/.test(snake) === false && !/(^|_)email$/.test(snake) && !LONG.test(snake))
    return 'string'
  return typeByName(snake)
}

const MONEY =
  /(^|_)(price|amount|total|subtotal|cost|balance|budget|salary|fee|tax|discount_amount|revenue|payment|rate_per_\w+|hourly_rate|daily_rate|nightly_rate|credit|debit)$|(^|_)(price|cost|fee|salary|rent)_per_\w+$|^(total|unit|net|gross)_(price|cost|amount)$/

const LONG = /(^|_)(body|content|description|notes?|bio|summary|comment|message|text|details|instructions|about|excerpt|reason|feedback|review_text)$/

export function typeByName(snake: string): FieldType {
  if (snake === 'id') return 'integer'
  if (/(^|_)uuid$/.test(snake)) return 'uuid'
  if (/_at$|_datetime$|^timestamp$|_timestamp$/.test(snake)) return 'datetime'
  if (/^(start|end|starts|ends)_time$|^scheduled_(for|time)$|^(due|start|end|event)_date_time$|^(check_in|check_out)$/.test(snake)) return 'datetime'
  if (/_on$|(^|_)date$|^(date_of_birth|dob|birthday|birthdate|date_.*)$|^due$/.test(snake))
    return /^(due_date|deadline)$/.test(snake) ? 'datetime' : 'date'
  if (/^deadline$/.test(snake)) return 'datetime'
  if (/_time$|^time$/.test(snake)) return 'time'
  if (
    /^(is|has|can|was|should|allow|allows|requires)_/.test(snake) ||
    /^(active|completed|done|published|archived|enabled|occupied|used|confirmed|cancelled|resolved|closed|opened|shipped|delivered|sticky|default|required|optional|explicit|verified|approved|available|featured|in_stock|pinned|locked|read|paid|private|public|deleted)$/.test(
      snake,
    )
  )
    return 'boolean'
  if (MONEY.test(snake)) return 'decimal'
  if (
    /(^|_)(count|qty|quantity|stock|age|year|duration|position|rank|capacity|seats|pages?|points|score|rating|stars|views?|likes?|minutes|hours|days|guests|attempts|size_bytes|number_of_\w+|sort_order|order_index|version|priority_level|max_\w+|min_\w+|floor|units)$/.test(
      snake,
    )
  )
    return 'integer'
  if (
    /_(?:months|weeks|seconds|secs|minutes|mins|hours|days|years|spaces|slots|points|pages|cents|ms|bytes|beds|bedrooms|bathrooms|rooms|copies)$/.test(
      snake,
    )
  )
    return 'integer'
  if (/_(?:kg|g|lbs?|km|cm|mm|m|ha|m2|sqm|sqft|percent|pct|celsius|kwh|litres|liters|ml|miles)$/.test(snake)) return 'float'
  if (/(^|_)(latitude|longitude|lat|lng|lon|weight|height|width|length|distance|temperature|percentage|rate|average_\w+)$/.test(snake)) return 'float'
  if (/(^|_)email$/.test(snake)) return 'email'
  if (/(^|_)(url|uri|website|link|avatar|image_url|thumbnail)$/.test(snake) && !/(^|_)avatar$/.test(snake)) return 'url'
  if (/_json$|^(json|metadata|settings|preferences|config|configuration|options|payload|attributes|extra)$/.test(snake)) return 'json'
  return LONG.test(snake) ? 'text' : 'string'
}
