import type { Feature, SizePreset } from '@forge/core'
import { type ApiSpec, readSpec } from '@forge/spec'
import { type ProjectFile, projectFiles } from '@forge/templates'
import { withClassNames } from './class-names'
import { emitApp } from './emit/app'
import { emitMockData } from './emit/mock-data'
import { emitTests } from './emit/tests'
import { featureList, planFeatures } from './plan'

/** Everything that follows from a specification and a size. */
export interface Blueprint {
  spec: ApiSpec
  features: Feature[]
  /** Files that are the same for every specification; tests of the application come with it. */
  foundation: ProjectFile[]
  /** Application, tests, and the script that makes mock data. */
  files: ProjectFile[]
}

let last: { text: string; size: string; blueprint: Blueprint } | undefined

/**
 * Compiles a specification. Pure; the last result is kept, since every turn of a session asks for the same.
 * @throws SpecError when the text holds nothing to build
 */
export function compile(text: string, size: SizePreset): Blueprint {
  const sizeKey = JSON.stringify(size)
  if (last?.text === text && last.size === sizeKey) return last.blueprint
  const spec = withClassNames(readSpec(text))
  const plans = planFeatures(spec, size)
  const common = projectFiles()
  const isTest = ({ path }: ProjectFile) => path.startsWith('tests/')
  const blueprint: Blueprint = {
    spec,
    features: featureList(spec, plans),
    foundation: common.filter((file) => !isTest(file)),
    files: [...common.filter(isTest), ...emitApp(spec), ...emitTests(spec, plans), ...emitMockData(spec, size)],
  }
  last = { text, size: sizeKey, blueprint }
  return blueprint
}
