import { readFileSync } from 'node:fs'
import { ForgeError, type Phase, type PromptContext, type Requirement, type SizePreset, type Template } from '@forge/core'
import { readSpec, SpecError } from '@forge/spec'
import { requirementsOf } from '../requirements'
import { loadSize, type SizeName } from '../sizes'
import { assetPath } from './environment/asset-path'
import { fastapiVerifier } from './proof'
import { openWorkplace } from './workplace/workplace'

/** What {@link fastapi} takes. */
export interface FastapiOptions {
  /** A built-in size by its name, or a size of your own (see `loadSize`). Default `medium`. */
  size?: SizeName | SizePreset | undefined
}

/**
 * The FastAPI template: PostgreSQL, async SQLAlchemy 2, Pydantic v2, Alembic, pytest.
 * @throws ForgeError CONFIG_INVALID when there is no size of that name
 */
export function fastapi({ size = 'medium' }: FastapiOptions = {}): Template {
  const preset = typeof size === 'string' ? loadSize(size) : size
  const system = readAsset('prompts/system.md')
  const conventions = readAsset('prompts/conventions.md')
  const tasks: Record<Phase, string> = {
    initializer: fill(readAsset('prompts/initializer.md'), preset),
    coding: readAsset('prompts/coding.md'),
  }
  return {
    name: 'fastapi',
    size: preset,
    system: () => system,
    prompt: (phase, context) => [tasks[phase], conventions, stateOf(context)].join('\n'),
    requirements: requirementsOfText,
    exampleSpec: readAsset(preset.name === 'test' ? 'specs/reading-list.md' : 'specs/task-management.md'),
    verifier: fastapiVerifier(),
    gitignore: readAsset('fastapi/gitignore').split('\n').filter(Boolean),
    workplace: openWorkplace,
  }
}

/** What changes from session to session stands last, so that everything before it can be cached. */
function stateOf({ projectDir, bearings }: PromptContext): string {
  const state = bearings === '' ? 'Nothing is built yet.' : bearings
  return `## State\n\nProject folder: ${projectDir}\n${state}\n`
}

function requirementsOfText(specText: string): Requirement[] {
  try {
    return requirementsOf(readSpec(specText))
  } catch (error) {
    if (!(error instanceof SpecError)) throw error
    throw new ForgeError('SPEC_INVALID', error.message, { remedy: error.remedy, cause: error })
  }
}

/** Puts the numbers of a size into `{{NAMES}}`. */
function fill(text: string, { minTests, maxTests, testsPerEndpoint, mockData }: SizePreset): string {
  const numbers: Record<string, string | number> = {
    MIN_TESTS: minTests,
    MAX_TESTS: maxTests,
    TESTS_PER_ENDPOINT: testsPerEndpoint.join(' to '),
    MOCK_USERS: mockData.users,
    MOCK_MAIN_ENTITY: mockData.mainEntity,
    MOCK_SECONDARY: mockData.secondaryEntities,
  }
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const number = numbers[name]
    if (number === undefined) throw new ForgeError('INTERNAL', `The prompt names {{${name}}}, which no size has.`)
    return String(number)
  })
}

const readAsset = (path: string): string => readFileSync(assetPath(...path.split('/')), 'utf8')
