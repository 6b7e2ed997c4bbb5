import { defineConfig } from 'vitest/config'

// Tests and type checks read the sources: no build is needed first, but for the tests of the product as users get it.
const conditions = ['forge-source']
const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
}
const limits = { testTimeout: 60_000, hookTimeout: 120_000 }

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { ...shared, test: { ...limits, name: 'packages', include: ['packages/*/test/**/*.test.ts', 'examples/**/*.test.ts'] } },
      {
        ...shared,
        test: {
          ...limits,
          name: 'product',
          include: ['test/**/*.test.ts'],
          globalSetup: ['test/build-once.ts'],
          // Whole runs with servers and databases, some against the clock: one after the other, when nothing else runs.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
