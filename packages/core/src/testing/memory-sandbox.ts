import type { BackgroundProcess, ExecResult, Sandbox, SandboxSpec } from '../sandbox/sandbox'

/** The answer to a command; what is missing is an empty success. */
export type ScriptedAnswer = Partial<ExecResult>

export interface MemorySandbox extends Sandbox {
  /** Every command in order; an argv is joined by spaces. */
  readonly commands: readonly string[]
  /** Every session that was started. */
  readonly specs: readonly SandboxSpec[]
  /** Sessions that were not stopped yet. */
  readonly open: number
}

/**
 * A sandbox that runs nothing: each command is answered by the script. A command that the script does not know is an error, so that no test
 * passes by accident.
 * @param answer a table by exact command, or a function that returns `undefined` for an unknown one
 */
export function memorySandbox(answer: Record<string, ScriptedAnswer> | ((command: string) => ScriptedAnswer | undefined)): MemorySandbox {
  const commands: string[] = []
  const specs: SandboxSpec[] = []
  let open = 0

  function answerTo(command: string | readonly string[]): ExecResult {
    const text = typeof command === 'string' ? command : command.join(' ')
    commands.push(text)
    const found = typeof answer === 'function' ? answer(text) : Object.hasOwn(answer, text) ? answer[text] : undefined
    if (found === undefined) throw new Error(`The script has no answer for the command: ${text}`)
    return { exitCode: 0, signal: null, stdout: '', stderr: '', timedOut: false, truncated: false, durationMs: 0, ...found }
  }

  return {
    kind: 'memory',
    confines: true,
    commands,
    specs,
    get open() {
      return open
    },
    probe: async () => ({ works: true }),
    async start(spec) {
      specs.push(spec)
      open += 1
      let running = true
      const processes = new Set<BackgroundProcess>()
      const use = () => {
        if (!running) throw new Error('The sandbox session was stopped.')
      }
      return {
        async exec(command) {
          use()
          return answerTo(command)
        },
        async spawn(argv) {
          use()
          const process = background(answerTo(argv))
          processes.add(process)
          return process
        },
        async stop() {
          if (!running) return
          running = false
          open -= 1
          await Promise.all([...processes].map((process) => process.stop()))
        },
      }
    },
  }
}

/** Runs until it is stopped, as a server would. */
function background({ stdout, stderr }: ExecResult): BackgroundProcess {
  let end: (() => void) | undefined
  const exited = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) => {
    end = () => resolve({ exitCode: null, signal: 'SIGTERM' })
  })
  return {
    exited,
    output: () => stdout + stderr,
    async stop() {
      end?.()
    },
  }
}
