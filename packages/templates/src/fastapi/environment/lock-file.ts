import { ForgeError } from '@forge/core'

const PINNED = /^[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._, -]+\])?\s*==\s*[A-Za-z0-9.!+_-]+\s*(;[^#]*?)?((\s+--hash=sha256:[0-9a-f]{64})+)\s*$/

/**
 * Checks a lock before anything is installed from it. The lock belongs to the judged project, and installing happens outside its sandbox: so it may
 * name nothing but versions and hashes. No addresses, paths, options or included files.
 * @throws ForgeError ENVIRONMENT_FAILED
 */
export function checkLock(text: string, name: string): void {
  for (const { line, requirement } of requirementsOf(text)) {
    if (PINNED.test(requirement)) continue
    throw new ForgeError('ENVIRONMENT_FAILED', `${name}, line ${line}: "${requirement.slice(0, 80)}" is not a pinned version with sha256 hashes.`, {
      remedy: `Make the lock anew, for example: uv pip compile --universal --generate-hashes --output-file ${name} <your requirements>.`,
    })
  }
}

function requirementsOf(text: string): { line: number; requirement: string }[] {
  const found: { line: number; requirement: string }[] = []
  let open: { line: number; requirement: string } | undefined
  text.split(/\r?\n/).forEach((raw, index) => {
    const bare = raw.replace(/(^|\s)#.*$/, '').trim()
    if (bare === '') return
    open ??= { line: index + 1, requirement: '' }
    open.requirement = `${open.requirement} ${bare.replace(/\\$/, '').trim()}`.trim()
    if (bare.endsWith('\\')) return
    found.push(open)
    open = undefined
  })
  return open === undefined ? found : [...found, open]
}
