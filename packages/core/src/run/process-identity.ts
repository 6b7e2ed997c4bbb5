import { execFile } from 'node:child_process'
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { promisify } from 'node:util'

/** Names one process for ever: numbers are reused, numbers with their start time are not. */
export interface ProcessIdentity {
  pid: number
  /** As the kernel tells it; only ever compared. */
  started: string
  /** Where the number means something: this boot and process namespace. */
  scope: string
}

export async function ownIdentity(): Promise<ProcessIdentity> {
  return { pid: process.pid, started: (await startTime(process.pid)) ?? 'unknown', scope: await ownScope() }
}

/** `unknown` when the process belongs to another machine, boot or namespace. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean | 'unknown'> {
  if (identity.scope !== (await ownScope())) return 'unknown'
  return (await startTime(identity.pid)) === identity.started
}

async function ownScope(): Promise<string> {
  if (process.platform !== 'linux') return hostname()
  const [boot, namespace] = await Promise.all([readFile('/proc/sys/kernel/random/boot_id', 'utf8'), readlink('/proc/self/ns/pid')])
  return `${boot.trim()} ${namespace}`
}

async function startTime(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return (await ps(pid)) || undefined
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const isZombie = fields[0] === 'Z' || fields[0] === 'X'
  return isZombie ? undefined : fields[19]
}

async function ps(pid: number): Promise<string> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout.trim()
}
