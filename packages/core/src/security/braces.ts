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
    if (group === undefined) return undefined
    if (group) open.unshift(...group.choices.map((choice) => next.slice(0, group.start) + choice + next.slice(group.end)))
    else done.push(next)
  }
  return done
}

/** Undefined where bash may see it differently; null where there is none. */
function firstGroup(word: string): { start: number; end: number; choices: string[] } | null | undefined {
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
        if (last.includes('..') || word.includes(',', at)) return undefined
        break
      }
    }
  }
  return null
}

function sequence(text: string): string[] | undefined {
  const letters = /^([a-z])\.\.([a-z])$/.exec(text) ?? /^([A-Z])\.\.([A-Z])$/.exec(text)
  if (letters)
    return numbers(...(letters.slice(1).map((letter) => letter.charCodeAt(0)) as [number, number])).map((code) => String.fromCharCode(code))
  const padded = /^(\d{1,6})\.\.(\d{1,6})$/.exec(text)
  if (padded && /^0\d|\.0\d/.test(text)) {
    const [low = '', high = ''] = padded.slice(1)
    return countable(low, high)?.map((number) => String(number).padStart(Math.max(low.length, high.length), '0'))
  }
  const [, low, high] = /^(-?\d{1,6})\.\.(-?\d{1,6})$/.exec(text) ?? []
  if (low === undefined || high === undefined || /^-?0\d/.test(low + high)) return undefined
  return countable(low, high)?.map(String)
}

function countable(low: string, high: string): number[] | undefined {
  return Math.abs(Number(high) - Number(low)) >= MAX_WORDS ? undefined : numbers(Number(low), Number(high))
}

const numbers = (from: number, to: number) => Array.from({ length: Math.abs(to - from) + 1 }, (_, step) => (from <= to ? from + step : from - step))
