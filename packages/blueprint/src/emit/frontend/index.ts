import type { ProjectFile } from '@forge/templates'
import type { AppFacts } from '../app/app-facts'
import type { OpenApiDocument, Operation } from '../docs/operations'
import { exampleFiles } from './examples'
import { mockFile } from './mock-engine'
import { mockRoutesFile } from './mock-routes'
import { mockViewsFile } from './mock-views'

/** The front end's part beside the generated client: the mock, the examples, and what checks their types. */
export function frontendFiles(facts: AppFacts, document: OpenApiDocument, operations: readonly Operation[]): ProjectFile[] {
  return [mockFile(), mockRoutesFile(facts, operations), mockViewsFile(), ...exampleFiles(facts, document, operations), PACKAGE, TSCONFIG]
}

const json = (path: string, content: unknown): ProjectFile => ({ path, content: `${JSON.stringify(content, null, 2)}\n` })

const PACKAGE = json('frontend/package.json', {
  name: 'frontend',
  private: true,
  type: 'module',
  scripts: { types: 'tsc' },
  devDependencies: { typescript: '5.9.3' },
})

const TSCONFIG = json('frontend/tsconfig.json', {
  compilerOptions: {
    target: 'ES2022',
    module: 'ESNext',
    moduleResolution: 'bundler',
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
  },
  include: ['src', 'examples'],
})
