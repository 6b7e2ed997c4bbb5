export type { CasePlan, FeaturePlan } from './case-plan'
export { featureList } from './feature-list'
export { planFeatures } from './plan-features'
export { type World, worldOf } from './world'
