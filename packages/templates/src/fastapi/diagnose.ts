import { ForgeError, type ProcessHost, bubblewrap, detectProvider, startProcessHost } from '@forge/core'
import { findPython } from './environment/find-python'
import { pipSettings } from './environment/package-index'
import { findUv } from './environment/python-env'
import { dialServer } from './machine/dial'
import { OLDEST_MAJOR, findServerBinaries } from './machine/server-binaries'
import { parseServerUrl } from './machine/server-url'
import { POSTGRES_REMEDY, forcedSource } from './machine/database'

/** One thing that this machine has or lacks. */
export interface Finding {
  name: string
  ok: boolean
  /** Whether nothing can be built and proven without it. */
  required: boolean
  /** What was found, or what is wrong. Never a secret. */
  detail: string
  /** What to do when it is not ok. */
  remedy?: string
}

const OLDEST_NODE = [20, 19] as const
const DIAL_LIMIT_MS = 1_500

/** Looks for everything that a run needs, all at once; starts no server, installs nothing and sends nothing to a provider. */
export async function diagnose(): Promise<Finding[]> {
  const host = await startProcessHost()
  try {
    const python = pythonFindings(host)
    const findings = await Promise.all([node(), git(host), python, postgres(host), sandbox(), providers()])
    return findings.flat()
  } finally {
    await host.close()
  }
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const ok = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
  return { name: 'Node.js', ok, required: true, detail: process.versions.node, ...(!ok && { remedy: 'Install Node.js 20.19 or newer.' }) }
}

async function git(host: ProcessHost): Promise<Finding> {
  const result = await host.exec(['git', '--version'], { env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 5_000 })
  if (result.exitCode === 0) return { name: 'git', ok: true, required: true, detail: result.stdout.replace(/^git version /, '').trim() }
  const remedy = 'Install git (Debian, Ubuntu: apt install git; macOS: xcode-select --install), or use --no-git.'
  return { name: 'git', ok: false, required: true, detail: 'not found', remedy }
}

async function pythonFindings(host: ProcessHost): Promise<Finding[]> {
  try {
    const uv = await findUv(host)
    const python = await findPython(host, { anyVenv: uv !== undefined })
    const how =
      uv !== undefined
        ? 'environments are made by uv'
        : python.hasVenv
          ? 'environments are made by venv'
          : 'it lacks the venv module, and there is no uv'
    const ok = uv !== undefined || python.hasVenv
    const remedy = 'Install the venv module (Debian, Ubuntu: apt install python3-venv), or install uv.'
    const found: Finding = { name: 'Python', ok, required: true, detail: `${python.version} (${python.executable}); ${how}`, ...(!ok && { remedy }) }
    return [found, await packageIndex(host, python.executable)]
  } catch (error) {
    return [failed('Python', error)]
  }
}

async function packageIndex(host: ProcessHost, python: string): Promise<Finding> {
  const pip = await pipSettings(host, python)
  const uv = process.env['UV_DEFAULT_INDEX'] ?? process.env['UV_INDEX_URL']
  const index = pip.noIndex ? undefined : (pip.indexUrl ?? uv)
  const parts = [
    index !== undefined ? withoutUser(index) : pip.noIndex ? 'no index' : 'the default index',
    ...pip.extraIndexUrls.map(withoutUser),
    ...pip.findLinks.map((place) => `packages in ${withoutUser(place)}`),
  ]
  const ok = !pip.noIndex || pip.findLinks.length > 0
  const remedy = 'pip is told to use no index and no folder of packages: set find-links, or remove no-index from its configuration.'
  return { name: 'Python packages', ok, required: true, detail: parts.join(', '), ...(!ok && { remedy }) }
}

async function postgres(host: ProcessHost): Promise<Finding> {
  const name = 'PostgreSQL'
  try {
    const source = forcedSource()
    const server = source === undefined ? parseServerUrl(process.env['DATABASE_URL'] ?? '') : undefined
    if (server !== undefined) {
      const answers = await dialServer(server, DIAL_LIMIT_MS).then(
        (socket) => socket.destroy(),
        () => false,
      )
      const place = `the server of DATABASE_URL (${server.host}, port ${server.port})`
      if (answers) return { name, ok: true, required: true, detail: `${place} accepts connections` }
      return {
        name,
        ok: false,
        required: true,
        detail: `${place} does not answer`,
        remedy: 'Start it or correct DATABASE_URL, or unset DATABASE_URL.',
      }
    }
    const found = await findServerBinaries(host, { source })
    if (found === undefined) return { name, ok: false, required: true, detail: `none ≥ ${OLDEST_MAJOR} found`, remedy: POSTGRES_REMEDY }
    const where = found.source === 'local' ? 'of this machine' : 'of the npm package'
    return { name, ok: true, required: true, detail: `${found.version}, programs ${where} (${found.bin})` }
  } catch (error) {
    return failed(name, error)
  }
}

async function sandbox(): Promise<Finding> {
  const probe = await bubblewrap().probe()
  const name = 'Sandbox (bubblewrap)'
  if (probe.works) return { name, ok: true, required: false, detail: 'works' }
  return { name, ok: false, required: false, detail: `${probe.reason}; needed to run with a model`, remedy: probe.remedy }
}

function providers(): Finding {
  const { anthropic, azure } = detectProvider(process.env)
  const names = [...(anthropic ? ['ANTHROPIC_API_KEY'] : []), ...(azure ? ['AZURE_FOUNDRY_API_KEY, AZURE_FOUNDRY_BASE_URL'] : [])]
  const name = 'Model provider'
  const keys = names.length > 0 ? `${names.join(', ')} ${anthropic && !azure ? 'is' : 'are'} set, but not used: ` : ''
  return { name, ok: true, required: false, detail: `${keys}this release has the embedded provider only, which needs no key` }
}

function failed(name: string, error: unknown): Finding {
  const detail = error instanceof Error ? error.message : String(error)
  const remedy = error instanceof ForgeError ? error.remedy : undefined
  return { name, ok: false, required: true, detail, ...(remedy !== undefined && { remedy }) }
}

/** Indexes often carry a token in their address. */
function withoutUser(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//')
}
