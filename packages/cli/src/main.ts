#!/usr/bin/env node
import { run } from './cli'

const { exitCode } = await run(process.argv.slice(2))
process.exitCode = exitCode
