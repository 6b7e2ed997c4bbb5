import { readFileSync, readdirSync } from 'node:fs'

/** How many sessions of this process need a path. */
const holders = new Map<string, number>()

/**
 * Keeps what is in a project only to be pinned for as long as any session needs it, whoever started it: when a pinned file is deleted outside, the pin
 * is gone inside. @returns what gives the place back
 */
export function holdPlace(path: string, remove: () => void): () => void {
  holders.set(path, (holders.get(path) ?? 0) + 1)
  return () => {
    const others = (holders.get(path) ?? 1) - 1
    if (others > 0) return void holders.set(path, others)
    holders.delete(path)
    if (!isMountedSomewhere(path)) remove()
  }
}

/** Whether something is mounted at the path for any process that this one can look at. */
function isMountedSomewhere(path: string): boolean {
  const written = ` ${path.replace(/[\\ \t\n]/g, (sign) => `\\${sign.charCodeAt(0).toString(8).padStart(3, '0')}`)} `
  const processes = entries('/proc').filter((name) => /^\d+$/.test(name))
  return processes.some((id) => textOf(`/proc/${id}/mountinfo`).includes(written))
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
