import { readFileSync, readdirSync } from 'node:fs'

/** Command lines of the processes (Linux) that name the text. */
export function processesNaming(text: string): string[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return ids.map(commandOf).filter((command) => command.includes(text))
}

function commandOf(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}
