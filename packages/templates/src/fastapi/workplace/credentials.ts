import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The `Authorization` of a URL that holds a name or a password. */
export function credentialsOf(url: URL): string | undefined {
  return url.username === '' && url.password === '' ? undefined : basic(decoded(url.username), decoded(url.password))
}

/** The `Authorization` that the user's netrc (NETRC, by default ~/.netrc) has for a host, as pip and uv read it. */
export function netrcCredentials(host: string): string | undefined {
  const words = netrcText().match(/"[^"]*"|\S+/g) ?? []
  const start = words.findIndex((word, at) => word === 'machine' && words[at + 1]?.toLowerCase() === host)
  if (start < 0) return undefined
  const after = words.slice(start + 2)
  const end = after.findIndex((word) => ['machine', 'default', 'macdef'].includes(word))
  const entry = end < 0 ? after : after.slice(0, end)
  const value = (name: string) => entry[entry.indexOf(name) + 1]?.replace(/^"(.*)"$/, '$1') ?? ''
  return entry.includes('login') && entry.includes('password') ? basic(value('login'), value('password')) : undefined
}

function netrcText(): string {
  try {
    return readFileSync(process.env['NETRC'] || join(homedir(), '.netrc'), 'utf8').replace(/^\s*#.*$/gm, '')
  } catch {
    return ''
  }
}

const basic = (name: string, password: string) => `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
