import type { Decision, SecurityPolicy } from '@forge/core'
import type { CAC } from 'cac'
import { type Colour, colourFor } from '../colour'
import { UsageError } from '../errors'
import { folder, single } from '../options'
import type { CommandOutcome } from '../outcome'
import { type PolicyFlags, policyOptions } from '../policies'
import { type PolicyQuestion, readQuestions } from '../policy-questions'

interface PolicyCheckOptions extends PolicyFlags {
  file?: unknown
  projectDir?: unknown
  json?: boolean
}

async function policy(action: string, commands: string[], options: PolicyCheckOptions): Promise<CommandOutcome> {
  if (action !== 'check') throw new UsageError(`There is no command "policy ${action}".`, 'Use `forge policy check COMMAND…`.')
  const projectDir = folder(single(options.projectDir, '--project-dir'), './my_api')
  const file = single(options.file, '--file')
  if (file !== undefined && commands.length > 0) throw new UsageError('Both commands and --file were given.', 'Give one of them.')
  if (file === undefined && commands.length === 0) {
    throw new UsageError('There is no command to check.', "Give commands, each in quotes: forge policy check 'ls -la'; or --file FILE.jsonl.")
  }
  const { policies, notice } = await policyOptions(options, projectDir)
  const judge = await judgeOf(projectDir, policies)
  if (notice) process.stderr.write(`forge: ${notice}\n`)
  return file === undefined ? checkWords(commands, judge, options.json === true) : checkFile(await readQuestions(file), judge)
}

type Judge = (command: string, cwd?: string) => Decision

async function judgeOf(projectDir: string, policies: readonly SecurityPolicy[]): Promise<Judge> {
  const { environmentSecrets, evaluateCommand, redact } = await import('@forge/core')
  return (command, cwd) => {
    const decision = evaluateCommand(command, { projectDir, cwd, policies })
    // What a policy threw need not speak of the command alone.
    if (!decision.rule.startsWith('internal.')) return decision
    return { ...decision, reason: redact(decision.reason, { secrets: environmentSecrets(process.env) }) }
  }
}

function checkWords(commands: readonly string[], judge: Judge, json: boolean): CommandOutcome {
  const answers = commands.map((command) => ({ command, ...judge(command) }))
  if (commands.length > 1 && !commands.some((command) => /\s/.test(command)) && answers.some(({ verdict }) => verdict === 'deny')) {
    const whole = visible(commands.join(' '))
    process.stderr.write(`forge: Each word was judged as a command of its own. If one is meant, put it in quotes: forge policy check '${whole}'\n`)
  }
  const colour = colourFor(process.stdout)
  const texts = answers.map((answer) => (json ? JSON.stringify(answer) : asText(answer, colour)))
  return ending(texts, answers)
}

function checkFile(questions: readonly PolicyQuestion[], judge: Judge): CommandOutcome {
  const answers = questions.map(({ id, command, cwd }) => {
    const { verdict, rule, reason, hint } = judge(command, cwd)
    return { id, verdict, rule, reason, hint }
  })
  return ending(
    answers.map((answer) => JSON.stringify(answer)),
    answers,
  )
}

function ending(lines: readonly string[], answers: readonly Pick<Decision, 'verdict'>[]): CommandOutcome {
  process.stdout.write(`${lines.join('\n')}\n`)
  return { exitCode: answers.every(({ verdict }) => verdict === 'allow') ? 0 : 1 }
}

function asText({ command, verdict, rule, reason, hint }: Decision & { command: string }, colour: Colour): string {
  const mark = verdict === 'allow' ? colour('green', 'allow') : colour('red', 'deny ')
  const lines = [`${mark}  ${visible(command)}`, `       ${colour('bold', rule)}: ${visible(reason)}`]
  return [...lines, ...(hint === undefined ? [] : [`       ${visible(hint)}`])].join('\n')
}

/** A command under suspicion must not steer the terminal, nor look like another one. */
const visible = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu, (character) =>
    character === '\n' ? '⏎' : `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  )

export function registerPolicy(program: CAC): void {
  program
    .command('policy <check> [...commands]', 'Say what the policy would do with commands, running nothing')
    .usage('policy check [COMMAND…] [options]')
    .option('--file <file>', 'JSON lines {"id","command","cwd"?}, cwd relative to the project; - is stdin')
    .option('--project-dir <dir>', 'The project folder, which need not exist (default: ./my_api)')
    .option('--allow <name>', 'A further command, as for generate (repeatable)')
    .option('--policy <file>', 'Own policies, as for generate (repeatable)')
    .option('--json', 'One JSON object a line; --file always answers so')
    .example("forge policy check 'pytest -q' 'git push'")
    .action(policy)
}
