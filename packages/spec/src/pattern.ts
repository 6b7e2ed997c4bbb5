/**
 * A string that matches an anchored regular expression of the simple kind specifications lead to: literals, classes, groups,
 * alternatives and counted repeats.
 * @throws Error when nothing that matches can be built.
 */
export function sampleFromPattern(pattern: string, variant: number, minLength: number, maxLength: number): string {
  const regex = new RegExp(pattern)
  for (const filler of [0, 1, 2, minLength, maxLength]) {
    if (!Number.isFinite(filler)) continue
    const value = generate(pattern, variant, Math.min(filler, 64))
    if (value !== undefined && regex.test(value) && value.length >= minLength && value.length <= maxLength) return value
  }
  throw new Error(`no sample found for the pattern ${pattern}`)
}

interface Cursor {
  text: string
  at: number
  variant: number
  filler: number
}

function generate(pattern: string, variant: number, filler: number): string | undefined {
  const cursor: Cursor = { text: pattern, at: 0, variant, filler }
  const value = alternatives(cursor)
  return cursor.at === pattern.length ? value : undefined
}

function alternatives(cursor: Cursor): string {
  const options = [sequence(cursor)]
  while (cursor.text[cursor.at] === '|') {
    cursor.at += 1
    options.push(sequence(cursor))
  }
  return options[cursor.variant % options.length]!
}

function sequence(cursor: Cursor): string {
  let output = ''
  while (cursor.at < cursor.text.length && cursor.text[cursor.at] !== '|' && cursor.text[cursor.at] !== ')') {
    const start = cursor.at
    const choices = atom(cursor)
    const end = cursor.at
    const times = repeat(cursor)
    if (typeof choices === 'string') {
      output += choices.repeat(times)
      continue
    }
    let rest = cursor.variant
    for (let index = 0; index < times; index += 1) {
      output += choices[rest % choices.length] ?? ''
      rest = Math.floor(rest / choices.length)
    }
    if (end === start) cursor.at += 1
  }
  return output
}

/** Text of a literal or group, or the characters of a class. */
function atom(cursor: Cursor): string | string[] {
  const char = cursor.text[cursor.at]!
  cursor.at += 1
  if (char === '^' || char === '$') return ''
  if (char === '.') return ['a', 'b', 'c', 'd', 'e', 'f']
  if (char === '[') return characterClass(cursor)
  if (char === '\\') return escaped(cursor)
  if (char !== '(') return char
  if (cursor.text.startsWith('?:', cursor.at)) cursor.at += 2
  const inner = alternatives(cursor)
  cursor.at += 1
  return inner
}

function escaped(cursor: Cursor): string | string[] {
  const char = cursor.text[cursor.at]!
  cursor.at += 1
  if (char === 'd') return [...'0123456789']
  if (char === 'w') return [...'abcdefghijklmnopqrstuvwxyz']
  if (char === 's') return ' '
  if (char === 'u') {
    const code = Number.parseInt(cursor.text.slice(cursor.at, cursor.at + 4), 16)
    cursor.at += 4
    return String.fromCharCode(code)
  }
  return char
}

function characterClass(cursor: Cursor): string[] {
  const negated = cursor.text[cursor.at] === '^'
  if (negated) cursor.at += 1
  const members = new Set<string>()
  while (cursor.at < cursor.text.length && cursor.text[cursor.at] !== ']') {
    const first = classMember(cursor)
    if (cursor.text[cursor.at] === '-' && cursor.text[cursor.at + 1] !== ']' && first.length === 1) {
      cursor.at += 1
      const last = classMember(cursor)[0]!
      const low = first[0]!.charCodeAt(0)
      for (let code = low; code <= Math.min(last.charCodeAt(0), low + 64); code += 1) members.add(String.fromCharCode(code))
    } else for (const member of first) members.add(member)
  }
  cursor.at += 1
  if (!negated) return [...members]
  return [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_'].filter((char) => !members.has(char))
}

function classMember(cursor: Cursor): string[] {
  const char = cursor.text[cursor.at]!
  cursor.at += 1
  if (char !== '\\') return [char]
  const value = escaped(cursor)
  return typeof value === 'string' ? [value] : value
}

function repeat(cursor: Cursor): number {
  const char = cursor.text[cursor.at]
  if (char === '?' || char === '*' || char === '+') {
    cursor.at += 1
    return char === '?' ? Math.min(cursor.filler, 1) : Math.max(char === '+' ? 1 : 0, cursor.filler)
  }
  if (char !== '{') return 1
  const end = cursor.text.indexOf('}', cursor.at)
  const [low, high] = cursor.text.slice(cursor.at + 1, end).split(',')
  cursor.at = end + 1
  const least = Number(low)
  if (high === undefined) return least
  return Math.min(high === '' ? 64 : Number(high), Math.max(least, cursor.filler))
}
