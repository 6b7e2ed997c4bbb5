import { createHash } from 'node:crypto'

/** Choices that nobody can foresee who does not know the seed, and that are the same for the same seed. */
export interface Chance {
  /** An integer from 0 up to, and without, `limit` (at most 2³²). */
  below(limit: number): number
  /** Hexadecimal digits. */
  digits(count: number): string
}

export function chanceOf(...seed: readonly (string | Buffer)[]): Chance {
  const root = createHash('sha256')
  for (const part of seed) root.update(`${part.length}:`).update(part)
  const key = root.digest()
  let count = 0
  const block = (): Buffer => {
    count += 1
    return createHash('sha256').update(key).update(String(count)).digest()
  }
  return {
    below: (limit) => block().readUInt32BE() % limit,
    digits: (length) => block().toString('hex').slice(0, length),
  }
}
