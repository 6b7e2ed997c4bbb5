import { spawn } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { bubblewrap } from '../../src/index'

const probe = await bubblewrap().probe()
/** The best of these rounds counts: a busy machine slows some of them. */
const ROUNDS = 3
const TURNS = 30

async function timed(action: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await action()
  return performance.now() - begun
}

const part = (times: readonly number[], share: number) => [...times].sort((a, b) => a - b)[Math.floor(times.length * share)] ?? 0

const bare = () =>
  new Promise((resolve) => spawn('/bin/bash', ['--noprofile', '--norc', '-c', 'true'], { stdio: 'ignore', env: {} }).once('close', resolve))

it.skipIf(!probe.works)(`a command costs 8 ms at most in a session, by the median${probe.works ? '' : ` (not run: ${probe.reason})`}`, async () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'forge-cost-')))
  const sandbox = bubblewrap()
  let session = await sandbox.start({ root })
  const starts: number[] = []
  for (let turn = 0; turn < 5; turn++) {
    await session.stop()
    starts.push(await timed(async () => (session = await sandbox.start({ root }))))
  }
  const rounds: { inside: number[]; outside: number[] }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const [inside, outside]: [number[], number[]] = [[], []]
    for (let turn = 0; turn < TURNS; turn++) {
      inside.push(await timed(() => session.exec('true')))
      outside.push(await timed(bare))
    }
    rounds.push({ inside, outside })
  }
  await session.stop()
  rmSync(root, { recursive: true, force: true })
  const { inside, outside } = rounds.reduce((best, each) => (part(each.inside, 0.5) < part(best.inside, 0.5) ? each : best))
  const [median, plain] = [part(inside, 0.5), part(outside, 0.5)]
  const said = `true: ${median.toFixed(1)} ms (p95 ${part(inside, 0.95).toFixed(1)}), bare ${plain.toFixed(1)}, ratio ${(median / plain).toFixed(1)}; start ${part(starts, 0.5).toFixed(0)} ms`
  process.stdout.write(`${said}\n`)
  // A busy machine slows the bare shell as well.
  expect(median, said).toBeLessThanOrEqual(Math.max(8, 3 * plain))
})
