import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { bundle } from '../support/bundle'
import { freshPath } from '../support/project'

test('1,000 turns with a log: the heap grows by the conversation alone, and a turn costs little', async () => {
  const script = `${freshPath()}.mjs`
  await bundle('test/support/long-session.ts', script)
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', script], { encoding: 'utf8' })
  expect(stderr).toBe('')
  const { turns, heap, turnMs } = JSON.parse(stdout) as { turns: number; heap: number[]; turnMs: number }
  expect(turns).toBe(1001)
  const perTurn = ((heap.at(-1) ?? 0) - (heap[0] ?? 0)) / 800
  expect(perTurn).toBeLessThan(8 * 1024)
  expect(turnMs).toBeLessThan(10)
})
