// The application of a clone as anybody would start it: uvicorn on loopback.
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { start, tail } from './processes.mjs'

const START_LIMIT_MS = 30_000

/**
 * @param {{ dir: string }} clone
 * @param {Record<string, string>} env settings, `DATABASE_URL` among them
 * @returns {Promise<import('./row.mjs').Server>}
 * @throws Error when `GET /health` is not answered in time
 */
export async function startServer(clone, env) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const from = performance.now()
  const program = start(join(clone.dir, '.venv/bin/uvicorn'), ['app.main:app', '--port', String(port)], { cwd: clone.dir, env })
  let ended = false
  void program.ended.then(() => {
    ended = true
  })
  while (!ended && performance.now() - from < START_LIMIT_MS) {
    if (await answers(`${url}/health`)) {
      const startSeconds = (performance.now() - from) / 1000
      return {
        ...{ url, databaseUrl: env.DATABASE_URL, startSeconds, stop: () => program.stop() },
        logs: () => `${program.output.stdout}${program.output.stderr}`,
      }
    }
    await sleep(30)
  }
  await program.stop()
  throw new Error(`uvicorn app.main:app ${ended ? 'ended' : 'did not answer'}:\n${tail(program.output)}`)
}

const answers = (url) =>
  fetch(url).then(
    async (response) => {
      await response.body?.cancel()
      return true
    },
    () => false,
  )

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
