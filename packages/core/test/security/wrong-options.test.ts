import { describe, expect, test } from 'vitest'
import { commandAllowlist, defaultPolicies, evaluateCommand, optionRule } from '../../src'

/** What a caller in JavaScript is told. */
function refusal(
  act: (door: {
    commandAllowlist: (options: unknown) => unknown
    optionRule: (...given: unknown[]) => unknown
    evaluateCommand: (command: string, options?: unknown) => unknown
  }) => unknown,
): unknown {
  try {
    return act({ commandAllowlist, optionRule, evaluateCommand } as never)
  } catch (error) {
    return error
  }
}

describe('what the types do not let pass is refused from JavaScript, too', () => {
  test.each<[string, Parameters<typeof refusal>[0], RegExp, RegExp]>([
    ['a misspelt name to remove', (door) => door.commandAllowlist({ remove: ['crul'] }), /crul .*curl/, /curl/],
    ['a misspelt field', (door) => door.commandAllowlist({ adds: ['make'] }), /adds/, /Write add,/],
    ['one name for a list', (door) => door.commandAllowlist({ add: 'make' }), /add .*"make"/, /\["make"\]/],
    ['numbers for names', (door) => door.commandAllowlist({ remove: [7] }), /remove/, /\["name"\]/],
    ['a rule without a check', (door) => door.commandAllowlist({ rules: [{ names: ['x'] }] }), /rules/, /check/],
    ['a rule for a list', (door) => door.commandAllowlist({ replace: { names: ['x'], check() {} } }), /replace/, /check/],
    ['null for options', (door) => door.commandAllowlist(null), /null/, /add, remove/],
    ['a misspelt field of a table', (door) => door.optionRule(['x'], { flag: '-q' }), /flag .*table of x/, /Write flags,/],
    ['a list of flags', (door) => door.optionRule(['x'], { flags: ['-q'] }), /flags .*list/, /'-q --quiet'/],
    ['a flag without a dash', (door) => door.optionRule(['x'], { flags: 'q' }), /"q"/, /'-q --quiet'/],
    ['flags with commas', (door) => door.optionRule(['x'], { flags: '-q,-v' }), /"-q,-v"/, /'-q --quiet'/],
    ['a kind that is none', (door) => door.optionRule(['x'], { values: { foo: '-x' } }), /foo/, /text, path/],
    ['a value option without a dash', (door) => door.optionRule(['x'], { values: { path: 'f' } }), /"f".*values\.path/, /-q/],
    ['a check of no option', (door) => door.optionRule(['x'], { checked: { c: () => undefined } }), /"c"/, /-q/],
    ['a check that is none', (door) => door.optionRule(['x'], { checked: { '-c': 'txt' } }), /checked\.-c.*"txt"/, /text/],
    ['operands that are none', (door) => door.optionRule(['x'], { operands: 'paths' }), /"paths"/, /path/],
    ['operands of another form', (door) => door.optionRule(['x'], {}, 'path'), /operands of x/, /table/],
    ['another answer to unknown options', (door) => door.optionRule(['x'], { unknown: 'yes' }), /"yes"/, /allow or deny/],
    ['a switch that is none', (door) => door.optionRule(['x'], { stopAtOperand: 'no' }), /stopAtOperand/, /true or false/],
    ['no table', (door) => door.optionRule(['x']), /table of x/, /flags/],
    ['one name for names', (door) => door.optionRule('x', {}), /"x"/, /\["x"\]/],
    ['no project', (door) => door.evaluateCommand('ls', {}), /projectDir/, /projectDir: /],
    ['no options', (door) => door.evaluateCommand('ls'), /projectDir/, /projectDir: /],
    ['a folder that is a number', (door) => door.evaluateCommand('ls', { projectDir: 'x', cwd: 7 }), /cwd/, /folder/],
    ['one policy for a list', (door) => door.evaluateCommand('ls', { projectDir: 'x', policies: defaultPolicies()[0] }), /policies/, /\[policy\]/],
  ])('%s', (_name, act, message, remedy) => {
    expect(refusal(act)).toMatchObject({
      name: 'ForgeError',
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    })
  })

  test('a program that is not on the list may be removed all the same: another policy may allow it', () => {
    const policies = [commandAllowlist({ add: ['make'] }), commandAllowlist({ remove: ['make', 'xcurlx'] })]
    expect(evaluateCommand('make', { projectDir: '/nowhere/project', policies }).rule).toBe('make.removed')
    expect(() => commandAllowlist({ add: ['crul'], remove: ['crul'] })).not.toThrow()
  })
})
