import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { index: 'src/index.ts', 'testing/index': 'src/testing/index.ts' },
  format: ['esm', 'cjs'],
  dts: { compilerOptions: { composite: false, customConditions: ['forge-source'] } },
  target: 'node20',
  clean: true,
  sourcemap: true,
})
