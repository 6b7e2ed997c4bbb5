import { readFileSync, readdirSync } from 'node:fs'

/** Ids of the live processes whose command line holds `text`. Linux. */
export function processesWith(text: string): number[] {
  const found: number[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue
    try {
      const state = readFileSync(`/proc/${name}/stat`, 'latin1')
      if (/\) [ZX] /.test(state)) continue
      if (readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(text)) found.push(Number(name))
    } catch {}
  }
  return found
}

export async function until(condition: () => boolean, ms = 5000): Promise<boolean> {
  const deadline = Date.now() + ms
  while (!condition()) {
    if (Date.now() > deadline) return false
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return true
}

let counter = 0

/** A duration for `sleep` that no other process uses, so that it can be found again in the process table. */
export function uniqueSleep(): string {
  counter += 1
  return `${10_000 + (process.pid % 50_000)}.${String(Date.now()).slice(-6)}${counter}`
}
