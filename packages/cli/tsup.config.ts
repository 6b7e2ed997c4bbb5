import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { index: 'src/index.ts', main: 'src/main.ts' },
  format: ['esm', 'cjs'],
  dts: { entry: { index: 'src/index.ts' }, compilerOptions: { composite: false, customConditions: ['forge-source'] } },
  target: 'node20',
  clean: true,
  sourcemap: true,
})
