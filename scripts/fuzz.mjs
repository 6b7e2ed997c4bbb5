import { spawnSync } from 'node:child_process'

/** `npm run fuzz -- [SCRIPTS] [SEED]`: random scripts, judged by the policy and run in real bash when it allows them. Default five million, seed by the clock. */
const [scripts = '5000000', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2)
if (![scripts, seed].every((value) => /^\d+$/.test(value))) {
  console.error('usage: npm run fuzz -- [SCRIPTS] [SEED], both whole numbers')
  process.exit(2)
}
console.log(`${scripts} scripts, seed ${seed}`)
const { status } = spawnSync(
  'npx',
  ['vitest', 'run', '--project', 'packages', 'packages/core/test/security/fuzz.test.ts', '--disable-console-intercept'],
  {
    stdio: 'inherit',
    env: { ...process.env, FUZZ_SCRIPTS: scripts, FUZZ_SEED: seed, FUZZ_PROGRESS: '1' },
  },
)
process.exit(status ?? 1)
