import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Feature, HttpMethod, Requirement, Sandbox, Template, Verifier, VerifyReport } from '../../src/index'

/** `GET /notes - List notes` is an endpoint, `Rule: …` a rule sentence. */
export const TINY_SPEC = 'GET /notes - List notes\nPOST /notes - Create a note\n'

/** A case is proven when `checks/<feature id>.sh`, run in the sandbox, prints `ok <case name>`. */
export function scriptVerifier(): Verifier & { readonly runs: number } {
  let runs = 0
  return {
    name: 'script',
    get runs() {
      return runs
    },
    async verify({ projectDir, features, sandbox, emit }): Promise<VerifyReport> {
      runs += 1
      const startedAt = performance.now()
      const report = await inSession(sandbox, projectDir, features)
      emit({ type: 'verification-step', step: 'checks', seconds: (performance.now() - startedAt) / 1000 })
      return report
    },
  }
}

async function inSession(sandbox: Sandbox, projectDir: string, features: readonly Feature[]): Promise<VerifyReport> {
  const session = await sandbox.start({ root: projectDir })
  try {
    const proofs = []
    for (const feature of features) {
      const script = `checks/${feature.id}.sh`
      const exists = await stat(join(projectDir, script)).catch(() => undefined)
      const { stdout } = exists ? await session.exec(['bash', script]) : { stdout: '' }
      const cases = feature.test_cases.map(({ name }) => {
        const proven = stdout.split('\n').includes(`ok ${name}`)
        return { name, proven, tests: [script], ...(proven ? {} : { reason: exists ? `${script} does not say ok` : `${script} is missing` }) }
      })
      proofs.push({ id: feature.id, proven: cases.length > 0 && cases.every(({ proven }) => proven), cases })
    }
    const passed = proofs.filter(({ proven }) => proven).length
    return {
      ran: true,
      features: proofs,
      tree: 'tree',
      suite: { passed, failed: proofs.length - passed, skipped: 0, seconds: 0 },
      problems: [],
      seconds: 0,
    }
  } finally {
    await session.stop()
  }
}

export function tinyTemplate(verifier: Verifier = scriptVerifier(), size: Partial<Template['size']> = {}): Template {
  return {
    name: 'tiny',
    size: {
      name: 'test',
      minTests: 1,
      maxTests: 20,
      minEndpoints: 1,
      maxEndpoints: 10,
      testsPerEndpoint: [1, 3],
      mockData: { users: 1, mainEntity: 1, secondaryEntities: 1 },
      ...size,
    },
    system: (phase) => `You are the ${phase} agent.`,
    prompt: (_phase, { bearings }) => `Go on.\n${bearings}`,
    requirements: (text) => text.split('\n').flatMap(requirementOf),
    exampleSpec: TINY_SPEC,
    verifier,
    gitignore: ['*.cache'],
  }
}

function requirementOf(text: string, index: number): Requirement[] {
  const endpoint = /^(GET|POST|PUT|PATCH|DELETE) (\/\S+)/.exec(text)
  if (endpoint) {
    const [, method, path] = endpoint as unknown as [string, HttpMethod, string]
    return [{ kind: 'endpoint', key: `${method} ${path}`, line: index + 1, text, method, path }]
  }
  if (!text.startsWith('Rule: ')) return []
  return [{ kind: 'rule', key: `${text.toLowerCase()}@${index + 1}`, line: index + 1, text, method: 'POST', path: '/notes' }]
}

export function feature(id: number, method: HttpMethod, path: string, more: Partial<Feature> = {}): Feature {
  return {
    id,
    category: 'endpoint',
    method,
    path,
    description: `${method} ${path}`,
    request_schema: null,
    response_schema: null,
    test_cases: [{ name: 'works', description: 'It works.', method, path, input: null, expected_status: method === 'POST' ? 201 : 200 }],
    passes: false,
    ...more,
  }
}

export const TINY_LIST: Feature[] = [feature(1, 'GET', '/notes'), feature(2, 'POST', '/notes')]
