import { basename, join } from 'node:path'
import { ForgeError } from '@forge/core'
import { type Application, migrate, serveApplication } from '../machine/application'
import { ownSocket } from '../machine/own-socket'
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
  const trees = Array.from({ length: RUNS }, (_, index) => join(folder, String(index)))
  // All are written before the first application runs: it could make links where the harness still writes.
  const [databases] = await Promise.all([
    Promise.all(trees.map(() => stage.database.createDatabase({ template }))),
    Promise.all(trees.map((tree) => snapshot.writeTo(tree))),
  ])
  return Promise.all(
    databases.map(async ({ url }, index): Promise<Ground> => {
      const socket = join(folder, `s${index}`)
      await served(() => serveApplication({ session, env: stage.env, tree: trees[index]!, databaseUrl: url, socket, signal }))
      return { databaseUrl: url, application: privateSocket(stage, socket, `a${basename(socket)}`) }
    }),
  )
}

/** For the exam: each call serves the application anew, in a session of its own and from a fresh copy of the tree, on one and the same database. */
export async function examServer(stage: Stage, snapshot: Snapshot, template: string, signal: AbortSignal): Promise<() => Promise<Served>> {
  const { url } = await stage.database.createDatabase({ template })
  let count = 0
  return async () => {
    const name = `x${count}`
    const { session, folder } = await stage.session(name)
    count += 1
    const tree = join(folder, 'p')
    await snapshot.writeTo(tree)
    const socket = join(folder, 's')
    await served(() => serveApplication({ session, env: stage.env, tree, databaseUrl: url, socket, signal }))
    return { socket: privateSocket(stage, socket, `${name}s`), stop: () => session.stop() }
  }
}

/** @throws ProjectProblem */
function privateSocket(stage: Stage, socket: string, name: string): string {
  try {
    return ownSocket(socket, join(stage.folder, name))
  } catch (error) {
    throw new ProjectProblem(error instanceof Error ? error.message : String(error))
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
