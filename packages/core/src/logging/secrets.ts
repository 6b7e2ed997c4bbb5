import type { Provider } from '../providers/provider'

/** `PWD` alone is the shell's working directory. */
const SECRET_NAME = /(?:(?:^|_)(?:KEY|TOKEN|SECRET|PASS)|_PWD|PASSWORD|PASSWD|CREDENTIALS?)$/i
/** Shorter values are words, as a rule. */
const MIN_SECRET = 8
const URL_PASSWORD = /^[a-z][a-z\d+.-]*:\/\/[^/?#@:]*:([^/?#@]+)@/i

/** All that must not be shown of a run with this provider. */
export function knownSecrets(provider: Provider): string[] {
  return [...environmentSecrets(process.env), ...(provider.secrets ?? [])]
}

/** The values of an environment's secrets: of variables with such names, and passwords in URLs as far as they are no plain words. */
export function environmentSecrets(env: Record<string, string | undefined>): string[] {
  return Object.entries(env).flatMap(([name, value = '']) => [
    ...(value.length >= MIN_SECRET && SECRET_NAME.test(name) ? [value] : []),
    ...passwordsIn(value),
  ])
}

function passwordsIn(url: string): string[] {
  const written = URL_PASSWORD.exec(url)?.[1]
  if (written === undefined || written.length < MIN_SECRET || /^[a-z]+$/i.test(written)) return []
  return [written, decoded(written)]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
