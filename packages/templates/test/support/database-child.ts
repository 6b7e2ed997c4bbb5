/**
 * Starts a database server in a process of its own, says what it got on one line, and waits to be ended: by the end of stdin, or by force.
 */
import { startProcessHost } from '@forge/core'
import { startDatabaseServer } from '../../src/fastapi/machine/database'

async function main(): Promise<void> {
  const host = await startProcessHost()
  try {
    const server = await startDatabaseServer({ host })
    const database = await server.createDatabase()
    const { source, version, socketDir } = server
    process.stdout.write(`${JSON.stringify({ source, version, socketDir, url: database.url })}\n`)
    await new Promise((resolve) => process.stdin.once('end', resolve).resume())
    await server.stop()
  } catch (error) {
    const { code, message, remedy } = error as { code?: string; message: string; remedy?: string }
    process.stdout.write(`${JSON.stringify({ code, message, remedy })}\n`)
  }
  await host.close()
}

void main()
