import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '..', 'corpus')

/** The lines of a corpus file, without comments. */
function lines(name: string): string[] {
  return readFileSync(join(FOLDER, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
}

const withLineEnds = (command: string) => command.replaceAll('⏎', '\n')

export const allowedCommands = () => lines('allowed.txt').map(withLineEnds)

export const deniedCommands = () =>
  lines('denied.txt').map((line) => {
    const [, rule = '', command = ''] = /^(\S+) +(.*)$/.exec(line) ?? []
    return { rule, command: withLineEnds(command) }
  })
