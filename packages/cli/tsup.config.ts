import { defineConfig } from 'tsup'

const shared = { target: 'node20', sourcemap: true, shims: true } as const

export default defineConfig([
  {
    ...shared,
    entry: { index: 'src/index.ts' },
    format: ['esm', 'cjs'],
    dts: { compilerOptions: { composite: false, customConditions: ['forge-source'] } },
  },
  // The program itself is only ever run, never required.
  { ...shared, entry: { main: 'src/main.ts' }, format: ['esm'] },
])
