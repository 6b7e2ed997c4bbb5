import { afterAll, describe, expect, test } from 'vitest'
import { type CommandRule, type SecurityPolicy, bubblewrap, commandAllowlist, noSandbox } from '../../src'
import { defaultRules } from '../../src/security/rules'
import { type ShellParser, unbashParser } from '../../src/security/shell-parser'
import { shellPolicy } from '../../src/security/shell-policy'
import { bashWitness } from './support/bash-witness'
import { forgetting, overlooking, withoutResidue } from './support/blind-parsers'
import { fuzz } from './support/fuzz'

/** Where nothing is found in so many scripts, the fuzz has become blind. */
const TO_FIND = 100_000
/** Enough to find each of the faults below several times, were it not for the residue check. */
const TO_CATCH = 5000
const SEED = 7

const probe = await bubblewrap().probe()
const witness = await bashWitness(probe.works ? bubblewrap() : noSandbox())
afterAll(() => witness.remove())

const policyWith = (parser: ShellParser) => shellPolicy('with another parser', defaultRules, parser)
async function firstEscapes(policy: SecurityPolicy): Promise<string[]> {
  const { escaped, failed } = await fuzz({ witness, policies: [policy], scripts: TO_FIND, seed: SEED, enough: 1 })
  expect(failed).toEqual([])
  return escaped
}

const firstWord: SecurityPolicy = {
  id: 'first word only',
  evaluate: ({ command }) => ({
    verdict: /^\s*(?:ls|cat|echo|true)\b/.test(command) ? 'allow' : 'deny',
    rule: 'first.word',
    reason: 'for this test',
  }),
}
const anything = (...names: string[]): CommandRule => ({ names, check: () => undefined })

test('the witness sees what bash starts and writes', async () => {
  const escaping = ['ls; evil', 'echo "$(evil)"', 'evil &', 'echo x > ../out', "printf -v 'a[$(evil)]' x", 'cat >(evil)', '(sleep 0; evil) & true']
  const staying = ["echo '$(evil)'", 'ls', 'exit 1', 'cat < >(ls)', 'echo x > out', 'nothing', '((']
  expect(await witness.escapesOf([...escaping, ...staying].flatMap((script) => [script, 'true']))).toEqual(escaping)
})

describe('the fuzz finds escapes from a policy', () => {
  test.each<[string, SecurityPolicy]>([
    ['that looks at the first word only', firstWord],
    ['without the residue check', policyWith(withoutResidue(unbashParser))],
    ['that lets operations of unknown form pass', policyWith(forgetting(unbashParser, 'ParameterExpansion', 'operation'))],
    ['that takes any option of test', commandAllowlist({ replace: [anything('test')] })],
    ['that takes any option of printf', commandAllowlist({ replace: [anything('printf')] })],
    ['that takes any option of find', commandAllowlist({ replace: [anything('find')] })],
    ['that takes any script of sed', commandAllowlist({ replace: [anything('sed')] })],
    ['that takes any option of sort', commandAllowlist({ replace: [anything('sort')] })],
    ['that lets env and xargs run others', commandAllowlist({ rules: [anything('env', 'xargs')] })],
  ])('%s', async (_name, policy) => {
    expect(await firstEscapes(policy)).not.toEqual([])
  })
})

/** Takes every node of a type for plain text, as parsers do by mistake. */
describe('the residue check alone makes up for a parser that overlooks', () => {
  test.each([['CommandExpansion'], ['ProcessSubstitution'], ['ParameterExpansion'], ['ArithmeticExpansion']])('%s', async (type) => {
    const blind = overlooking(unbashParser, type)
    expect(await firstEscapes(policyWith(withoutResidue(blind)))).not.toEqual([])
    const { escaped, run } = await fuzz({ witness, policies: [policyWith(blind)], scripts: TO_CATCH, seed: SEED })
    expect(escaped).toEqual([])
    expect(run).toBeGreaterThan(TO_CATCH / 50)
  })
})
