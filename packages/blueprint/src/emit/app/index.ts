import type { ApiSpec } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import { accessFile, accessSymbols } from './access'
import { factsOf } from './app-facts'
import { authFile } from './auth'
import { credentialsOf } from '../../plan/credentials'
import { errorFormatFile } from './error-format'
import { figuresFile } from './figures'
import { filtersFile } from './filters'
import { loginFiles } from './login'
import { healthFile, mainFile } from './main'
import { migrationFile } from './migration'
import { modelFiles } from './models'
import { paginationFile } from './pagination'
import { readmeFile } from './readme'
import { balancesFile, balanceSymbols } from './rule-balances'
import { routerFiles, serviceDependenciesFile } from './routers'
import { rowHelpersFile } from './row-helpers'
import { schemaNames } from './schema-names'
import { schemaFiles, schemaSymbols } from './schemas'
import { securityFiles } from './security'
import { seedFile } from './seed'
import { serviceFiles, serviceMethods } from './services'
import { tokensFile } from './tokens'
import { treesFile } from './tree-methods'

/**
 * The application of a spec: models, schemas, services, routes, identities, seeds, the migration and a README. With the static files of the
 * FastAPI template it is complete. The same spec always gives the same bytes. Endpoints that the spec leaves open (`unsupported`) are not emitted.
 */
export function emitApp(spec: ApiSpec): ProjectFile[] {
  const facts = factsOf(spec)
  const names = schemaNames(facts)
  const methods = serviceMethods(facts, names)
  const symbols = new Map([...facts.symbols, ...schemaSymbols(facts, names), ...accessSymbols(facts), ...balanceSymbols(facts)])
  const services = serviceFiles(facts, names, methods, symbols)
  const schemas = schemaFiles(facts, names)
  const routers = routerFiles(facts, names, methods, symbols)
  const credentials = credentialsOf(spec)
  const code = [...services, ...schemas, ...routers]
  const balances = balancesFile(facts, usesOf(code))
  const used = usesOf([...code, ...balances])
  return [
    ...modelFiles(facts),
    ...schemas,
    ...services,
    ...routers,
    accessFile(facts, used),
    authFile(facts),
    tokensFile(credentials !== undefined),
    ...securityFiles(spec),
    ...(credentials ? loginFiles(facts, credentials, symbols) : []),
    serviceDependenciesFile(facts, symbols),
    errorFormatFile(spec.errors, spec.statusCodes),
    paginationFile(spec.paging, used),
    ...filtersFile(used),
    ...figuresFile(used),
    ...balances,
    ...treesFile(used),
    rowHelpersFile(used),
    healthFile(spec),
    mainFile(spec),
    seedFile(facts),
    migrationFile(facts),
    readmeFile(facts),
  ].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Whether any of the files uses a name. Helpers that nothing uses are not emitted. */
function usesOf(files: ProjectFile[]): (name: string) => boolean {
  const words = new Set(files.flatMap((file) => file.content.match(/[A-Za-z_]\w*/g) ?? []))
  return (name) => words.has(name)
}
