import { join } from 'node:path'
import { ForgeError } from '@forge/core'
import { type Application, migrate, serveApplication } from '../machine/application'
import type { Served } from './exam'
import type { Snapshot } from './snapshot'
import type { Stage } from './stage'
import { RUNS } from './treatments'

/** A migrated, otherwise empty database and the application on it. */
export interface Ground {
  databaseUrl: string
  /** Socket of the application. */
  application: string
}

/** The project does not come up; the message says why. */
export class ProjectProblem extends Error {}

/** Migrates one database, from which all others are copied. @throws ProjectProblem */
export async function migratedTemplate(stage: Stage, snapshot: Snapshot, signal: AbortSignal): Promise<string> {
  const { session, folder } = await stage.session('m')
  const tree = join(folder, 'p')
  const [template] = await Promise.all([stage.database.createDatabase(), snapshot.writeTo(tree)])
  const migration = await migrate({ session, env: stage.env, tree, databaseUrl: template.url, signal })
  signal.throwIfAborted()
  await session.stop()
  if (migration.exitCode === 0) return template.name
  const output = `${migration.stdout}\n${migration.stderr}`.trim().split('\n').slice(-12).join('\n')
  throw new ProjectProblem(`the migrations fail (alembic upgrade head)${migration.timedOut ? ', out of time' : ''}: ${output}`)
}

/** Serves the application once for each run of the suite, each on a database and a tree of its own. @throws ProjectProblem */
export async function layGrounds(stage: Stage, snapshot: Snapshot, template: string, signal: AbortSignal): Promise<Ground[]> {
  const { session, folder } = await stage.session('a')
  return Promise.all(
    Array.from({ length: RUNS }, async (_, index): Promise<Ground> => {
      const tree = join(folder, String(index))
      const [{ url }] = await Promise.all([stage.database.createDatabase({ template }), snapshot.writeTo(tree)])
      const socket = join(folder, `s${index}`)
      await served(() => serveApplication({ session, env: stage.env, tree, databaseUrl: url, socket, signal }))
      return { databaseUrl: url, application: socket }
    }),
  )
}

/** For the exam: each call serves the application anew, in a session of its own and from a fresh copy of the tree, on one and the same database. */
export async function examServer(stage: Stage, snapshot: Snapshot, template: string, signal: AbortSignal): Promise<() => Promise<Served>> {
  const { url } = await stage.database.createDatabase({ template })
  let count = 0
  return async () => {
    const { session, folder } = await stage.session(`x${count}`)
    count += 1
    const tree = join(folder, 'p')
    await snapshot.writeTo(tree)
    const socket = join(folder, 's')
    await served(() => serveApplication({ session, env: stage.env, tree, databaseUrl: url, socket, signal }))
    return { socket, stop: () => session.stop() }
  }
}

async function served(start: () => Promise<Application>): Promise<Application> {
  try {
    return await start()
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'ENVIRONMENT_FAILED') throw new ProjectProblem(error.message)
    throw error
  }
}
