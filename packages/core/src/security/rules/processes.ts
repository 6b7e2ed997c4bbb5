import type { CommandRule } from '../command-rule'
import { checkOptions } from '../option-table'
import { firstRefusal } from '../refusal'

const SIGNAL = /^-(?:\d{1,2}|(?:SIG)?(?:TERM|INT|HUP|QUIT|KILL|USR1|USR2|STOP|CONT))$/
const OWN_PROGRAM = /^(?:python[\d.]*|uvicorn|pytest|node)(?![\w-])(?:[\w .:/=@-]|\\\.|\.\*(?=[\w .:/=@-]))*$/

const pkill: CommandRule = {
  names: ['pkill'],
  check({ args }) {
    const refusal = {
      rule: 'pkill.pattern',
      reason: 'pkill takes one pattern that starts with python, uvicorn, pytest or node.',
      hint: "Use pkill -f 'uvicorn app.main:app'.",
    }
    const words = args.filter(({ text }) => text === undefined || !(SIGNAL.test(text) || /^-[fxno]+$/.test(text)))
    const [first, second] = words
    if (words.length === 2 && first?.text === '-P' && second?.job) return undefined
    return words.length === 1 && first?.text !== undefined && !first.glob && OWN_PROGRAM.test(first.text) ? undefined : refusal
  },
}

/** Only what this script itself has started. */
const kill: CommandRule = {
  names: ['kill', 'wait'],
  check({ name, args }) {
    const refusal = {
      rule: `${name}.process`,
      reason: `${name} is for jobs that the same command has started.`,
      hint: 'Use $! or %1; pkill -f stops a server from an earlier command.',
    }
    /** Signal 0 only asks whether there is such a process. */
    if (name === 'kill' && args.length === 2 && args[0]?.text === '-0' && (args[1]?.numeric || !args[1]?.splits)) return undefined
    const isOption = (text: string | undefined) => text !== undefined && (SIGNAL.test(text) || text === '-l' || (name === 'wait' && text === '-n'))
    return firstRefusal(
      args.map(({ text, job }, index) => (job || /^%(?:\d{1,3}|[%+-])$/.test(text ?? '') || (index === 0 && isOption(text)) ? undefined : refusal)),
    )
  },
}

/** `e` without a dash would show the environment of other processes. */
const ps: CommandRule = {
  names: ['ps'],
  check: ({ args }) =>
    firstRefusal(
      args.map(({ text, numeric }) =>
        numeric ||
        (text !== undefined &&
          /^(?:-{0,2}[\w=,%-]+|[\w,%=]+)$/.test(text) &&
          !/^-[a-zA-Z]*E/.test(text) &&
          !/^[a-z]*e[a-z]*$/.test(text.replace(/^(?:pid|ppid|user|comm|cmd|args|etime|%cpu|%mem|time|stat)\b.*/, '')))
          ? undefined
          : { rule: 'ps.option', reason: 'this form of ps is not allowed.', hint: 'Use ps aux or ps -ef.' },
      ),
    ),
}

/** Shows what runs, as ps does. */
const pgrep: CommandRule = {
  names: ['pgrep'],
  check: (command, scope) =>
    checkOptions(command, scope, { flags: '-f -a -l -x -n -o -c -i --full --list-full --list-name --exact --newest --oldest', operands: 'text' }),
}

export const processRules: readonly CommandRule[] = [pkill, kill, ps, pgrep]
