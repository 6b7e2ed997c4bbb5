import { execFile } from 'node:child_process'
import { mkdir, readFile, readdir, readlink, rm, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ForgeError } from '../errors'
import { messageOf } from '../files'

const LOCK_PATIENCE_MS = 3000
const GIT_LIMIT_MS = 60_000

/** The few git operations of a run, on the project's own repository and on no other. */
export interface Git {
  /** Makes the repository unless there is one, and gives it an identity to commit with. */
  init(): Promise<void>
  /** Commits everything that is not ignored; `undefined` when there is nothing to commit. */
  commit(message: string): Promise<string | undefined>
  /** One line a commit, newest first. */
  log(count: number): Promise<string[]>
}

/**
 * Git without what a project could plant in it: no hooks, no fsmonitor, no filters, no signing, no helper, and no repository above the project.
 * The identity is the harness's, and local. Locks that a dead process left are removed.
 */
export function projectGit(projectDir: string): Git {
  const repository = join(projectDir, '.git')
  let filters: readonly string[] = []

  const git = (args: readonly string[], input = '') => run([...HARMLESS, '-c', `safe.directory=${projectDir}`, ...args], projectDir, input, filters)

  /** @throws Error when the repository, or anything in it, was replaced by something that leads git elsewhere or makes it wait */
  async function exists(): Promise<boolean> {
    const odd = await oddEntry(projectDir)
    if (odd !== undefined) throw new Error(`${odd} does not belong in a repository of its own and could lead git out of the project`)
    return (await stat(join(repository, 'HEAD')).catch(() => undefined)) !== undefined
  }

  async function prepare(): Promise<void> {
    await removeStaleLocks(projectDir)
    filters = await filterCommands(git)
  }

  /** An agent may have staged what is kept out. */
  async function unstageKeptOut(): Promise<void> {
    const staged = await git(['diff', '--cached', '--name-only', '-z', '--diff-filter=d', '--no-ext-diff', '--no-textconv', '--no-renames'])
    const unwanted = staged.split('\0').filter((path) => path !== '' && isKeptOut(path))
    if (unwanted.length > 0) await git(['update-index', '-z', '--force-remove', '--stdin'], zeroEnded(unwanted))
  }

  return {
    async init() {
      await mkdir(projectDir, { recursive: true })
      const isThere = await exists()
      await removeStaleLocks(projectDir)
      if (!isThere) await git(['init', '--quiet', '--template=', '--initial-branch=main'])
      for (const [name, value] of IDENTITY) {
        const isSet = await git(['config', '--local', name]).catch(() => '')
        if (isSet === '') await git(['config', '--local', name, value])
      }
    },
    async commit(message) {
      if (!(await exists())) return undefined
      await prepare()
      const changed = await git(['ls-files', '-z', '--others', '--modified', '--deleted', '--exclude-standard'])
      const wanted = changed.split('\0').filter((path) => path !== '' && !path.endsWith('/') && !isKeptOut(path))
      await git(['update-index', '-z', '--add', '--remove', '--stdin'], zeroEnded(wanted))
      await unstageKeptOut()
      const staged = await git(['diff', '--cached', '--quiet', '--no-ext-diff', '--no-textconv']).then(
        () => false,
        () => true,
      )
      if (!staged) return undefined
      await git(['commit', '--quiet', '--no-verify', '--no-gpg-sign', '--message', message])
      return (await git(['rev-parse', 'HEAD'])).trim()
    },
    async log(count) {
      if (!(await exists())) return []
      const text = await git(['log', `--max-count=${count}`, '--format=%h %s', '--no-show-signature']).catch(() => '')
      return text.split('\n').filter((line) => line !== '')
    },
  }
}

/** @throws ForgeError `ENVIRONMENT_FAILED` when there is no git */
export async function requireGit(): Promise<void> {
  await run(['--version'], process.cwd()).catch((cause: unknown) => {
    throw new ForgeError('ENVIRONMENT_FAILED', 'git is not installed or does not start.', {
      remedy: 'Install git, or run without a repository (--no-git, `git: false`).',
      cause,
    })
  })
}

const ELSEWHERE: ReadonlySet<string> = new Set(['.git/commondir', '.git/objects/info/alternates'])

const zeroEnded = (paths: readonly string[]) => paths.map((path) => `${path}\0`).join('')

/** The repository itself, or the first thing in it, that is a link, a pipe or another special file, or that names a repository elsewhere. */
async function oddEntry(projectDir: string): Promise<string | undefined> {
  const top = (await readdir(projectDir, { withFileTypes: true })).filter(({ name }) => name === '.git')
  if (top.some((entry) => !entry.isDirectory())) return join(projectDir, '.git')
  if (top.length === 0) return undefined
  for (const entry of await readdir(join(projectDir, '.git'), { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() && !entry.isDirectory()) return path
    if (ELSEWHERE.has(relative(projectDir, path)) && !(await namesItself(path))) return path
  }
  return undefined
}

/** Such a file holds a place in the repository while a sandbox runs. */
async function namesItself(path: string): Promise<boolean> {
  const facts = await stat(path)
  return facts.size <= 2 && (await readFile(path, 'utf8').catch(() => '')).trim() === '.'
}

/** What stays out of every commit, whatever the project's .gitignore says: secrets, logs, environments, state, unfinished files. */
function isKeptOut(path: string): boolean {
  const parts = path.split('/')
  const name = parts.at(-1) ?? ''
  if (parts[0] === 'logs' || (parts[0] === '.forge' && path !== '.forge/features.json')) return true
  if (parts.some((part) => ENVIRONMENTS.has(part))) return true
  return SECRET_FILES.some((pattern) => pattern.test(name)) && !EXAMPLE.test(name)
}

const ENVIRONMENTS: ReadonlySet<string> = new Set(['.venv', 'venv', 'node_modules', '__pycache__'])
const SECRET_FILES = [/^\.env(\..+)?$/, /\.(pem|key|p12|pfx)$/, /^id_(rsa|dsa|ecdsa|ed25519)$/, /^\.(netrc|pgpass)$/, /^\..*\.tmp$/]
const EXAMPLE = /\.(example|sample|template)$/

/** Local to the repository, so that an agent can commit, too. */
const IDENTITY = [
  ['user.name', 'Forge'],
  ['user.email', 'forge@localhost'],
] as const

const HARMLESS = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'core.pager=cat',
  'core.editor=true',
  'core.attributesFile=/dev/null',
  'core.excludesFile=/dev/null',
  'commit.gpgSign=false',
  'submodule.recurse=false',
  'diff.ignoreSubmodules=all',
  'gc.auto=0',
  'maintenance.auto=false',
  ...IDENTITY.map((setting) => setting.join('=')),
].flatMap((setting) => ['-c', setting])

/** @param emptied settings, by their full name, that have no value for this call whatever the repository says */
function run(args: readonly string[], cwd: string, input = '', emptied: readonly string[] = []): Promise<string> {
  const env = {
    ...Object.fromEntries(
      emptied.flatMap((name, index) => [
        [`GIT_CONFIG_KEY_${index}`, name],
        [`GIT_CONFIG_VALUE_${index}`, ''],
      ]),
    ),
    GIT_CONFIG_COUNT: String(emptied.length),
    PATH: process.env['PATH'],
    LC_ALL: 'C',
    HOME: process.env['HOME'],
    GIT_DIR: join(cwd, '.git'),
    GIT_WORK_TREE: cwd,
    GIT_CEILING_DIRECTORIES: dirname(cwd),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
  }
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      args,
      { cwd, env, maxBuffer: 64 * 1024 * 1024, timeout: GIT_LIMIT_MS, killSignal: 'SIGKILL', windowsHide: true },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`git ${args.at(-1)}: ${stderr.trim() || messageOf(error)}`, { cause: error }))
        else resolve(stdout)
      },
    )
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

/** Names of the settings of every content filter that the repository's own configuration defines: they would run commands on `git add`. */
async function filterCommands(git: (args: readonly string[]) => Promise<string>): Promise<string[]> {
  const names = await git(['config', '-z', '--name-only', '--get-regexp', '^filter\\.']).catch(() => '')
  return [...new Set(names.split('\0').filter((name) => name.startsWith('filter.')))]
}

/** A lock is stale when no git works in this project and it stays for a while; nobody else runs git unattended here. */
async function removeStaleLocks(projectDir: string): Promise<void> {
  const repository = join(projectDir, '.git')
  const deadline = Date.now() + LOCK_PATIENCE_MS
  while (true) {
    const locks = await lockFiles(repository)
    if (locks.length === 0) return
    const isBusy = await gitWorksIn(projectDir)
    if (isBusy === false || (isBusy === 'unknown' && Date.now() > deadline)) {
      await Promise.all(locks.map((path) => rm(path, { force: true })))
      return
    }
    if (Date.now() > deadline) throw new Error(`another git works in this project: ${locks[0]} is there`)
    await sleep(100)
  }
}

async function lockFiles(repository: string): Promise<string[]> {
  const top = (await readdir(repository).catch(() => [])).filter((name) => name.endsWith('.lock'))
  const refs = await readdir(join(repository, 'refs'), { recursive: true }).catch(() => [])
  return [
    ...top.map((name) => join(repository, name)),
    ...refs.filter((name) => name.endsWith('.lock')).map((name) => join(repository, 'refs', name)),
  ]
}

async function gitWorksIn(projectDir: string): Promise<boolean | 'unknown'> {
  if (process.platform !== 'linux') return 'unknown'
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const working = await Promise.all(pids.map((pid) => isGitIn(pid, projectDir)))
  return working.includes(true)
}

async function isGitIn(pid: string, projectDir: string): Promise<boolean> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
  if (name.trim() !== 'git') return false
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '')
  return cwd === projectDir || cwd.startsWith(projectDir + sep)
}
