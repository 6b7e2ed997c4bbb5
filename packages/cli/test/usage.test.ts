import { describe, expect, it } from 'vitest'
import packageJson from '../package.json'
import { forge } from './run-forge'

describe('a wrong command line', () => {
  it.each([
    ['an unknown command', ['bild'], 'There is no command "bild".'],
    ['an unknown command that is a number', ['007'], 'There is no command "007".'],
    ['an unknown option', ['generate', '--frobnicate'], 'Unknown option `--frobnicate`'],
    ['an unknown short option', ['generate', '-x'], 'Unknown option `-x`'],
    ['an option of a later release', ['generate', '--max-cost', '3'], 'Unknown option `--maxCost`'],
    ['a missing value', ['generate', '--spec'], 'option `--spec <file>` value is missing'],
    ['an empty value', ['generate', '--spec', ''], '--spec has an empty value.'],
    ['a repeated option', ['generate', '--spec', 'a.txt', '--spec', 'b.txt'], '--spec was given 2 times.'],
    ['no iteration', ['generate', '--max-iterations', '0'], '--max-iterations is "0", not a whole number of at least 1.'],
    ['half an iteration', ['generate', '--max-iterations', '1.5'], '--max-iterations is "1.5", not a whole number of at least 1.'],
    ['an unknown size', ['generate', '--config', 'huge'], 'There is no size "huge"'],
    ['an unknown provider', ['generate', '--provider', 'oracle'], '--provider is "oracle"'],
    ['a provider that is not there yet', ['generate', '--provider', 'anthropic'], 'The anthropic provider is not part of this release.'],
    ['an unknown sandbox', ['generate', '--sandbox', 'docker'], '--sandbox is "docker"'],
    ['a superfluous word', ['generate', 'spec.txt'], 'Unused args: `spec.txt`'],
    ['a missing word', ['spec'], 'missing required args'],
    ['an impossible port', ['serve', '--port', '70000'], '--port is "70000", not a whole number from 1 to 65535.'],
  ])('%s ends with 2, a message and a remedy', async (_, argv, message) => {
    const { exitCode, stdout, stderr } = await forge(...argv)
    const [first, remedy] = stderr.split('\n')
    expect(exitCode).toBe(2)
    expect(first).toContain(`forge: ${message}`)
    expect(remedy).toMatch(/^ {2}\S/)
    expect(stderr).not.toMatch(/^ +at /m)
    expect(stdout).toBe('')
  })

  it.each([
    [['spec'], 'Run `forge spec --help` for the options.'],
    [['spec.txt'], 'Run `forge --help` for the list.'],
    [['generate', 'spec.txt'], 'Name the specification with --spec FILE.'],
    [['serve', '--port', 'http'], 'For example --port 8000.'],
  ])('%j is told what to type instead', async (argv, remedy) => {
    expect((await forge(...argv)).stderr).toContain(remedy)
  })

  it('is an object on stdout with --json', async () => {
    const { exitCode, stdout } = await forge('generate', '--json', '--sandbox', 'docker')
    expect(exitCode).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ type: 'error', code: 'USAGE', exitCode: 2, remedy: expect.any(String) })
  })
})

describe('help and version', () => {
  it('--help names every command, and ends with 0', async () => {
    const { exitCode, stdout } = await forge('--help')
    expect(exitCode).toBe(0)
    for (const command of ['generate', 'spec', 'verify', 'serve', 'openapi', 'doctor']) expect(stdout).toContain(`forge ${command}`)
  })

  it('--help of a --no-… option does not call it the default', async () => {
    expect((await forge('generate', '--help')).stdout).toMatch(/--no-git +No repository, no commits$/m)
  })

  it('-v means verbose, --version the version', async () => {
    expect((await forge('--version')).stdout).toContain(packageJson.version)
    const { exitCode, stdout, stderr } = await forge('-v', '--sandbox', 'docker')
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toContain('--sandbox')
  })
})
