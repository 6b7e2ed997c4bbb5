import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blueprint } from '@forge/blueprint'
import { bubblewrap, type EventOf, type ForgeEvent, Harness, type HarnessOptions } from '@forge/core'
import { scriptedProvider, type ScriptedTurn } from '@forge/core/testing'
import { fastapi } from '@forge/templates'
import { afterAll, expect, test } from 'vitest'

const probe = await bubblewrap().probe()
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'forge-agent-')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const projectDir = join(folder, 'my_api')

function harness(options: Partial<HarnessOptions>): { harness: Harness; events: ForgeEvent[] } {
  const events: ForgeEvent[] = []
  const renderer = { name: 'collector', handle: (event: ForgeEvent) => void events.push(event) }
  const base = { projectDir, template: fastapi({ size: 'test' }), sandbox: bubblewrap(), provider: blueprint(), autoContinueDelayMs: 0, renderer }
  return { harness: new Harness({ ...base, ...options }), events }
}

/** What the coding prompt tells an agent to do, in its order. */
const COMMANDS = [
  'git log --oneline -20',
  'cat claude-progress.txt; head -c 2000 app_spec.txt',
  './init.sh',
  '.venv/bin/python -m pytest -q',
  '.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy app',
  '.venv/bin/alembic downgrade base && .venv/bin/alembic upgrade head && .venv/bin/alembic check',
  `.venv/bin/uvicorn app.main:app --port 8000 > server.log 2>&1 &
for i in 1 2 3 4 5 6 7 8 9 10; do curl -sf http://127.0.0.1:8000/health && break; sleep 1; done`,
  `curl -s -X POST http://localhost:8000/bookmarks -H 'X-User-ID: ada' -H 'Content-Type: application/json' -d '{"url": "http://a.example", "title": "Dune"}'`,
  'pkill -f uvicorn',
  'rm server.log && git status --short',
  '.venv/bin/pip install six && .venv/bin/python -c "import six"',
]

const runs = (command: string): ScriptedTurn => ({ calls: [{ name: 'Bash', input: { command, timeout: 300_000 } }] })

test.skipIf(!probe.works)(
  'an agent sets up, tests, serves and repairs a project in bubblewrap, without a denial (not run where bubblewrap does not work)',
  async () => {
    const first = await harness({}).harness.run()
    expect(first.status).toBe('proven')
    const { features } = first
    const file = 'app/main.py'
    const content = await readFile(join(projectDir, file), 'utf8')
    await rename(join(projectDir, file), join(folder, 'main.py'))

    const turns = [{ calls: [{ name: 'Write', input: { file_path: file, content } }] }, ...COMMANDS.map(runs), { text: 'Repaired.' }]
    const provider = scriptedProvider(turns)
    const { harness: second, events } = harness({ provider })
    const result = await second.run()
    provider.assertDone()

    const commands = events.filter((event): event is EventOf<'tool-end'> => event.type === 'tool-end' && event.name === 'Bash')
    expect(commands.filter(({ isError }) => isError).map(({ input, content }) => ({ input, content }))).toEqual([])
    expect(commands).toHaveLength(COMMANDS.length)
    expect(events.filter(({ type }) => type === 'tool-denied')).toEqual([])
    expect(commands.map(({ content }) => content).join('\n')).toMatch(/"title":\s*"Dune"/)
    expect(result).toMatchObject({ status: 'proven', features: features.map(({ id, proven }) => ({ id, proven })) })
  },
  400_000,
)
