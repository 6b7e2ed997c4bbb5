import { ForgeError, type ForgeErrorCode, type Verifier, type VerifyContext, type VerifyReport } from '@forge/core'
import { type ApiSpec, SpecError, readSpec } from '@forge/spec'
import { type Objections, examine } from './exam'
import { ProjectProblem, examServer, layGrounds, migratedTemplate } from './grounds'
import { judgeFeature, warnedTests } from './judge'
import { type Rounds, runRounds } from './rounds'
import { type Snapshot, readSnapshot } from './snapshot'
import { type Stage, type StageOptions, openStage } from './stage'

export interface FastapiVerifierOptions extends StageOptions {
  /** For one run of the suite, in milliseconds; default 600 000 and 2 000 more for each feature. */
  suiteTimeoutMs?: number | undefined
}

type NotRun = Extract<VerifyReport, { ran: false }>

const SPEC_FILE = 'app_spec.txt'

/**
 * Proves the features of a FastAPI project: tests that are watched from outside, the same tests with falsified answers, and an exam of the served
 * application across a restart. It never throws for what the project does; an abort is thrown as the signal's reason.
 */
export function fastapiVerifier(options: FastapiVerifierOptions = {}): Verifier {
  return { name: 'fastapi', verify: (context) => verify(context, options) }
}

async function verify(context: VerifyContext, options: FastapiVerifierOptions): Promise<VerifyReport> {
  const startedAt = performance.now()
  try {
    const snapshot = await timed(context, 'copy', () => readSnapshot(context.projectDir))
    const found = await proofOf(context, options, snapshot)
    return {
      ran: true,
      features: context.features.map((feature) => judgeFeature(feature, found.rounds?.trials ?? [], found.objections(feature))),
      tree: snapshot.digest,
      suite: { ...(found.rounds?.suite ?? { passed: 0, failed: 0, skipped: 0 }), seconds: found.seconds },
      problems: found.problems,
      seconds: secondsSince(startedAt),
    }
  } catch (error) {
    context.signal.throwIfAborted()
    if (error instanceof ForgeError && isMachineCode(error.code)) {
      return { ran: false, code: error.code, reason: error.message, remedy: error.remedy ?? 'Run `forge doctor`.' }
    }
    throw error
  }
}

interface Findings {
  rounds: Rounds | undefined
  objections: Objections
  problems: string[]
  /** What the tests took. */
  seconds: number
}

async function proofOf(context: VerifyContext, options: FastapiVerifierOptions, snapshot: Snapshot): Promise<Findings> {
  const spec = specOf(snapshot)
  const faults = [
    ...snapshot.faults,
    ...(typeof spec === 'string' ? [spec] : []),
    ...(snapshot.hasFolder('tests') ? [] : ['there is no folder "tests"']),
  ]
  if (faults.length > 0 || typeof spec === 'string') return refused(faults)
  const stage = await timed(context, 'machine', () => openStage({ ...context, ...options }))
  try {
    return await onStage(context, options, stage, snapshot, spec)
  } catch (error) {
    if (error instanceof ProjectProblem) return refused([error.message])
    throw error
  } finally {
    await stage.close()
  }
}

async function onStage(context: VerifyContext, options: FastapiVerifierOptions, stage: Stage, snapshot: Snapshot, spec: ApiSpec): Promise<Findings> {
  const { features, signal } = context
  const template = await timed(context, 'migrations', () => migratedTemplate(stage, snapshot, signal))
  const testing = async () => {
    const grounds = await timed(context, 'application', () => layGrounds(stage, snapshot, template, signal))
    const startedAt = performance.now()
    const timeoutMs = options.suiteTimeoutMs ?? 600_000 + 2_000 * features.length
    const rounds = await timed(context, 'tests', () => runRounds({ stage, snapshot, spec, features, grounds, timeoutMs, signal }))
    return { rounds, seconds: secondsSince(startedAt) }
  }
  const examining = async () => {
    const serve = await examServer(stage, snapshot, template, signal)
    return timed(context, 'exam', () => examine({ spec, features, serve, signal }))
  }
  const [{ rounds, seconds }, objections] = await Promise.all([testing(), examining()])
  if (typeof rounds === 'string') return { ...refused([rounds]), seconds }
  const warned = warnedTests(rounds.trials)
  if (warned.length === 0) return { rounds, objections, problems: [], seconds }
  const problem = `tests hang on one another: ${warned.slice(0, 3).join(', ')} failed with true answers and passed with false ones; none may depend on how another one ends`
  return { ...refused([problem]), rounds, seconds }
}

/** Nothing is proven. */
function refused(problems: string[]): Findings {
  return { rounds: undefined, objections: () => problems[0], problems, seconds: 0 }
}

function specOf(snapshot: Snapshot): ApiSpec | string {
  const text = snapshot.text(SPEC_FILE)
  if (text === undefined) return `there is no ${SPEC_FILE}`
  try {
    return readSpec(text)
  } catch (error) {
    if (error instanceof SpecError) return `${SPEC_FILE} cannot be read: ${error.message}`
    throw error
  }
}

async function timed<T>(context: VerifyContext, step: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now()
  const result = await work()
  context.emit({ type: 'verification-step', step, seconds: secondsSince(startedAt) })
  return result
}

const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1000

function isMachineCode(code: ForgeErrorCode): code is NotRun['code'] {
  return code === 'PYTHON_MISSING' || code === 'DATABASE_MISSING' || code === 'SANDBOX_UNAVAILABLE' || code === 'ENVIRONMENT_FAILED'
}
