import type { Argument } from './argument'
import type { Judge } from './judge'
import { refuse } from './refusal'
import type { Scope } from './scope'

/** Variables that change what programs run, load or talk to. */
const FORBIDDEN_NAMES = new Set(
  `PATH IFS CDPATH ENV SHELLOPTS BROWSER PAGER EDITOR VISUAL SHELL HOME GLOBIGNORE EXECIGNORE FIGNORE HISTFILE HISTCONTROL POSIXLY_CORRECT
  NODE_OPTIONS NODE_PATH RIPGREP_CONFIG_PATH CURL_HOME PYTEST_ADDOPTS PYTEST_PLUGINS LESSOPEN LESSCLOSE LESS MANPAGER TAR_OPTIONS GREP_OPTIONS
  MYPY_CONFIG_FILE_DIR TERMINFO LOCPATH SSLKEYLOGFILE OPENSSL_CONF OPENSSL_MODULES GCONV_PATH HOSTALIASES RESOLV_HOST_CONF MAKEFLAGS MYPYPATH
  NODE_EXTRA_CA_CERTS NODE_REPL_HISTORY SSH_ASKPASS PWD OLDPWD RANDOM SECONDS LINENO UID EUID PPID DIRSTACK FUNCNAME GROUPS OPTIND OPTARG REPLY _
  EPOCHSECONDS EPOCHREALTIME SRANDOM PIPESTATUS HISTCMD null PGHOST PGHOSTADDR PGSERVICE PGSERVICEFILE PGSYSCONFDIR`.split(/\s+/),
)

const FORBIDDEN_FAMILIES =
  /^(LD_|DYLD_|BASH|PS\d$|PROMPT_|GIT_|PIP_|UV_|DOCKER_|COMPOSE_|PERL5?|RUBY|XDG_|UVICORN_|COVERAGE_|ALEMBIC_|MYPY_|RUFF_|npm_|MALLOC_|GLIBC_|FORGE_|_OLD_VIRTUAL_)|_PROXY$|^npm_config/i

/** Variables that bash itself keeps, and that are always numbers. */
export const NUMERIC_VARIABLES = new Set(['RANDOM', 'SECONDS', 'LINENO', 'UID', 'EUID', 'PPID'])

/** Of Python's own variables only those that change nothing but form. */
const HARMLESS_PYTHON = new Set(
  `PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONHASHSEED PYTHONIOENCODING PYTHONUTF8 PYTHONASYNCIODEBUG PYTHONDEVMODE PYTHONFAULTHANDLER
  PYTHONOPTIMIZE PYTHONTRACEMALLOC PYTHONNOUSERSITE PYTHONSAFEPATH PYTHON_VERSION`.split(/\s+/),
)

type VariableRule = 'free' | 'project-paths' | 'forbidden'

function variableRule(name: string): VariableRule {
  if (name === 'PYTHONPATH') return 'project-paths'
  if (FORBIDDEN_NAMES.has(name) || (FORBIDDEN_FAMILIES.test(name) && !/^[A-Z]+_PID$/.test(name))) return 'forbidden'
  if (/^PYTHON[A-Z]/.test(name) && !HARMLESS_PYTHON.has(name)) return 'forbidden'
  return 'free'
}

/** @throws RefusalError when the script must not give the variable this value */
export function mayAssign(judge: Judge, name: string, value: Argument, scope: Scope): void {
  if (name === 'PGHOST' && /^(?:localhost|127\.0\.0\.1|::1)$/.test(value.text ?? '')) return
  if (name === 'SECONDS' && value.numeric && value.text !== undefined) return
  const rule = variableRule(name)
  if (rule === 'forbidden') {
    refuse(
      'variable.forbidden',
      `the variable ${name} must not be set.`,
      name === 'PATH' ? 'Call programs of the environment by path: .venv/bin/python.' : 'Use options of the program instead.',
    )
  }
  if (rule === 'project-paths') for (const folder of scope.folders) judge.projectPaths(value, folder)
}
