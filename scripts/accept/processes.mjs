// Programs that the acceptance run starts: each in a process group of its own, none of which outlives the run.
import { spawn } from 'node:child_process'

/** What the caller's shell must not decide: which database, which settings, which Python code. */
const FOREIGN = /^(DATABASE_|TEST_DATABASE_|AUTH_MODE$|ENVIRONMENT$|JWT_SECRET$|CORS_ORIGINS$|FORGE_|PYTHON|PYTEST_|VIRTUAL_ENV|COVERAGE_|npm_)/
const KEPT_OUTPUT = 4_000_000

const groups = new Set()

/** The caller's environment without what would change the outcome, and with `extra`. */
export function environment(extra = {}) {
  const own = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name))
  return { ...Object.fromEntries(own), ...extra }
}

/**
 * Starts a program and returns at once.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string> }} [options] `env` is added to the cleaned environment of the caller
 */
export function start(command, args, { cwd, env = {} } = {}) {
  const child = spawn(command, args, { cwd, env: environment(env), detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] = (output[name] + text).slice(-KEPT_OUTPUT)
    })
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: null, error }))
    child.on('close', (code) => resolve({ code }))
  })
  if (child.pid !== undefined) groups.add(child.pid)
  const signal = (name) => signalGroup(child.pid, name)
  const stop = async (graceMs = 5_000) => {
    signal('SIGINT')
    const timer = setTimeout(() => signal('SIGKILL'), graceMs)
    await ended
    clearTimeout(timer)
    signal('SIGKILL')
    groups.delete(child.pid)
  }
  return { output, ended, stop }
}

/**
 * Runs a program to its end.
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string, seconds: number }>} `code` is null when it did not start or took too long
 */
export async function run(command, args, { cwd, env, timeoutMs = 300_000 } = {}) {
  const from = performance.now()
  const program = start(command, args, { cwd, env })
  let late = false
  const timer = setTimeout(() => {
    late = true
    void program.stop(0)
  }, timeoutMs)
  const { code, error } = await program.ended
  clearTimeout(timer)
  await program.stop(0)
  const remark = error ? `${command} did not start: ${error.message}` : late ? `${command} took more than ${timeoutMs / 1000} s` : ''
  const { stdout, stderr } = program.output
  return { code: late ? null : code, stdout, stderr: `${stderr}${remark}`, seconds: (performance.now() - from) / 1000 }
}

/** Ends whatever is left, at once. */
export function endAll() {
  for (const pid of groups) signalGroup(pid, 'SIGKILL')
  groups.clear()
}

function signalGroup(pid, name) {
  if (pid === undefined) return
  try {
    process.kill(-pid, name)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

const LINE_LIMIT = 300

/** The last lines of what a program wrote. */
export function tail({ stdout, stderr }, count = 12) {
  const lines = `${stdout}\n${stderr}`.trim().split('\n').slice(-count)
  return lines.map((line) => (line.length > LINE_LIMIT ? `${line.slice(0, LINE_LIMIT)}…` : line)).join('\n')
}
