import { it } from 'vitest'
import { readFileSync } from 'node:fs'
import { readSpec } from '../src/index'
it('x', () => {
  const s = readSpec(readFileSync('/tmp/rep/b.md','utf8'))
  for (const { method, path, operation, entity, grouped, figures, range, ranked, unsupported } of s.endpoints) console.log(method, path, operation, entity, JSON.stringify({ grouped, figures: figures?.map(f=>[f.name.join('.'),f.function,f.field]), range, ranked, unsupported }))
})
