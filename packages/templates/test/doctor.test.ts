import { afterEach, describe, expect, it, vi } from 'vitest'
import { diagnose } from '../src/fastapi/diagnose'

afterEach(() => vi.unstubAllEnvs())

describe('diagnose', () => {
  it('finds what the tests themselves need, quickly', async () => {
    vi.stubEnv('DATABASE_URL', '')
    const startedAt = performance.now()
    const findings = await diagnose()
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    expect(findings.map((finding) => finding.name)).toEqual([
      'Node.js',
      'git',
      'Python',
      'Python packages',
      'PostgreSQL',
      'Sandbox (bubblewrap)',
      'Model provider',
    ])
    expect(findings.filter((finding) => finding.required && !finding.ok)).toEqual([])
    for (const finding of findings.filter(({ ok }) => !ok)) expect(finding.remedy).toMatch(/\w/)
  })

  it('names a server that does not answer, and no secrets', async () => {
    vi.stubEnv('DATABASE_URL', 'postgresql://someone:s3cret@127.0.0.1:9/app')
    vi.stubEnv('ANTHROPIC_API_KEY', 'sk-ant-s3cret')
    vi.stubEnv('PIP_INDEX_URL', 'https://someone:s3cret@packages.example/simple')
    const findings = await diagnose()
    expect(findings).toContainEqual(expect.objectContaining({ name: 'PostgreSQL', ok: false, required: true, remedy: expect.any(String) }))
    expect(findings).toContainEqual(
      expect.objectContaining({ name: 'Model provider', ok: true, detail: expect.stringContaining('ANTHROPIC_API_KEY is set, but not used') }),
    )
    expect(JSON.stringify(findings)).not.toContain('s3cret')
  })

  it('names a missing git', async () => {
    vi.stubEnv('PATH', '/nowhere')
    expect(await diagnose()).toContainEqual(
      expect.objectContaining({ name: 'git', ok: false, required: true, remedy: expect.stringContaining('git') }),
    )
  })
})
