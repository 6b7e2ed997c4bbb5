import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { CAC } from 'cac'
import { UsageError } from '../errors'
import type { CommandOutcome } from '../outcome'

/** The text of a specification. Bytes that are no UTF-8 are left to the reader, which names them. */
async function readSpecFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const why = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`
    throw new UsageError(`The specification ${path} ${why}.`, `Give the path of a text file. To start from an example: ${await examples()}.`)
  }
}

/** Where the example specifications lie, and what they are called. */
async function examples(): Promise<string> {
  const { exampleSpecs } = await import('@forge/templates')
  const [first, ...others] = exampleSpecs().map(({ path }) => path)
  return [first!, ...others.map((path) => basename(path))].join(', ')
}

async function spec(file: string, options: { json?: boolean; normalize?: boolean }): Promise<CommandOutcome> {
  if (options.json && options.normalize) throw new UsageError('--json and --normalize cannot be given together.', 'Leave one of them out.')
  const { canonicalText, formatSpec, readSpec } = await import('@forge/spec')
  const { builtBy } = await import('@forge/blueprint')
  const understood = readSpec(await readSpecFile(file))
  const text = options.json
    ? `${JSON.stringify(understood, null, 2)}\n`
    : options.normalize
      ? canonicalText(understood)
      : formatSpec(understood, builtBy(understood))
  process.stdout.write(text)
  return { exitCode: 0 }
}

export function registerSpec(program: CAC): void {
  program
    .command('spec <file>', 'Show what is understood of a specification')
    .option('--json', 'Print the ApiSpec as JSON')
    .option('--normalize', 'Print it as plain text in one form, which reads as the same specification')
    .example('forge spec app_spec.txt')
    .example('forge spec openapi.yaml --normalize')
    .action(spec)
}
