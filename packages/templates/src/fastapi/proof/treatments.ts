import { randomInt } from 'node:crypto'
import type { Falsification } from './falsify'

/** What happens, in one of the runs, to the answers that prove a test's case. */
export type Treatment = 'intact' | Falsification

/** Runs of the suite that stand side by side. */
export const RUNS = 3

/**
 * Deals out treatments: in each of the three runs some tests get true answers and others false ones, and each test gets every kind it needs in some run.
 * So no run is "the sabotaged one": a test cannot know what to pretend from anything but its own answers, and one honest test cannot warn the others.
 */
export function dealTreatments(): (test: string, expectsContent: boolean) => readonly Treatment[] {
  const dealt = new Map<string, readonly Treatment[]>()
  return (test, expectsContent) => {
    const known = dealt.get(test)
    if (known !== undefined) return known
    const hand: Treatment[] = expectsContent ? ['intact', randomInt(2) === 0 ? 'turned' : 'broken', 'content'] : ['intact', 'turned', 'broken']
    const shuffled = shuffle(hand)
    dealt.set(test, shuffled)
    return shuffled
  }
}

function shuffle<T>(items: readonly T[]): T[] {
  const left = [...items]
  return items.map(() => left.splice(randomInt(left.length), 1)[0]!)
}
