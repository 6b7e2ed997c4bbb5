import { bubblewrap } from '@forge/core'
import { expect, it } from 'vitest'
import { verifyProject } from '../src/fastapi/verify-project'
it('clone', async () => {
  process.env['XDG_STATE_HOME'] = '/tmp/adv-state'
  const { report, drift } = await verifyProject('/tmp/adv-clone', { sandbox: bubblewrap() })
  expect(drift).toEqual([])
  expect(report.ran && report.features.filter((f) => !f.proven)).toEqual([])
}, 300_000)
