import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Argument, withText } from '../argument'
import type { CommandRule, CommandScope } from '../command-rule'
import { REPOSITORY } from '../made-names'
import { type OptionTable, checkOptions, looksLikePath } from '../option-table'
import { type Refusal, firstRefusal } from '../refusal'

const QUIET = '-q --quiet -v --verbose'
const HISTORY =
  '-p -u -s -z --patch --no-patch --stat --shortstat --numstat --name-only --name-status --summary --raw --color --no-color --word-diff --minimal --patience --histogram -w -b --ignore-all-space --ignore-space-change --ignore-blank-lines -M -C --find-renames --find-copies --cached --staged --exit-code --check --quiet --full-index --binary --no-renames --no-ext-diff --no-textconv --merge-base --oneline --graph --all --branches --tags --remotes --decorate --no-decorate --abbrev-commit --no-abbrev-commit --follow --merges --no-merges --first-parent --reverse --date-order --topo-order --left-right --cherry-pick --full-history --walk-reflogs -g --pickaxe-regex -i --regexp-ignore-case -E -F --invert-grep --source --relative-date --parents --children --boundary -<number> -R -c --cc -m --root -r -t -a --text -W --function-context -D --irreversible-delete --no-prefix --compact-summary --no-commit-id --dirstat --ignore-space-at-eol --ignore-cr-at-eol --ignore-submodules --color-words --no-color-moved --no-relative --relative --find-copies-harder --pickaxe-all --simplify-by-decoration --ancestry-path --author-date-order --no-notes --right-only --left-only --cherry --cherry-mark --diff-merges --remerge-diff --indent-heuristic --no-indent-heuristic --no-mailmap --use-mailmap --no-patch-with-stat --patch-with-stat --default-prefix'
const HISTORY_OPTIONAL =
  '--stat --color --word-diff --decorate --abbrev -M -C --find-renames --find-copies --relative --format --pretty --date --diff-filter --unified -U --branches --tags --remotes --diff-algorithm --submodule --dirstat --color-words --word-diff-regex --ignore-submodules --diff-merges --stat-width --stat-count --notes --decorate-refs --decorate-refs-exclude --ws-error-highlight'
const HISTORY_VALUES = {
  text: '-n --max-count --skip --since --after --until --before --author --committer --grep -S -G --format --pretty --date --diff-filter -U --unified --abbrev --inter-hunk-context --color-moved --src-prefix --dst-prefix --line-prefix --min-parents --max-parents',
}

/** `1,20:file` or `:function:file`. */
function lines(value: Argument, scope: CommandScope): Refusal | undefined {
  const text = value.text?.replace(/^.*:/s, '')
  return text === undefined ? scope.readable(value) : scope.readable(withText(value, text))
}

/** A name, a path, or a path with a revision (`HEAD:./file`) or magic (`:(top)file`) before it. */
function revision(value: Argument, scope: CommandScope): Refusal | undefined {
  const path = /^[^:]*:(?:\([^)]*\)|[!^/]+)?(.+)$/s.exec(value.text ?? '')?.[1]
  return firstRefusal([value, ...(path === undefined ? [] : [{ ...value, text: path, prefix: path }])].map((word) => reference(word, scope)))
}

/** A path, with or without magic before it. */
function pathspec(value: Argument, scope: CommandScope): Refusal | undefined {
  const path = /^:(?:\([^)]*\)|[!^/]+)(.*)$/s.exec(value.text ?? '')?.[1]
  return scope.readable(path === undefined ? value : { ...value, text: path, prefix: path })
}

const reference = (value: Argument, scope: CommandScope) =>
  (value.text === undefined && !value.numeric) || looksLikePath(value) ? scope.readable(value) : undefined

const history: OptionTable = {
  flags: HISTORY,
  optional: HISTORY_OPTIONAL,
  values: HISTORY_VALUES,
  checked: { '-L': lines },
  operands: revision,
}

/** Any other name would be a program `git-merge-NAME`. */
function strategy({ text }: Argument): Refusal | undefined {
  if (/^(?:ort|recursive|resolve|octopus|ours|subtree)$/.test(text ?? '')) return undefined
  return { rule: 'git.strategy', reason: 'this is not one of the merge strategies of git.', hint: 'Use git merge without -s.' }
}

/** What each subcommand may be told; every other subcommand, network and helpers above all, is refused. */
const SUBCOMMANDS: Readonly<Record<string, OptionTable>> = {
  log: history,
  diff: history,
  show: history,
  'diff-tree': history,
  'diff-index': history,
  whatchanged: history,
  'rev-list': { ...history, flags: `${HISTORY} --count --objects` },
  shortlog: {
    flags: '-s -n -e --summary --numbered --email --all --no-merges',
    values: { text: '--since --until --author --group' },
    operands: 'ref',
  },
  reflog: { flags: '--all --oneline -<number>', values: { text: '-n --format --pretty --date' }, operands: 'ref' },
  status: {
    flags: '-s -b -u -z --short --branch --porcelain --long --ignored --show-stash --untracked-files --ahead-behind',
    optional: '--porcelain -u --untracked-files --ignored --column',
  },
  add: {
    flags: `-A -u -f -n -N ${QUIET} --all --update --force --dry-run --intent-to-add --no-all --ignore-errors --refresh`,
    optional: '--chmod',
    values: { path: '--pathspec-from-file' },
    operands: pathspec,
  },
  commit: {
    flags: `-a ${QUIET} -s -n -o -i --all --amend --no-edit --allow-empty --allow-empty-message --no-verify --signoff --no-gpg-sign --reset-author --dry-run --short --porcelain --only --include --no-status`,
    values: { text: '-m --message --author --date -C --reuse-message --fixup --squash --cleanup --trailer', path: '-F --file --pathspec-from-file' },
    operands: 'ref',
  },
  checkout: {
    flags: '-q -f -b -B -t -d --quiet --force --track --no-track --detach --ours --theirs --no-guess',
    values: { text: '--orphan --conflict' },
    operands: 'ref',
  },
  switch: {
    flags: '-q -f -d -c -C -t --quiet --force --detach --create --force-create --discard-changes --no-guess',
    values: { text: '--orphan' },
    operands: 'ref',
  },
  restore: { flags: '-q -S -W --quiet --staged --worktree --ours --theirs', values: { text: '-s --source' } },
  reset: { flags: '-q --quiet --soft --mixed --hard --keep', operands: 'ref' },
  rm: { flags: '-r -f -n -q --cached --force --dry-run --quiet --ignore-unmatch' },
  mv: { flags: '-f -k -n -v --force --dry-run --verbose', operands: 'write' },
  clean: { flags: '-f -d -n -q --force --dry-run --quiet', values: { text: '-e --exclude' } },
  branch: {
    flags: `-a -r -v -d -D -m -M -c -f -l ${QUIET} --all --remotes --list --delete --move --copy --show-current --force --no-color`,
    values: { text: '--contains --merged --no-merged --format --sort --points-at' },
    optional: '--merged --no-merged --contains',
    operands: 'ref',
  },
  tag: {
    flags: '-a -l -d -f -n --annotate --list --delete --force --no-sign',
    values: { text: '-m --message --sort --format --contains --points-at', path: '-F --file' },
    optional: '-n',
    operands: 'ref',
  },
  stash: { flags: `-u -k ${QUIET} -p --include-untracked --keep-index --index --staged`, values: { text: '-m --message' }, operands: 'ref' },
  merge: {
    flags: `-n ${QUIET} --ff --no-ff --ff-only --squash --no-commit --no-edit --abort --continue --stat --no-stat --no-gpg-sign`,
    values: { text: '-m --message -X --strategy-option' },
    checked: { '-s': strategy, '--strategy': strategy },
    operands: 'ref',
  },
  'cherry-pick': {
    flags: '-n -x --no-commit --abort --continue --skip --quit --allow-empty --no-gpg-sign',
    values: { text: '-X -m --mainline' },
    checked: { '--strategy': strategy },
    operands: 'ref',
  },
  revert: {
    flags: '-n --no-commit --no-edit --abort --continue --skip --quit --no-gpg-sign',
    values: { text: '-m --mainline -X' },
    checked: { '--strategy': strategy },
    operands: 'ref',
  },
  init: { flags: '-q --quiet', values: { text: '-b --initial-branch' }, operands: 'write' },
  'rev-parse': {
    flags:
      '-q --verify --show-toplevel --show-prefix --show-cdup --git-dir --abbrev-ref --is-inside-work-tree --is-inside-git-dir --symbolic-full-name --quiet --all --head',
    optional: '--short --abbrev-ref',
    operands: 'ref',
  },
  'ls-files': {
    flags:
      '-c -d -m -o -i -s -t -v -z -k -u --cached --deleted --modified --others --ignored --stage --exclude-standard --error-unmatch --full-name --unmerged --directory',
    values: { text: '-x --exclude' },
  },
  'ls-tree': { flags: '-r -d -t -l -z --name-only --name-status --full-name --full-tree --long', operands: 'ref' },
  'cat-file': { flags: '-p -t -s -e --batch-check --batch', operands: revision },
  'show-ref': { flags: '-q -s -d --heads --tags --head --quiet --verify', operands: 'ref' },
  'merge-base': { flags: '-a --all --is-ancestor --fork-point', operands: 'ref' },
  'check-ignore': { flags: '-v -q -n --verbose --quiet --non-matching --no-index' },
  describe: {
    flags: '--all --tags --always --long --dirty --exact-match',
    optional: '--abbrev --dirty',
    values: { text: '--match --exclude' },
    operands: 'ref',
  },
  blame: {
    flags: '-l -t -s -e -w -c -b -f -n --show-name --show-number --porcelain --line-porcelain --root',
    values: { text: '-L --since --date' },
    optional: '-M -C',
    operands: 'ref',
  },
  grep: {
    flags:
      '-n -i -l -c -w -v -E -F -P -G -h -H -q -L -o -p -W -I -a --line-number --ignore-case --files-with-matches --count --word-regexp --cached --untracked --no-color --name-only --all-match --and --or --not --heading --break -<number>',
    values: { text: '-e -A -B -C --max-depth --threads -m --max-count', path: '-f' },
    operands: 'ref',
  },
  apply: {
    flags: '-R -v -3 --check --stat --numstat --summary --reverse --verbose --3way --index --cached --recount --reject --whitespace',
    optional: '--whitespace',
  },
  /** Without `-i` and `-x` it opens no editor and runs no command. */
  rebase: {
    flags: `${QUIET} -n -r --onto --abort --continue --skip --quit --autostash --no-autostash --no-verify --keep-empty --no-ff --root --stat --no-stat --rebase-merges --committer-date-is-author-date --no-gpg-sign --fork-point --no-fork-point --reapply-cherry-picks`,
    values: { text: '-X --strategy-option' },
    operands: 'ref',
  },
  'diff-files': history,
  cherry: { flags: '-v', operands: 'ref' },
  'range-diff': { ...history, values: { ...HISTORY_VALUES, text: `${HISTORY_VALUES.text} --creation-factor` } },
  'show-branch': { flags: '-a -r --all --remotes --current --list --no-color', operands: 'ref' },
  'name-rev': { flags: '--name-only --tags --always --all', values: { text: '--refs --exclude' }, operands: 'ref' },
  'for-each-ref': { values: { text: '--format --sort --contains --merged --no-merged --points-at', number: '--count' }, operands: 'ref' },
  'hash-object': { flags: '-w --stdin', values: { text: '-t' } },
  'write-tree': { operands: 'none' },
  'format-patch': {
    flags: '-<number> -n -N -s -k --stdout --numbered --no-numbered --signoff --cover-letter --root --no-stat -p --quiet -q',
    values: { text: '--subject-prefix --start-number --base', write: '-o --output-directory' },
    operands: 'ref',
  },
  gc: { flags: '-q --quiet --auto' },
  fsck: { flags: '--full --strict --no-progress' },
  'count-objects': { flags: '-v -H' },
  version: { flags: '--build-options' },
}

const NETWORK = new Set('push fetch pull clone ls-remote submodule remote send-email archive'.split(' '))
const HINTS: Readonly<Record<string, string>> = {
  worktree: 'Use git switch.',
  help: 'Use --help of the program itself.',
}

const git: CommandRule = {
  names: ['git'],
  check({ args }, scope) {
    const queue = [...args]
    let within = scope
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { text } = next
      if (text === '--no-pager' || text === '-P' || text === '--no-optional-locks' || text === '--literal-pathspecs') continue
      if (text === '--version' || (text === '--help' && queue.length === 0)) return undefined
      if (text === '-C') {
        const folder = queue.shift()
        const problem = folder ? scope.readable(folder) : undefined
        const path = folder && scope.pathOf(folder)
        if (problem || path === undefined) return problem ?? { rule: 'git.folder', reason: 'the folder of git -C must be written out.' }
        if (within !== scope) return { rule: 'git.folder', reason: 'git takes only one -C here.', hint: 'Use cd FOLDER && git ….' }
        within = { ...scope, cwd: path, readable: (word) => scope.readable(word), writable: (word) => scope.writable(word) }
        if (path !== scope.cwd && queue.some((word) => /(^|\/)\.\.(\/|$)/.test(word.prefix)))
          return { rule: 'git.folder', reason: 'paths after git -C must not go up.', hint: 'Use cd FOLDER && git ….' }
        continue
      }
      if (text === '-c') {
        const setting = queue.shift()
        if (!/^user\.(name|email)=/.test(setting?.prefix ?? '') || setting?.splits || setting?.glob)
          return { rule: 'git.config', reason: 'git -c may only set user.name and user.email.', hint: 'Use the command without -c.' }
        continue
      }
      if (text === undefined || text.startsWith('-'))
        return {
          rule: 'git.option',
          reason: `the option ${text ?? '?'} before the subcommand is not allowed.`,
          hint: 'Use git SUBCOMMAND without it.',
        }
      return subcommand(text, queue, within)
    }
    return undefined
  },
}

function disguisedRepository({ cwd, projectDir }: CommandScope): Refusal | undefined {
  for (let folder = cwd; folder.startsWith(projectDir); folder = dirname(folder)) {
    if (REPOSITORY.every((name) => existsSync(join(folder, name)))) {
      return { rule: 'git.repository', reason: `${folder} looks like the inside of a repository.`, hint: 'Run git in a folder of the source.' }
    }
  }
  return undefined
}

function subcommand(name: string, args: readonly Argument[], scope: CommandScope): Refusal | undefined {
  const disguised = disguisedRepository(scope)
  if (disguised) return disguised
  if (name === 'config') return config(args)
  if (name === 'remote' && args.every(({ text }) => text === '-v' || text === '--verbose')) return undefined
  if (name === 'bisect') return bisect(args)
  if (name === 'symbolic-ref') return symbolicRef(args)
  if (name === 'worktree' && args.length === 1 && args[0]?.text === 'list') return undefined
  const table = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined
  if (!table) {
    const hint = NETWORK.has(name) ? 'Work with the local repository only.' : HINTS[name]
    return { rule: 'git.subcommand', reason: `git ${name} is not allowed.`, hint }
  }
  const noText =
    name === 'commit' &&
    !args.some(({ prefix }) => /^(-[a-zA-Z]*[mFC]|--(message|file|no-edit|reuse-message|fixup|allow-empty-message|dry-run))/.test(prefix))
  if (noText) return { rule: 'git.message', reason: 'git commit without a message opens an editor.', hint: 'Use git commit -m "…".' }
  const problem = checkOptions({ name: 'git', args }, scope, table)
  return problem && { ...problem, rule: problem.rule === 'git.option' ? `git.${name}.option` : problem.rule }
}

const BISECT = new Set('start good bad new old skip reset log'.split(' '))

/** Finding a commit by hand; `run` and `replay` would run what they are given. */
function bisect([step, ...revisions]: readonly Argument[]): Refusal | undefined {
  const isPlain = revisions.every(({ text, splits }) => !splits && text !== undefined && /^[\w@^~{}./-]+$/.test(text) && !text.startsWith('-'))
  if (BISECT.has(step?.text ?? '') && isPlain) return undefined
  return { rule: 'git.bisect', reason: 'this form of git bisect may run programs.', hint: 'Use git bisect start, good, bad, skip, reset or log.' }
}

/** Reading what a name stands for, not changing it. */
function symbolicRef(args: readonly Argument[]): Refusal | undefined {
  const [name, ...more] = args.filter(({ text }) => text !== '--short' && text !== '-q' && text !== '--quiet')
  if (more.length === 0 && name?.text !== undefined && !name.text.startsWith('-')) return undefined
  return { rule: 'git.symbolic-ref', reason: 'git symbolic-ref may only read one name.', hint: 'Use git symbolic-ref --short HEAD.' }
}

const IDENTITY = /^user\.(name|email)$/

/** Who commits, in this repository. */
function config(args: readonly Argument[]): Refusal | undefined {
  const refusal: Refusal = {
    rule: 'git.config',
    reason: 'git config is only for user.name and user.email of this repository.',
    hint: 'Use git config user.name "…".',
  }
  const words = args.filter(({ text }) => !['--local', '--get', 'get', 'set'].includes(text ?? ''))
  const [key, value, ...more] = words
  const options = firstRefusal(words.slice(0, 1).map(({ text }) => (IDENTITY.test(text ?? '') ? undefined : refusal)))
  return options ?? (key === undefined || more.length > 0 || value?.splits || value?.prefix.startsWith('-') ? refusal : undefined)
}

export const gitRules: readonly CommandRule[] = [git]
