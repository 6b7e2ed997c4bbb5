import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forge } from './run-forge'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forge-spec-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

const SCHEMA = 'CREATE TABLE notes (\n  id serial PRIMARY KEY,\n  title varchar(80) NOT NULL\n);\n'

describe('forge spec', () => {
  it('says in which language the file is written, and prints lines of that file', async () => {
    const { exitCode, stdout } = await forge('spec', await file('schema.sql', SCHEMA))
    expect(exitCode).toBe(0)
    expect(stdout).toContain('info: read as a PostgreSQL schema')
    expect(stdout).toContain('title: string, required, 1 to 80 characters [line 3]')
  })

  it('--normalize prints a text that is understood in the same way', async () => {
    const { stdout } = await forge('spec', await file('schema.sql', SCHEMA), '--normalize')
    expect(stdout).toContain('- title: string, required, min length 1, max length 80')
    const again = await forge('spec', await file('again.txt', stdout), '--normalize')
    expect(again.stdout).toBe(stdout)
  })

  it('refuses a fault with its line, the reason and a remedy', async () => {
    const { exitCode, stdout, stderr } = await forge('spec', await file('broken.sql', SCHEMA.replace('NOT NULL', 'NOT')))
    expect(exitCode).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('Line 4: this is read as a PostgreSQL schema, and PostgreSQL')
    expect(stderr).toContain('Correct the statement on that line')
  })

  it('prints one form at a time', async () => {
    const { exitCode, stderr } = await forge('spec', await file('schema.sql', SCHEMA), '--json', '--normalize')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('--json and --normalize cannot be given together.')
  })
})
