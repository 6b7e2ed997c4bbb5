import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type ApiSpec, readSpec } from '@forge/spec'
import { sizes } from '@forge/templates'
import { describe, expect, test } from 'vitest'
import { emitApp } from '../src/emit/app'
import { emitTests } from '../src/emit/tests/index'
import { planFeatures } from '../src/plan/index'
import { workshop } from './fixtures/workshop'

// Two specifications as people write them: `lab.md` has a built-in user without privileges, `vault.md` items below private parents.
const read = (name: string): ApiSpec => readSpec(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8'))
const emit = (spec: ApiSpec) =>
  new Map([...emitApp(spec), ...emitTests(spec, planFeatures(spec, sizes.medium))].map((file) => [file.path, file.content]))
const lab = emit(read('lab.md'))
const vault = emit(read('vault.md'))

/** The text of one test, or of one method of the factories. */
const functionOf = (files: Map<string, string>, path: string, name: string): string => {
  const found = new RegExp(`^( *)async def ${name}\\([\\s\\S]*?(?=\\n+\\1(?:async |@|def |class )|$(?![\\s\\S]))`, 'm').exec(files.get(path)!)
  if (!found) throw new Error(`${path} defines no ${name}`)
  return found[0]
}

const UNDEFINED_NAMES = `
import builtins, json, symtable, sys

def names(table, known):
    for symbol in table.get_symbols():
        if symbol.is_referenced() and symbol.is_global() and symbol.get_name() not in known:
            yield symbol.get_name()
    for child in table.get_children():
        yield from names(child, known)

for path, text in json.load(sys.stdin):
    if path.endswith('.py'):
        top = symtable.symtable(text, path, 'exec')
        defined = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace()}
        for name in names(top, defined | set(dir(builtins)) | {'__name__', '__file__'}):
            print(path, name)
`

describe('the emitted project', () => {
  test.each([
    ['lab', lab],
    ['vault', vault],
    ['workshop', emit(workshop)],
  ])('is Python in which every name is defined, no line too long, and each test there once: %s', (_, files) => {
    const checked = spawnSync('python3', ['-c', UNDEFINED_NAMES], { input: JSON.stringify([...files]), encoding: 'utf8' })
    expect([checked.stderr, checked.stdout]).toEqual(['', ''])
    for (const [path, content] of files) {
      if (!path.endsWith('.py')) continue
      expect([path, content.split('\n').filter((line) => line.length > 120)]).toEqual([path, []])
      const tests = [...content.matchAll(/^async def (test_\w+)/gm)].map(([, name]) => name)
      expect([path, new Set(tests).size]).toEqual([path, tests.length])
    }
  })

  test('knows a quote that ends a text from one that begins a formatted one', () => {
    const staff = readSpec(
      'Staff API\n\nModels\n- Staff (id, name, grade: enum(a, b))\n\nEndpoints\n- GET /staff - List staff\n- POST /staff - Create staff\n',
    )
    expect(emit(staff).get('app/models/staff.py')).toContain('from app.models.base import Base, enum_type')
  })
})

describe('rows that a test only needs', () => {
  const experiments = 'tests/api/v1/test_experiments.py'

  test('are made by whoever may make them', () => {
    expect(functionOf(lab, 'tests/factories.py', 'experiment')).toContain('headers or as_user(1, "supervisor")')
    expect(functionOf(lab, 'tests/factories.py', 'user')).toContain('headers or as_user(1, "admin")')
  })

  test('belong to the usual caller where a rule asks for the owner', () => {
    expect(functionOf(lab, 'tests/factories.py', 'experiment')).toContain('body.setdefault("lead_id", 1)')
    expect(functionOf(lab, experiments, 'test_update_experiment')).toContain('"lead_id": 1')
  })

  test('hold nothing that only another role may set', () => {
    expect(functionOf(lab, experiments, 'test_create_experiment')).not.toContain('budget')
    expect(functionOf(lab, experiments, 'test_list_experiments_sorted_by_budget_asc')).toContain('make.change_directly(Experiment, ')
  })

  test('are in a state in which no rule stands in the way', () => {
    expect(functionOf(lab, 'tests/api/v1/test_notes.py', 'test_create_experiment_note')).toContain('make.experiment(stage="running")')
    expect(functionOf(lab, 'tests/factories.py', 'note')).toContain('self.experiment(stage="running")')
  })

  test('are asked for below the parent that they have', () => {
    const created = functionOf(vault, 'tests/api/v1/test_secrets.py', 'test_create_folder_secret')
    expect(created).toContain(`f"/folders/{created['folderId']}/secrets/{created['id']}"`)
    const got = functionOf(vault, 'tests/api/v1/test_secrets.py', 'test_get_secret')
    expect(got).toContain('make.secret(folderId=folder["id"])')
  })

  test('differ from those that are there from the start', () => {
    const spec = read('lab.md')
    const taken = { ...spec, auth: { ...spec.auth, mockUser: { ...spec.auth.mockUser, email: 'Person1@example.com' } } }
    expect(functionOf(emit(taken), 'tests/api/v1/test_users.py', 'test_create_user')).toContain('"email": "person2@example.com"')
  })
})
