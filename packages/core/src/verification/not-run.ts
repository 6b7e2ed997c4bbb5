import type { ForgeError } from '../errors'
import type { VerifyReport } from './verifier'

/** Why nothing counts as proven. */
export type NotRun = Extract<VerifyReport, { ran: false }>

/** What the machine lacks, as a report. */
export function notRunBecause({ code, message, remedy = 'Run `forge doctor`.' }: ForgeError): NotRun {
  const isNamed = code === 'PYTHON_MISSING' || code === 'DATABASE_MISSING' || code === 'SANDBOX_UNAVAILABLE'
  return { ran: false, code: isNamed ? code : 'ENVIRONMENT_FAILED', reason: message, remedy }
}
