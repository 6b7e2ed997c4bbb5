import type { OpenApiFinding, OpenApiReport } from '@forge/templates'
import type { CAC } from 'cac'
import { type Colour, colourFor } from '../colour'
import { UsageError } from '../errors'
import type { CommandOutcome } from '../outcome'

async function openapi(action: string, path: string, options: { json?: boolean }): Promise<CommandOutcome> {
  if (action !== 'check') throw new UsageError(`There is no command "openapi ${action}".`, 'Use `forge openapi check PATH`.')
  const { checkOpenApi } = await import('@forge/templates')
  const report = await checkOpenApi(path)
  const errors = report.findings.filter(({ level }) => level === 'error').length
  const text = options.json
    ? JSON.stringify({ ...report, errors, warnings: report.findings.length - errors })
    : asText(report, colourFor(process.stdout))
  process.stdout.write(`${text}\n`)
  return { exitCode: errors > 0 ? 1 : 0 }
}

function asText(report: OpenApiReport, colour: Colour): string {
  return [...report.findings.map((finding) => findingText(finding, colour)), summary(report)].join('\n')
}

function findingText({ check, level, pointer, message, reason, remedy }: OpenApiFinding, colour: Colour): string {
  const mark = level === 'error' ? colour('red', 'error  ') : colour('bold', 'warning')
  return [
    `${mark}  ${colour('bold', check)}  ${visible(pointer === '' ? 'the document' : pointer)}`,
    `         ${visible(message)} ${reason}`,
    `         ${remedy}`,
  ].join('\n')
}

function summary({ file, specification, openapi: version, operations, checks, notRun, findings }: OpenApiReport): string {
  const errors = findings.filter(({ level }) => level === 'error').length
  return [
    `${visible(file)}: ${counted(errors, 'error')} and ${counted(findings.length - errors, 'warning')} in ${counted(checks.length, 'check')} of ${counted(operations, 'operation')} (OpenAPI ${visible(version)}${specification === null ? '' : `, by ${visible(specification)}`}).`,
    ...notRun.map(({ check, reason }) => `Not run: ${check}, since ${reason}.`),
  ].join('\n')
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** A document of anybody's must not steer the terminal. */
const visible = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu, (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`)

export function registerOpenApi(program: CAC): void {
  program
    .command('openapi <check> <path>', 'Say what is wrong with an OpenAPI document')
    .usage('openapi check PATH [options]')
    .option('--json', 'One JSON object')
    .example('forge openapi check ./my_api')
    .example('forge openapi check openapi.yaml --json')
    .action(openapi)
}
