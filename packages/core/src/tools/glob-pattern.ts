/** Bounds the work that `{a,b}` can ask for. */
const MAX_ALTERNATIVES = 256

/**
 * Compiles a glob (`*`, `?`, `[ab]`, `**`, `{a,b}`) into a test of a relative path with forward slashes. A pattern without a slash is looked for
 * at any depth. The cost of a test grows with pattern times path, never worse.
 * @throws RangeError when braces stand for too many patterns.
 */
export function globMatcher(pattern: string): (path: string) => boolean {
  const alternatives = expandBraces(pattern.replace(/^\.\//, '')).map((each) => {
    const parts = each.split('/').filter((part) => part !== '')
    return parts.length === 1 ? ['**', ...parts] : parts
  })
  return (path) => {
    const parts = path.split('/')
    return alternatives.some((alternative) => matchParts(alternative, parts))
  }
}

function expandBraces(pattern: string): string[] {
  const done: string[] = []
  const open = [pattern]
  while (open.length > 0) {
    const next = open.pop() as string
    const group = /\{([^{}]*,[^{}]*)\}/.exec(next)
    if (group)
      open.push(...(group[1] as string).split(',').map((choice) => next.slice(0, group.index) + choice + next.slice(group.index + group[0].length)))
    else done.push(next)
    if (done.length + open.length > MAX_ALTERNATIVES) throw new RangeError('the braces of the pattern stand for too many patterns')
  }
  return done
}

/** `**` stands for any number of folders; remembers only the last one, which is enough. */
function matchParts(pattern: readonly string[], path: readonly string[]): boolean {
  return matchSequence(
    pattern.length,
    path.length,
    (at) => pattern[at] === '**',
    (at, on) => matchName(pattern[at] as string, path[on] as string),
  )
}

function matchName(pattern: string, name: string): boolean {
  const tokens = pattern.match(/\[!?\]?[^\]]*\]|[\s\S]/g) ?? []
  return matchSequence(
    tokens.length,
    name.length,
    (at) => tokens[at] === '*' || tokens[at] === '**',
    (at, on) => matchCharacter(tokens[at] as string, name[on] as string),
  )
}

function matchCharacter(token: string, character: string): boolean {
  if (token === '?') return true
  if (token.length === 1) return token === character
  const negated = token[1] === '!' || token[1] === '^'
  const body = token.slice(negated ? 2 : 1, -1)
  let found = false
  for (let at = 0; at < body.length; at++) {
    const low = body[at] as string
    const high = body[at + 1] === '-' && at + 2 < body.length ? (body[at + 2] as string) : low
    if (low !== high) at += 2
    if (character >= low && character <= high) found = true
  }
  return found !== negated
}

function matchSequence(length: number, size: number, isStar: (at: number) => boolean, matches: (at: number, on: number) => boolean): boolean {
  let at = 0
  let on = 0
  let star = -1
  let starOn = 0
  while (on < size) {
    if (at < length && isStar(at)) {
      star = at++
      starOn = on
    } else if (at < length && matches(at, on)) {
      at++
      on++
    } else if (star >= 0) {
      at = star + 1
      on = ++starOn
    } else return false
  }
  while (at < length && isStar(at)) at++
  return at === length
}
