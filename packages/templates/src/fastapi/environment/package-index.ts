import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ProcessHost } from '@forge/core'
import { userEnvironment } from './user-environment'

/** Where the user's pip finds packages. */
export interface PipSettings {
  indexUrl: string | undefined
  extraIndexUrls: string[]
  findLinks: string[]
  noIndex: boolean
  trustedHosts: string[]
  cert: string | undefined
}

/** What pip is configured for, from its files and from the environment. */
export async function pipSettings(host: ProcessHost, python: string, signal?: AbortSignal): Promise<PipSettings> {
  const result = await host.exec([python, '-I', '-m', 'pip', 'config', 'list'], { env: userEnvironment(), timeoutMs: 20_000, signal })
  const values = result.exitCode === 0 ? parsePipConfig(result.stdout) : fromEnvironment()
  const words = (name: string) => (values.get(name) ?? '').split(/\s+/).filter(Boolean)
  return {
    indexUrl: values.get('index-url'),
    extraIndexUrls: words('extra-index-url'),
    findLinks: words('find-links'),
    noIndex: /^(1|true|yes|on)$/i.test(values.get('no-index') ?? ''),
    trustedHosts: words('trusted-host'),
    cert: values.get('cert'),
  }
}

/** Lines such as `global.index-url='…'`; later ones win, the environment's above all. */
function parsePipConfig(text: string): Map<string, string> {
  const rank = (section: string) => ['global', 'install', ':env:'].indexOf(section)
  const found = [...text.matchAll(/^([\w:]+)\.([\w-]+)='(.*)'$/gm)]
    .map(([, section = '', name = '', value = '']) => ({ section, name, value: value.replace(/\\n/g, '\n').replace(/\\(['\\])/g, '$1') }))
    .filter(({ section }) => rank(section) >= 0)
    .sort((a, b) => rank(a.section) - rank(b.section))
  return new Map(found.map(({ name, value }) => [name, value]))
}

function fromEnvironment(): Map<string, string> {
  const entries = Object.entries(process.env).filter(([name, value]) => name.startsWith('PIP_') && value !== undefined)
  return new Map(entries.map(([name, value]) => [name.slice(4).toLowerCase().replace(/_/g, '-'), value as string]))
}

/** Options and variables that make uv look where pip would. Empty where uv has settings of its own. */
export function uvOptions(pip: PipSettings): { args: string[]; env: Record<string, string> } {
  const env: Record<string, string> = pip.cert !== undefined && !process.env['SSL_CERT_FILE'] ? { SSL_CERT_FILE: pip.cert } : {}
  if (uvIsConfigured()) return { args: [], env }
  const args = [
    ...(pip.indexUrl === undefined ? [] : ['--default-index', pip.indexUrl]),
    ...pip.extraIndexUrls.flatMap((url) => ['--index', url]),
    ...pip.findLinks.flatMap((place) => ['--find-links', place]),
    ...(pip.noIndex ? ['--no-index'] : []),
    ...pip.trustedHosts.flatMap((name) => ['--allow-insecure-host', name]),
  ]
  return { args, env }
}

function uvIsConfigured(): boolean {
  const names = ['UV_INDEX', 'UV_DEFAULT_INDEX', 'UV_INDEX_URL', 'UV_EXTRA_INDEX_URL', 'UV_FIND_LINKS', 'UV_NO_INDEX', 'UV_CONFIG_FILE']
  if (names.some((name) => process.env[name])) return true
  const folders = [process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), '/etc/xdg', '/etc']
  return folders
    .map((folder) => join(folder, 'uv', 'uv.toml'))
    .some((file) => existsSync(file) && /index|find-links/.test(readFileSync(file, 'utf8')))
}
