import assert from 'node:assert/strict'
import { mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ModelEvent, type ModelRequest, type Provider, ProviderError } from '../providers/provider'
import type { Sandbox, SandboxSession } from '../sandbox/sandbox'
import type { PolicyVerdict, SecurityPolicy } from '../security/policy'

/** One named check; `run` throws when it fails. Hand it to any test runner: `for (const c of cases) test(c.name, c.run)`. */
export interface ConformanceCase {
  name: string
  run(): Promise<void>
}

export interface ProviderConformanceOptions {
  /** A fresh provider that will answer the request with a normal turn. */
  create(): Provider | Promise<Provider>
  /** Default: a request with one short user message and no tools. */
  request?: ModelRequest | undefined
  /** A provider whose next turn fails, for whatever reason. */
  createFailing?: (() => Provider | Promise<Provider>) | undefined
}

/** What every `Provider` must do. */
export function providerConformance(options: ProviderConformanceOptions): ConformanceCase[] {
  const request = options.request ?? plainRequest
  const turn = async () => collect((await options.create()).stream(request, { signal: new AbortController().signal }))
  const { createFailing } = options
  return [
    {
      name: 'has a name, a model and a context window',
      async run() {
        const { name, model, contextWindow } = await options.create()
        assert.ok(name.length > 0, 'name is empty')
        assert.ok(model.length > 0, 'model is empty')
        assert.ok(contextWindow > 0, 'contextWindow is not positive')
      },
    },
    {
      name: 'ends a turn with one end event, the last one',
      async run() {
        const events = await turn()
        const ends = events.flatMap((event, index) => (event.type === 'end' ? [index] : []))
        assert.deepEqual(ends, [events.length - 1])
      },
    },
    {
      name: 'reports usage once, in whole tokens',
      async run() {
        const usages = (await turn()).flatMap((event) => (event.type === 'usage' ? [event.usage] : []))
        assert.equal(usages.length, 1)
        for (const tokens of Object.values(usages[0] ?? {})) assert.ok(Number.isInteger(tokens) && tokens >= 0, `${tokens} is not a number of tokens`)
      },
    },
    {
      name: 'gives each tool call an id of its own and an input that is an object',
      async run() {
        const calls = (await turn()).filter((event) => event.type === 'tool-call')
        assert.equal(new Set(calls.map(({ id }) => id)).size, calls.length)
        for (const { input } of calls) assert.ok(typeof input === 'object' && input !== null && !Array.isArray(input), 'an input is not an object')
      },
    },
    {
      name: 'says tool-use exactly when a turn that was not cut off holds tool calls',
      async run() {
        const events = await turn()
        const end = events.find((event) => event.type === 'end')
        if (end?.stopReason === 'tool-use') assert.ok(events.some(({ type }) => type === 'tool-call'))
        if (end?.stopReason === 'end-turn') assert.ok(events.every(({ type }) => type !== 'tool-call'))
      },
    },
    {
      name: 'does not change the request',
      async run() {
        const before = JSON.stringify(request)
        await turn()
        assert.equal(JSON.stringify(request), before)
      },
    },
    {
      name: 'ends at once when its signal is aborted before the turn',
      async run() {
        const provider = await options.create()
        await assert.rejects(collect(provider.stream(request, { signal: AbortSignal.abort() })))
      },
    },
    ...(createFailing === undefined
      ? []
      : [
          {
            name: 'fails with a ProviderError',
            async run() {
              const provider = await createFailing()
              await assert.rejects(
                collect(provider.stream(request, { signal: new AbortController().signal })),
                (error) => error instanceof ProviderError,
              )
            },
          },
        ]),
  ]
}

const plainRequest: ModelRequest = {
  system: 'You answer in one word.',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Say hello.' }] }],
  tools: [],
  context: { phase: 'coding', projectDir: '/nowhere', session: 1 },
}

async function collect(events: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const all: ModelEvent[] = []
  for await (const event of events) all.push(event)
  return all
}

/** What every `Sandbox` that runs real commands must do. Needs bash on the machine. */
export function sandboxConformance(create: () => Sandbox | Promise<Sandbox>): ConformanceCase[] {
  const within = async (check: (session: SandboxSession, root: string, sandbox: Sandbox) => Promise<void>) => {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'forge-conformance-')))
    const sandbox = await create()
    const session = await sandbox.start({ root, env: { GIVEN: 'value' } })
    try {
      await check(session, root, sandbox)
    } finally {
      await session.stop()
      await rm(root, { recursive: true, force: true })
    }
  }
  const cases: Record<string, (session: SandboxSession, root: string, sandbox: Sandbox) => Promise<void>> = {
    'says that it works': async (_session, _root, sandbox) => assert.equal((await sandbox.probe()).works, true),
    'keeps exit code, stdout and stderr apart': async (session) => {
      const { exitCode, stdout, stderr, timedOut } = await session.exec('echo out; echo err >&2; exit 3')
      assert.deepEqual({ exitCode, stdout, stderr, timedOut }, { exitCode: 3, stdout: 'out\n', stderr: 'err\n', timedOut: false })
    },
    'starts in its root, where files can be written': async (session, root) => {
      await session.exec('pwd -P > where')
      assert.equal(await readFile(join(root, 'where'), 'utf8'), `${root}\n`)
    },
    'runs an argv without a shell': async (session) => {
      assert.equal((await session.exec(['printf', '%s', '$HOME; echo'])).stdout, '$HOME; echo')
    },
    'hands over the given environment and nothing of the caller': async (session) => {
      process.env['FORGE_CONFORMANCE_SECRET'] = 'secret'
      const { stdout } = await session.exec('env')
      delete process.env['FORGE_CONFORMANCE_SECRET']
      assert.match(stdout, /^GIVEN=value$/m)
      assert.doesNotMatch(stdout, /FORGE_CONFORMANCE_SECRET/)
    },
    'ends the whole process group at the time limit': async (session, root) => {
      const startedAt = Date.now()
      const { timedOut } = await session.exec('(sleep 2; touch late) & sleep 20', { timeoutMs: 300 })
      assert.equal(timedOut, true)
      assert.ok(Date.now() - startedAt < 10_000, 'it took far longer than the limit')
      await sleep(2200)
      await assert.rejects(stat(join(root, 'late')), 'a process outlived the time limit')
    },
    'ends a command when its signal is aborted': async (session) => {
      const startedAt = Date.now()
      const abort = new AbortController()
      setTimeout(() => abort.abort(), 200)
      await session.exec('sleep 20', { signal: abort.signal }).catch(() => {})
      assert.ok(Date.now() - startedAt < 10_000, 'it went on after the abort')
    },
    'cuts long output and says so': async (session) => {
      const { stdout, truncated } = await session.exec("head -c 300000 /dev/zero | tr '\\0' x", { maxOutputBytes: 10_000 })
      assert.equal(truncated, true)
      assert.ok(stdout.length < 12_000, `${stdout.length} characters were kept`)
    },
    'runs processes in the background until they are stopped': async (session) => {
      const server = await session.spawn(['bash', '--noprofile', '--norc', '-c', 'echo ready; sleep 60'])
      for (let tries = 0; !server.output().includes('ready') && tries < 100; tries += 1) await sleep(20)
      assert.match(server.output(), /ready/)
      await server.stop({ graceMs: 200 })
      await server.exited
    },
    'leaves no process behind when it stops': async (session, root) => {
      await session.exec('(sleep 1; touch late) > /dev/null 2>&1 &')
      await session.stop()
      await session.stop()
      await sleep(1300)
      await assert.rejects(stat(join(root, 'late')), 'a process outlived the session')
    },
    'confines what it says it confines': async (session, _root, sandbox) => {
      if (!sandbox.confines) return
      const outside = await mkdtemp(join(tmpdir(), 'forge-outside-'))
      await writeFile(join(outside, 'file'), 'untouched')
      await session.exec(`echo changed > ${join(outside, 'file')}`)
      const content = await readFile(join(outside, 'file'), 'utf8')
      await rm(outside, { recursive: true, force: true })
      assert.equal(content, 'untouched')
    },
  }
  return Object.entries(cases).map(([name, check]) => ({ name, run: () => within(check) }))
}

export interface PolicyConformanceOptions {
  create(): SecurityPolicy
  /** Commands that this policy must allow, and must deny, in an ordinary project. */
  allowed?: readonly string[] | undefined
  denied?: readonly string[] | undefined
}

/** What every `SecurityPolicy` must do. */
export function policyConformance({ create, allowed = [], denied = [] }: PolicyConformanceOptions): ConformanceCase[] {
  const context = { projectDir: '/project', cwd: '/project' }
  const judge = (command: string): PolicyVerdict => create().evaluate({ command }, context)
  const nasty = ['', ' ', '\n', 'ls', 'rm -rf /', '$(', '"', '\u0000', 'a'.repeat(100_000), 'ls && '.repeat(2000), '💥', 'ls \\\n -la', '((((']
  return [
    { name: 'has an id', run: async () => assert.ok(create().id.length > 0) },
    {
      name: 'answers any text, synchronously, with a well-formed verdict',
      async run() {
        for (const command of nasty) assertVerdict(judge(command))
      },
    },
    {
      name: 'answers the same question the same way',
      async run() {
        const policy = create()
        for (const command of nasty) assert.deepEqual(policy.evaluate({ command }, context), policy.evaluate({ command }, context))
      },
    },
    ...allowed.map((command) => ({ name: `allows: ${command}`, run: async () => assert.equal(judge(command).verdict, 'allow') })),
    ...denied.map((command) => ({ name: `denies: ${command}`, run: async () => assert.equal(judge(command).verdict, 'deny') })),
  ]
}

function assertVerdict(verdict: PolicyVerdict): void {
  assert.ok(['allow', 'deny', 'abstain'].includes(verdict.verdict), `verdict is ${verdict.verdict}`)
  if (verdict.verdict === 'abstain') return
  assert.ok(verdict.rule.length > 0, 'a decision without a rule')
  assert.ok(verdict.reason.length > 0, 'a decision without a reason')
}
