const HINTS: ReadonlyMap<string, string> = new Map([
  ...'bash sh zsh dash ksh env sudo su xargs timeout nohup setsid nice time watch parallel'
    .split(' ')
    .map((name) => [name, 'Run the command itself, without a wrapper.'] as const),
  ...'vi vim nano emacs ed ex awk gawk perl ruby patch'.split(' ').map((name) => [name, 'Use the Edit tool, sed, or a Python script.'] as const),
  ...'less more man'.split(' ').map((name) => [name, 'Use cat, head or tail.'] as const),
  ...'wget nc ncat telnet ssh scp'.split(' ').map((name) => [name, 'Use curl with a local address.'] as const),
  ...'npx pnpm yarn bun'.split(' ').map((name) => [name, 'Use npm run SCRIPT.'] as const),
  ['docker-compose', 'Use docker compose.'],
  ['psql', 'Use a Python script with the DATABASE_URL of the project.'],
  ['ln', 'Copy the file.'],
])

/** What to do instead of a command that is not on the list. */
export function hintFor(name: string): string {
  return HINTS.get(name) ?? 'Use another command, or do it in a Python script of the project.'
}
