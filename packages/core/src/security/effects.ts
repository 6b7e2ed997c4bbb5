import type { Argument } from './argument'
import type { ResolvedCommand } from './command-rule'

const words = (list: string) => list.trim().split(/\s+/)

/** Programs that leave the contents of every file as they are, however they are called. */
const READERS = new Set(
  words(`
  echo printf true false : test [ sleep pwd seq which type uname free df nproc whoami id hostname basename dirname date jobs kill pkill wait set exit break
  continue return shift export local unset cd source . deactivate
  ls cat head tail wc nl stat du diff cmp comm paste join md5sum sha1sum sha256sum sha512sum hexdump od strings realpath readlink column fold fmt expand
  rev tac base64 file jq cut tr lsof grep egrep fgrep rg find ps pgrep pg_isready printenv expr uptime awk
  mkdir rmdir rm touch chmod`),
)

/** Options by which a program that usually reads writes a file. */
const WRITES: Readonly<Record<string, RegExp>> = {
  sed: /^(?:-[a-zA-Z]*i|--in-place)/,
  sort: /^(?:-[a-zA-Z]*o|--o)/,
  tree: /^-[a-zA-Z]*o/,
  docker: /^(?:-[a-zA-Z]*o|--o)/,
}

const GIT_READERS = new Set(words('status log diff show rev-parse ls-files ls-tree cat-file describe blame grep shortlog reflog rev-list show-ref'))

/** What a command may have done to files: nothing, written those that its words name, or anything. */
export type Effect = 'none' | 'anything' | readonly Argument[]

export function effectOf({ name, args }: ResolvedCommand): Effect {
  if (READERS.has(name)) return 'none'
  if (name === 'tee') return args.some(({ glob }) => glob) ? 'anything' : args.filter(({ prefix }) => !prefix.startsWith('-'))
  if (name === 'git') return GIT_READERS.has(args[0]?.text ?? '') && !args.some(({ prefix }) => prefix.startsWith('--o')) ? 'none' : 'anything'
  const writes = Object.hasOwn(WRITES, name) ? WRITES[name] : undefined
  return writes && !args.some(({ text }) => text === undefined || writes.test(text)) ? 'none' : 'anything'
}
