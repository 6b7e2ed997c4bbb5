import { run } from '../src/index'

export interface Ended {
  exitCode: number
  stdout: string
  stderr: string
}

/** Runs the command line in this process and keeps what it printed. */
export async function forge(...argv: string[]): Promise<Ended> {
  const printed = { stdout: '', stderr: '' }
  const restore = [keep('stdout', printed), keep('stderr', printed), keepConsole(printed)]
  try {
    const { exitCode } = await run(argv)
    return { exitCode, ...printed }
  } finally {
    for (const back of restore) back()
  }
}

function keep(name: 'stdout' | 'stderr', printed: Record<string, string>): () => void {
  const stream = process[name]
  const original = stream.write
  stream.write = (chunk: string | Uint8Array) => {
    printed[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    return true
  }
  return () => {
    stream.write = original
  }
}

/** Help and version go through the console, which the test runner takes for itself. */
function keepConsole(printed: { stdout: string }): () => void {
  const original = console.info
  console.info = (text: string) => {
    printed.stdout += `${text}\n`
  }
  return () => {
    console.info = original
  }
}
