import type { ForgeEventBody } from '@forge/core'
import type { CAC } from 'cac'
import type { CommandOutcome } from '../outcome'
import { folder, wholeNumber } from '../options'
import { abortOnSignals } from '../signals'

async function serve(dir: string | undefined, { port: wanted, dbOnly: flag }: { port?: unknown; dbOnly?: unknown }): Promise<CommandOutcome> {
  // The parser takes the word behind a flag that has a dash in its name for the flag's value.
  const projectDir = folder(dir ?? (typeof flag === 'string' ? flag : undefined), '.')
  const dbOnly = flag !== undefined && flag !== false
  const port = wholeNumber(wanted, '--port', 1, 65_535, 8000)
  const { serveProject } = await import('@forge/templates')
  const { signal, dispose } = abortOnSignals()
  try {
    const served = await serveProject(projectDir, { port, dbOnly, signal, emit: printNotice })
    process.stdout.write(dbOnly ? `DATABASE_URL=${served.databaseUrl}\n` : `${served.url}\n`)
    process.stderr.write(dbOnly ? 'Ctrl+C stops the database.\n' : `Documentation: ${served.url}/docs. Ctrl+C stops the server and its database.\n`)
    await Promise.race([served.ended, aborted(signal)])
    await served.stop()
    return { exitCode: signal.aborted ? 0 : 1 }
  } catch (error) {
    if (signal.aborted) return { exitCode: 0 }
    throw error
  } finally {
    dispose()
  }
}

function printNotice(event: ForgeEventBody): void {
  if (event.type === 'notice') process.stderr.write(`forge: ${event.message}${event.remedy === undefined ? '' : ` ${event.remedy}`}\n`)
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

export function registerServe(program: CAC): void {
  program
    .command('serve [dir]', 'Start the generated API on loopback, with its database')
    .option('--port <n>', 'Port (default: 8000, or the next free one)')
    .option('--db-only', 'Start only the database and print its DATABASE_URL')
    .example('forge serve ./my_api --port 8000')
    .action(serve)
}
