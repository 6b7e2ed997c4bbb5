import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'

const PACKAGE = join(import.meta.dirname, '..', '..')

/** Bundles a script of this folder to a place that every user can read, with the package's assets beside it. Returns the new folder. */
export async function bundleScript(name: string): Promise<{ folder: string; script: string }> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'forge-child-')))
  chmodSync(folder, 0o755)
  mkdirSync(join(folder, 'assets'))
  symlinkSync(join(PACKAGE, 'assets', 'fastapi'), join(folder, 'assets', 'fastapi'))
  const script = join(folder, 'script.cjs')
  await build({
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    conditions: ['forge-source'],
    external: ['pg-native'],
    logLevel: 'silent',
    define: { 'import.meta.url': 'undefined' },
  })
  return { folder, script }
}

export interface Child {
  process: ChildProcess
  /** The first line of its stdout, as JSON. */
  firstLine: Promise<Record<string, string>>
  exited: Promise<void>
}

/** Runs a script with nothing but these variables, as another user when asked (root only). */
export function runScript(script: string, env: Record<string, string>, user: { uid?: number; gid?: number } = {}): Child {
  const child = spawn(process.execPath, [script], { cwd: '/', env, stdio: ['pipe', 'pipe', 'inherit'], ...user })
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const firstLine = new Promise<Record<string, string>>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as Record<string, string>))
    void exited.then(() => reject(new Error('the script ended without a line')))
  })
  firstLine.catch(() => {})
  return { process: child, firstLine, exited }
}
