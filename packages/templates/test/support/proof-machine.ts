import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Feature, type Sandbox, type VerifyReport, bubblewrap, noSandbox, startProcessHost } from '@forge/core'
import { ensurePythonEnv } from '../../src/fastapi/environment/python-env'
import { startDatabaseServer } from '../../src/fastapi/machine/database'
import { type FastapiVerifierOptions, fastapiVerifier } from '../../src/fastapi/proof'

export interface ProofMachine {
  options: FastapiVerifierOptions
  sandbox: Sandbox
  /** A path for a project that does not exist yet. */
  place(): string
  prove(projectDir: string, features: readonly Feature[]): Promise<Extract<VerifyReport, { ran: true }>>
  close(): Promise<void>
}

/** A proof takes a few seconds where nothing else runs. */
export const PROOF_LIMIT_MS = 120_000

/** One environment and one database server for many proofs, in the sandbox where there is one. */
export async function startProofMachine(): Promise<ProofMachine> {
  const folder = mkdtempSync(join(tmpdir(), 'forge-proofs-'))
  const host = await startProcessHost()
  const [environment, database] = await Promise.all([ensurePythonEnv({ host }), startDatabaseServer({ host })])
  const confined = bubblewrap()
  const sandbox = (await confined.probe()).works ? confined : noSandbox()
  const options = { environment, database }
  let count = 0
  return {
    options,
    sandbox,
    place() {
      count += 1
      return join(folder, `project-${count}`)
    },
    async prove(projectDir, features) {
      const report = await fastapiVerifier(options).verify({
        projectDir,
        features,
        sandbox,
        signal: AbortSignal.timeout(PROOF_LIMIT_MS),
        emit: () => {},
      })
      if (!report.ran) throw new Error(`not run: ${report.reason}`)
      return report
    },
    async close() {
      await database.stop()
      await host.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export function provenIds(report: { features: { id: number; proven: boolean }[] }): number[] {
  return report.features.filter(({ proven }) => proven).map(({ id }) => id)
}
