import { describe, expect, it } from 'vitest'
import { bubblewrap, noSandbox } from '../../src/index'
import { sandboxConformance } from '../../src/testing/index'

const probe = await bubblewrap().probe()

describe('no sandbox', () => {
  for (const { name, run } of sandboxConformance(() => noSandbox())) it(name, run)
})

describe.skipIf(!probe.works)(`bubblewrap${probe.works ? '' : ` (not run: ${probe.reason})`}`, () => {
  for (const { name, run } of sandboxConformance(() => bubblewrap())) it(name, run)
})

describe('the suite', () => {
  const honest = noSandbox()
  const failing = async (sandbox: ReturnType<typeof noSandbox>) => {
    const cases = sandboxConformance(() => sandbox)
    const ended = await Promise.all(
      cases.map(({ name, run }) =>
        run().then(
          () => [],
          () => [name],
        ),
      ),
    )
    return ended.flat()
  }

  it('finds a sandbox that confines nothing although it says so', async () => {
    expect(await failing({ ...honest, confines: true })).toEqual([
      'cannot write or read outside',
      'reads what it is given, and cannot change it; writes what it may write',
      'reaches neither the loopback nor a socket of the host',
      'sees no process of the host, and none of its environments',
      'keeps git from running what is planted',
      'lets no repository with hooks be made where there is none',
      "keeps the harness's own folders from being changed",
    ])
  }, 30_000)

  it('finds a sandbox that hands on the environment and ignores stop', async () => {
    const failed = await failing({
      ...honest,
      async start(spec) {
        const session = await honest.start({ ...spec, env: { ...(process.env as Record<string, string>), ...spec.env } })
        closing.push(() => session.stop())
        return { ...session, stop: async () => {} }
      },
    })
    await Promise.all(closing.map((close) => close()))
    expect(failed).toEqual([
      'hands over the given environment and nothing of the caller',
      'leaves no process behind when it stops, and runs nothing afterwards',
      'leads a forwarded port to a unix socket of the host, until it stops',
    ])
  }, 30_000)
})

const closing: (() => Promise<void>)[] = []
