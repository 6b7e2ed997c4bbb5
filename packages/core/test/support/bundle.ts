import { join } from 'node:path'
import { build } from 'esbuild'

/** Bundles a file of this package (by its path from the package's folder) into one program. */
export async function bundle(entry: string, outfile: string, format: 'esm' | 'cjs' = 'esm'): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, '..', '..', entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format,
    conditions: ['forge-source'],
    logLevel: 'error',
  })
}
