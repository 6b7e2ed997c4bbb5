import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { operationsOf } from '../documents.mjs'
import { codeSpans, links, shellLines, typescriptBlocks } from '../markdown.mjs'

const REQUEST = /^(GET|POST|PUT|PATCH|DELETE) (\/\S*)$/
const API_PATH = /^\/[\w{}/.-]*$/
const FILE = /^(?:\.\/)?(?:\.?[\w@-][\w.@-]*\/)+[\w.@-]*$|^\.?[\w-]+(?:\.[\w-]+)*\.(?:md|json|py|ts|ya?ml|toml|txt|ini|sh|ps1|lock|example)$/
const NAME = /^[A-Za-z_]\w*$/
/** Served by the framework, and not in the document. */
const FRAMEWORK_PATHS = ['/docs', '/openapi.json', '/redoc']
/** Made by people or by set-up, as the documents say. */
const MADE_LATER = ['.env']
/** A setting, or what a module exports. */
const DECLARED = /^(?:([A-Z][A-Z_]*)=|export (?:const|let|type|function|async function) ([A-Za-z_]\w*))/gm
/** Words of the languages. */
const LANGUAGE = ['true', 'false', 'null', 'any', 'data', 'error', 'token']

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '22',
  title: 'documents',
  needs: 'clone',
  async check(subject) {
    const { dir, python } = await subject.clone()
    const world = {
      dir,
      python: pythonSources(dir),
      known: knownNames(subject, dir),
      operations: operationsOf(subject.openapi()),
      document: subject.openapi(),
    }
    const documents = documentsOf(dir)
    const findings = []
    let count = 0
    for (const path of documents) {
      const text = readFileSync(join(dir, path), 'utf8')
      const told = [
        ...codeSpans(text).map((span) => spanFinding(world, path, span)),
        ...links(text).map((target) =>
          existsSync(join(dir, dirname(path), target.replace(/#.*/, ''))) ? undefined : `the link to ${target} leads nowhere`,
        ),
        ...shellLines(text).flatMap((line) => commandFindings(world, line)),
        ...typescriptBlocks(text).flatMap((block) => typescriptFindings(world, block)),
      ]
      count += told.length
      findings.push(...told.filter((finding) => finding !== undefined).map((finding) => `${path}: ${finding}`))
    }
    findings.push(...(await missingModules(subject, { dir, python, documents })))
    return { findings: [...new Set(findings)], figure: `${count} paths, fields, links and commands in ${documents.length} documents` }
  },
}

function documentsOf(dir) {
  const below = ['docs', 'guidelines'].flatMap((folder) => readdirSync(join(dir, folder), { recursive: true }).map((name) => join(folder, name)))
  return [...readdirSync(dir), ...below].filter((path) => path.endsWith('.md'))
}

/** Every name of the API document, each setting, and what the client exports. */
function knownNames({ openapi }, dir) {
  const names = new Set(LANGUAGE)
  const walk = (value) => {
    if (typeof value === 'string') names.add(value)
    if (value === null || typeof value !== 'object') return
    if (!Array.isArray(value)) for (const name of Object.keys(value)) names.add(name)
    for (const part of Object.values(value)) walk(part)
  }
  walk(openapi())
  const client = join(dir, 'frontend/src/api')
  const sources = readdirSync(client).filter((name) => name.endsWith('.ts'))
  const texts = [join(dir, '.env.example'), ...sources.map((name) => join(client, name))].map((file) => readFileSync(file, 'utf8'))
  for (const text of texts) for (const [, setting, name] of text.matchAll(DECLARED)) names.add(setting ?? name)
  return names
}

/** What is wrong with a piece of inline code; undefined where nothing is, or where it is no name of anything. */
function spanFinding(world, path, span) {
  const [, method, route] = REQUEST.exec(span) ?? []
  if (route !== undefined) return hasOperation(world, method, route) ? undefined : `there is no ${span}`
  if (API_PATH.test(span)) return hasPath(world, span) ? undefined : `there is no path ${span}`
  if (FILE.test(span)) return hasFile(world.dir, path, span) ? undefined : `there is no file ${span}`
  if (NAME.test(span))
    return world.known.has(span) || existsSync(join(world.dir, span)) || isWritten(world, span) ? undefined : `nothing is called ${span}`
  const setting = /^([A-Z][A-Z_]+)=/.exec(span)?.[1]
  if (setting !== undefined) return world.known.has(setting) ? undefined : `there is no setting ${setting}`
  return commandFindings(world, span)[0]
}

/** Whether the code has it as a text, or as the end or the beginning of one: a claim of a token, a suffix, a setting of the tests. */
const isWritten = ({ python }, name) => new RegExp(`["'}]${name}["'{]`).test(python)

function pythonSources(dir) {
  const files = ['app', 'tests'].flatMap((folder) => readdirSync(join(dir, folder), { recursive: true }).map((name) => join(dir, folder, name)))
  return files
    .filter((file) => file.endsWith('.py'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
}

const nameless = (path) => path.replace(/\{[^}]*\}/g, '{}')
const hasOperation = ({ operations }, method, path) => operations.some((each) => each.method === method && nameless(each.path) === nameless(path))
const hasPath = ({ operations }, path) => FRAMEWORK_PATHS.includes(path) || operations.some((each) => nameless(each.path) === nameless(path))
const hasFile = (dir, path, file) => MADE_LATER.includes(file) || existsSync(join(dir, file)) || existsSync(join(dir, dirname(path), file))

/** Programs, scripts and files of a line that is to be typed. */
function commandFindings({ dir }, line) {
  return line.split(/ && | ; /).flatMap((command) => {
    const [program = '', ...args] = command.split(/\s+/)
    if (/^(\.\/|\.venv\/)/.test(program) && !existsSync(join(dir, program))) return [`there is no program ${program}`]
    if (program === 'npm' && args[0] === 'run') return hasScript(dir, args[1]) ? [] : [`frontend/package.json has no script ${args[1]}`]
    if (!/^(\.\/|\.venv\/|cp$|python3?$)/.test(program)) return []
    return args.filter((arg) => FILE.test(arg) && !hasFile(dir, '.', arg)).map((arg) => `${command} names ${arg}, which is not there`)
  })
}

const hasScript = (dir, name) => name in JSON.parse(readFileSync(join(dir, 'frontend/package.json'), 'utf8')).scripts

/** Imports lead somewhere, and a type that is written out has exactly the members of its schema. */
function typescriptFindings({ dir, document }, block) {
  const imports = [...block.matchAll(/import (?:type )?\{([^}]*)\} from '(\.[^']*)'/g)].flatMap(([, names, from]) => {
    const file = [`${from}.ts`, `${from}/index.ts`].map((name) => join(dir, 'frontend', name)).find((name) => existsSync(name))
    if (file === undefined) return [`there is no module ${from}`]
    const text = readFileSync(file, 'utf8')
    return names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !new RegExp(`\\b${name}\\b`).test(text))
      .map((name) => `${from} has no ${name}`)
  })
  const types = [...block.matchAll(/^type (\w+) = \{\n(.*?)^\}/gms)].flatMap(([, name, body]) => {
    const schema = document.components.schemas[name]
    if (schema === undefined) return [`there is no schema ${name}`]
    const members = [...body.matchAll(/^ {2}'?([^\s'?:]+)'?\??:/gm)].map(([, member]) => member)
    const properties = Object.keys(schema.properties ?? {})
    const same = members.length === properties.length && members.every((member) => properties.includes(member))
    return same ? [] : [`the type ${name} has ${members.join(', ')}, the schema ${properties.join(', ')}`]
  })
  return [...imports, ...types]
}

/** What `python -m` is asked to run. */
async function missingModules(subject, { dir, python, documents }) {
  const lines = documents.flatMap((path) => {
    const text = readFileSync(join(dir, path), 'utf8')
    return [...shellLines(text), ...codeSpans(text)]
  })
  const modules = [...new Set(lines.flatMap((line) => [...line.matchAll(/python3? -m ([\w.]+)/g)].map(([, name]) => name)))]
  const source = 'import importlib.util, sys; print(*[name for name in sys.argv[1:] if importlib.util.find_spec(name) is None])'
  const { stdout } = await subject.run(python, ['-c', source, ...modules], { cwd: dir })
  return stdout
    .trim()
    .split(' ')
    .filter(Boolean)
    .map((name) => `python -m ${name} names no module`)
}
