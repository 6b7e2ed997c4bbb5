import { linkSync, lstatSync } from 'node:fs'

/**
 * The application's socket under a name of the harness's own, in a folder that the application cannot write. The application may put whatever it
 * likes in place of the one that it made, such as a link to a socket of this machine that only the harness can reach; a hard link follows none.
 * @returns the path to connect to
 * @throws Error when the application removed or replaced its socket
 */
export function ownSocket(socket: string, own: string): string {
  // Elsewhere nothing confines the application, and not every system links sockets.
  if (process.platform !== 'linux') return socket
  try {
    linkSync(socket, own)
  } catch (cause) {
    throw new Error('the application removed the socket that it is served on', { cause })
  }
  if (!lstatSync(own).isSocket()) throw new Error('the application replaced the socket that it is served on')
  return own
}
