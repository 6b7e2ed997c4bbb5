const MAX_WORDS = 256
const MAX_STEPS = 1000

/** Expands `{a,b}` and `{1..3}` as bash does, for a word without quotes, escapes or expansions; undefined when it is too much. */
export function expandBraces(word: string): string[] | undefined {
  const open = [word]
  const done: string[] = []
  for (let steps = 0; open.length > 0; steps++) {
    if (steps > MAX_STEPS || done.length + open.length > MAX_WORDS) return undefined
    const next = open.shift() as string
    const group = firstGroup(next)
    if (group) open.unshift(...group.choices.map((choice) => next.slice(0, group.start) + choice + next.slice(group.end)))
    else done.push(next)
  }
  return done
}

function firstGroup(word: string): { start: number; end: number; choices: string[] } | undefined {
  for (let start = word.indexOf('{'); start >= 0; start = word.indexOf('{', start + 1)) {
    const choices: string[] = []
    let depth = 0
    let from = start + 1
    for (let at = start; at < word.length; at++) {
      if (word[at] === '{') depth++
      else if (word[at] === ',' && depth === 1) {
        choices.push(word.slice(from, at))
        from = at + 1
      } else if (word[at] === '}' && --depth === 0) {
        const last = word.slice(from, at)
        if (choices.length > 0) return { start, end: at + 1, choices: [...choices, last] }
        const range = sequence(last)
        if (range) return { start, end: at + 1, choices: range }
        break
      }
    }
  }
  return undefined
}

function sequence(text: string): string[] | undefined {
  const [, low, high] = /^(-?\d{1,6})\.\.(-?\d{1,6})$/.exec(text) ?? []
  if (low === undefined || high === undefined || /^-?0\d/.test(low + high)) return undefined
  const [from, to] = [Number(low), Number(high)]
  if (Math.abs(to - from) >= MAX_WORDS) return undefined
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, step) => String(from <= to ? from + step : from - step))
}
