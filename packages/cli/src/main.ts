import { run } from './cli'

// A reader such as `head` may close the pipe early: nothing is wrong then.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

const { exitCode } = await run(process.argv.slice(2))
process.exitCode = exitCode
