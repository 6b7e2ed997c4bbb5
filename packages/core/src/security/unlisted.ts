const words = (list: string) => list.trim().split(/\s+/)

/** Programs that run another one, which is named among their words. */
const WRAPPERS = words(`
  bash sh zsh dash ash ksh mksh csh tcsh fish rbash pwsh powershell busybox toybox
  env sudo su doas runuser xargs parallel timeout nohup setsid nice ionice chrt taskset stdbuf unbuffer time watch script expect flock entr
  chroot unshare nsenter setpriv capsh fakeroot proot bwrap firejail strace ltrace gdb perf valgrind
  at batch crontab systemd-run start-stop-daemon run-parts screen tmux
  ssh scp sftp rsync nc ncat socat telnet podman nerdctl docker-compose kubectl`)

/** Programs that run the code among their words, or a shell that the code asks for. */
const INTERPRETERS = words(`
  perl ruby irb php lua luajit tclsh wish awk gawk mawk nawk rscript julia groovy jshell guile racket ghci erl elixir iex osascript
  python pypy ipython node nodejs deno bun bunx tsx ts-node npx pnpx pnpm yarn uvx pipx
  vi vim nvim view ex ed emacs nano less more most man
  psql sqlite sqlite3 mysql mariadb mongosh redis-cli ftp`)

const RUNS_OTHERS: ReadonlyMap<string, string> = new Map([
  ...WRAPPERS.map((name) => [name, 'runs the programs that are named among its words'] as const),
  ...INTERPRETERS.map((name) => [name, 'runs the code or the shell commands among its words'] as const),
])

/** Why the words of a program say nothing about what it runs, whatever its version: `perl5.36` is perl; undefined for an ordinary program. */
export function runsOthers(name: string): string | undefined {
  const folded = name.toLowerCase()
  return RUNS_OTHERS.get(folded) ?? RUNS_OTHERS.get(folded.replace(/[-\d.]+$/, ''))
}

const HINTS: ReadonlyMap<string, string> = new Map([
  ...words('bash sh zsh dash ksh env sudo su xargs timeout nohup setsid nice time watch parallel').map(
    (name) => [name, 'Run the command itself, without a wrapper.'] as const,
  ),
  ...words('vi vim nano emacs ed ex awk gawk perl ruby patch').map((name) => [name, 'Use the Edit tool, sed, or a Python script.'] as const),
  ...words('less more man').map((name) => [name, 'Use cat, head or tail.'] as const),
  ...words('wget nc ncat telnet ssh scp').map((name) => [name, 'Use curl with a local address.'] as const),
  ...words('npx pnpm yarn bun').map((name) => [name, 'Use npm run SCRIPT.'] as const),
  ['docker-compose', 'Use docker compose.'],
  ['psql', 'Use a Python script with the DATABASE_URL of the project.'],
  ['ln', 'Copy the file.'],
])

/** What to do instead of a command that is not on the list. */
export function hintFor(name: string): string {
  return HINTS.get(name) ?? 'Use another command, or do it in a Python script of the project.'
}
