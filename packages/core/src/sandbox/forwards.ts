import { realpathSync, statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { ForgeError } from '../errors'
import type { Forward } from './sandbox'

interface Host {
  forward(forward: Forward): Promise<void>
  close(): Promise<void>
}

/** The forwards with the real paths of their sockets. @throws ForgeError CONFIG_INVALID for what is no port, or no socket */
export function realForwards(forwards: readonly Forward[] = []): Forward[] {
  return forwards.map(({ port, socket }) => {
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new ForgeError('CONFIG_INVALID', `${port} is no port for a forward`, { remedy: 'Give a whole number from 1 to 65535.' })
    if (!isAbsolute(socket) || !statSync(socket, { throwIfNoEntry: false })?.isSocket())
      throw new ForgeError('CONFIG_INVALID', `port ${port} cannot lead to ${socket}: there is no unix socket`, {
        remedy: 'Start the server that listens there first, and give the absolute path of its socket.',
      })
    return { port, socket: realpathSync(socket) }
  })
}

/** Opens all of them, or closes the host. @throws ForgeError ENVIRONMENT_FAILED when a port cannot be had */
export async function openForwards(host: Host, forwards: readonly Forward[]): Promise<void> {
  try {
    for (const forward of forwards) await host.forward(forward)
  } catch (error) {
    await host.close()
    throw error
  }
}
