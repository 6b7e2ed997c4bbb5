import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bubblewrap, formatFeatureList } from '@forge/core'
import { fastapiVerifier, sizes } from '@forge/templates'
import { it } from 'vitest'
import { compile } from '../src/compile'
it('x', async () => {
  const name = process.env.SPEC!
  const text = readFileSync(`/work/shared/specs/${name}.txt`, 'utf8')
  const b = compile(text, sizes[(process.env.SIZE ?? 'medium') as 'medium'])
  const dir = `/tmp/gen-${name}`
  rmSync(dir, { recursive: true, force: true })
  for (const f of [...b.foundation, ...b.files]) { mkdirSync(dirname(join(dir, f.path)), { recursive: true }); writeFileSync(join(dir, f.path), f.content) }
  writeFileSync(join(dir, 'app_spec.txt'), text); writeFileSync(join(dir, 'feature_list.json'), formatFeatureList(b.features))
  const steps: string[] = []
  const r = await fastapiVerifier().verify({ projectDir: dir, features: b.features, sandbox: bubblewrap(), signal: AbortSignal.timeout(200_000), emit: (e) => e.type === 'verification-step' && steps.push(e.step + ' ' + e.seconds.toFixed(2)) })
  if (!r.ran) { process.stderr.write(JSON.stringify(r)); return }
  const left = new Set(b.features.filter((f) => f.left_for_model).map((f) => f.id))
  process.stderr.write(`${name}: ${r.features.filter((f) => f.proven).length} proven of ${r.features.length}, left ${left.size}; ${JSON.stringify(r.suite)} ${JSON.stringify(r.problems)} ${steps} total ${r.seconds}\n`)
  for (const f of r.features) if (!f.proven && !left.has(f.id)) process.stderr.write(`  #${f.id} ${f.reason}\n`)
}, 220_000)
