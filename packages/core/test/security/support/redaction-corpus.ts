import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '..', 'corpus')

/** Values that the rows of the corpus take as known. */
export const KNOWN = ['Zq7#kLm pW"2x\\y/é', 'correct horse battery', 'line-one-secret\nline-two-secret', 'pg+pass/word=1']

export interface SecretRow {
  title: string
  text: string
  /** The text without its secrets. */
  redacted: string
  secrets: readonly string[]
}

export const secretRows = (): SecretRow[] =>
  rows('secrets.txt').map(({ title, text }) => {
    const marked = text.replaceAll('¦', '')
    return {
      title,
      text: marked.replace(/[⟦⟧]/g, ''),
      redacted: marked.replace(/⟦[^⟧]*⟧/g, '[REDACTED]'),
      secrets: [...marked.matchAll(/⟦([^⟧]*)⟧/g)].map(([, secret]) => secret as string),
    }
  })

export const lookAlikes = (): { title: string; text: string }[] => rows('lookalikes.txt')

function rows(name: string): { title: string; text: string }[] {
  const parts = readFileSync(join(FOLDER, name), 'utf8')
    .replaceAll('␛', '\u001b')
    .split(/^%% (.*)\n/m)
  return parts.flatMap((title, index) =>
    index % 2 === 1 ? [{ title: `${(index + 1) / 2} ${title}`, text: (parts[index + 1] as string).replace(/\n$/, '') }] : [],
  )
}

/** A text in pieces of at most this many characters, the same for the same seed. */
export function pieces(text: string, longest: number, seed: number): string[] {
  const result: string[] = []
  let state = seed
  for (let at = 0; at < text.length; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    const length = 1 + ((state >>> 16) % longest)
    result.push(text.slice(at, at + length))
    at += length
  }
  return result
}
