import type { ApiSpec } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { frontendFiles } from '../frontend'
import { agentsFile } from './agents'
import { documentFacts } from './facts'
import { guidelineFiles } from './guidelines'
import { frontendHandOffFile } from './hand-off'
import type { OpenApiDocument } from './operations'
import { overviewFile } from './overview'
import { figmaPromptFile } from './prompt'

/**
 * The documents for those who build on the API, and what lies beside the generated client. They name what the application itself says that it
 * serves, so nothing in them can be missing there. The same spec and document give the same bytes.
 */
export function handOffDocuments(spec: ApiSpec, document: OpenApiDocument): ProjectFile[] {
  const facts = documentFacts(spec, document)
  return [
    agentsFile(facts),
    overviewFile(facts),
    figmaPromptFile(facts),
    frontendHandOffFile(facts),
    ...guidelineFiles(facts),
    ...frontendFiles(facts.facts, document, facts.operations),
  ]
}
