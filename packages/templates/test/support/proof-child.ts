/** Proves the project in `PROJECT` and says on one line when its application is served, to be ended by force then. */
import { bubblewrap, noSandbox } from '@forge/core'
import { fastapiVerifier } from '../../src/fastapi/proof'
import { FEATURES } from './proof-project'

async function main(): Promise<void> {
  const confined = bubblewrap()
  const sandbox = (await confined.probe()).works ? confined : noSandbox()
  await fastapiVerifier().verify({
    projectDir: process.env['PROJECT'] ?? '',
    features: FEATURES,
    sandbox,
    signal: AbortSignal.timeout(120_000),
    emit(event) {
      if (event.type === 'verification-step' && event.step === 'application') process.stdout.write(`${JSON.stringify({ sandbox: sandbox.kind })}\n`)
    },
  })
}

void main()
