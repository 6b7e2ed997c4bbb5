import type { SizePreset } from '@forge/core'
import type { FeaturePlan } from './case-plan'

type Sized = Pick<FeaturePlan, 'cases'>

/**
 * How many cases of each feature the list names: at least one each, then up to the size's number per endpoint while the list is below its
 * maximum, then more only while it is below its minimum.
 */
export function chooseListed(features: readonly Sized[], size: SizePreset): number[] {
  const listed = features.map(({ cases }) => Math.min(1, cases.length))
  const longest = Math.max(0, ...features.map(({ cases }) => cases.length))
  const [, most] = size.testsPerEndpoint
  let total = listed.reduce((sum, count) => sum + count, 0)
  for (let round = 2; round <= longest; round += 1) {
    const limit = round <= most ? size.maxTests : size.minTests
    for (const [index, { cases }] of features.entries()) {
      if (total >= limit) break
      if (cases.length < round || listed[index]! >= round) continue
      listed[index] = round
      total += 1
    }
  }
  return listed
}
