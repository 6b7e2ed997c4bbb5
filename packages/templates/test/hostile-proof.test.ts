import { mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { FEATURES, write, writeHonestProject } from './support/proof-project'
import { PROOF_LIMIT_MS, type ProofMachine, provenIds, startProofMachine } from './support/proof-machine'

vi.setConfig({ testTimeout: PROOF_LIMIT_MS, hookTimeout: PROOF_LIMIT_MS })
let machine: ProofMachine

beforeAll(async () => {
  machine = await startProofMachine()
})
afterAll(() => machine?.close())

function prepend(folder: string, path: string, text: string): void {
  write(folder, path, `${text}\n${readFileSync(join(folder, path), 'utf8')}`)
}

/** The harness works with rights of its own in folders that judged code can write. */
describe('judged code cannot lead the harness', () => {
  it('to files outside, by links in place of what it writes between two rounds', async () => {
    const projectDir = writeHonestProject(machine.place())
    const outside = machine.place()
    write(outside, 'file', 'untouched')
    mkdirSync(join(outside, 'folder'))
    const attack = `import os, pathlib, shutil

def pytest_sessionfinish():
    own = pathlib.Path.cwd().parent
    for name in ("plan.json", "p1", "1", "../0/plan.json", "../1/plan.json", "../2/plan.json"):
        place = own / name
        if place.parent.is_dir():
            place.unlink(missing_ok=True)
            place.symlink_to("${join(outside, 'file')}")
    for name in ("home", "tmp", "p"):
        shutil.rmtree(own / name, ignore_errors=True)
        (own / name).symlink_to("${join(outside, 'folder')}")
`
    prepend(projectDir, 'tests/conftest.py', attack)
    // A test of two cases makes a second round.
    prepend(projectDir, 'tests/test_notes.py', 'import pytest\n')
    const tests = readFileSync(join(projectDir, 'tests/test_notes.py'), 'utf8')
    const mark = '@pytest.mark.feature(2, "unknown_note")'
    write(projectDir, 'tests/test_notes.py', tests.replace(mark, `${mark}\n@pytest.mark.feature(3, "lists_notes")`))
    const report = await machine.prove(projectDir, FEATURES)
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('untouched')
    expect(report.problems).toEqual([])
    expect(provenIds(report)).toEqual([1, 2, 3])
    expect(readdirSync(join(outside, 'folder'))).toEqual([])
  })

  it.skipIf(process.platform !== 'linux')('to other sockets of the machine, by a link in place of its own', async () => {
    const projectDir = writeHonestProject(machine.place())
    const folder = machine.place()
    mkdirSync(folder)
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.end('{}')
    })
    await new Promise<void>((resolve) => server.listen(join(folder, 'other'), resolve))
    const attack = `import pathlib

def replace():
    for place in pathlib.Path.cwd().parent.glob("s*"):
        if not place.is_symlink():
            place.unlink()
            place.symlink_to("${join(folder, 'other')}")
`
    prepend(projectDir, 'app/main.py', attack)
    const source = readFileSync(join(projectDir, 'app/main.py'), 'utf8')
    write(projectDir, 'app/main.py', source.replace('    note = Note(title=body.title)', '    replace()\n    note = Note(title=body.title)'))
    const report = await machine.prove(projectDir, FEATURES)
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    expect(asked).toEqual([])
    expect(provenIds(report)).toEqual([1, 2, 3])
  })
})
