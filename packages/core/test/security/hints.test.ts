import { describe, expect, test } from 'vitest'
import { evaluateCommand } from '../../src'
import { deniedCommands } from './support/corpus'

/** A hint that sends the model to something which is denied as well costs a turn, and then another. */
const judge = (command: string) => evaluateCommand(command, { projectDir: '/nowhere/project' })

/** Commands that do what a hint says; `$1` stands for what the pattern finds in it. */
const EXAMPLES: readonly (readonly [hint: RegExp, ...examples: string[]])[] = [
  [/^Call programs of the environment by path: (.+)\.$/, '$1 -m pytest'],
  [/^Check the quotes and brackets\.$/, 'ls "a b"'],
  [/^Choose another name\.$|^Define it once\.$/, 'list_all() { ls; }; list_all'],
  [/^Copy the file\.$/, 'cp a b'],
  [/^Do without it\.$/, 'pytest -q'],
  [/^Do it another way\.$/, 'ls'],
  [/^Give a package, or a folder/, 'npm install left-pad', 'npm install ./package'],
  [/^Give the variable its value before the here-document\.$/, "x=${y:-'it'}; cat <<EOF\n$x\nEOF"],
  [/^Leave logs\/run_… alone; write to a file of another name\.$/, 'echo x > logs/server.log', 'echo x > run.log'],
  [/^Name the files in it that are your own\.$/, 'rm -f logs/server.log'],
  [/^Start (docker compose) in a command of its own\.$/, '$1 up -d'],
  [/^Use (--data-raw)\.$/, 'curl -s $1 "$x" http://localhost:8000/x'],
  [/^Use pg_isready -h localhost -p PORT\.$/, 'pg_isready -h localhost -p 5432'],
  [/^Use (pg_isready -h localhost -U postgres -d app)\.$/, '$1'],
  [/^Write the operator out: (\[ -n "\$x" \]) or (\[ "\$x" = value \])\.$/, '$1 && ls', '$2 && ls'],
  [/^Use printenv NAME\.$/, 'printenv DATABASE_URL'],
  [/^Leave --basetemp out\.$/, 'pytest -q'],
  [/^Leave out the way back\.$/, './.venv/bin/python x.py'],
  [/^Leave the folder (?:\.forge|logs) alone/, 'cat .forge/state.json', 'echo x > output/run.txt'],
  [/^Name (?:a folder|the files or folders|the folder)(?: inside the project)?\.$/, 'cd app && ls', 'rm -rf build', 'rm -rf app/__pycache__'],
  [/^Name the files or folders\.$/, 'ls app tests'],
  [/^Name the variable\.$/, 'unset name', 'export name=value'],
  [/^Put the cd into a subshell/, '(cd app && ls)', 'for d in a b; do (cd $d && ls); done'],
  [/^Put the word into quotes, or write the words out\.$/, "echo '{a},b}'", 'ls a b'],
  [/^Run git in a folder of the source\.$/, 'cd app && git status'],
  [/^Redirect its output\.$/, 'xxd x > y'],
  [/^Run a tool, a module or a script of the project\.$/, 'python -m pytest', 'python -m app.seed', 'python scripts/seed.py'],
  [/^Run (?:it|commands) (?:in parts|from a folder inside the project)\.$/, 'ls && pytest'],
  [/^Run the command itself, without a wrapper\.$/, 'pytest -q'],
  [/^Set the variable to a number first\.$/, 'a=1; echo $((a + 1))'],
  [/^Put its result into a variable and compare it with \[ … \]\.$/, 'x=$(cat n.txt); [ "$x" -gt 3 ] && ls'],
  [/^Use \$! or %1; pkill -f stops a server from an earlier command\.$/, 'sleep 5 & kill $!', 'sleep 5 & kill %1', "pkill -f 'uvicorn app.main:app'"],
  [/^Use --help of the program itself\.$/, 'git --help', 'pytest --help'],
  [/^Use (--host 127\.0\.0\.1)\.$/, 'uvicorn app.main:app $1'],
  [/^Use (--python 3\.12)\.$/, 'uv venv $1', 'uv run $1 pytest'],
  [/^Use -F 'name=value' or -F 'name=@file'\.$/, "curl -F 'name=value' http://localhost:8000/x", "curl -F 'name=@file' http://localhost:8000/x"],
  [/^Use (-w '%\{http_code\}')\.$/, 'curl -s $1 http://localhost:8000/health'],
  [/^Use (\[ -n "\$\{name:-\}" \])/, '$1 && ls'],
  [/^Use \[ … (-eq|-gt) … \] instead\.$/, '[ "$x" $1 1 ] && ls'],
  [
    /^Use a Python script with the DATABASE_URL of the project\.$/,
    'python scripts/query.py',
    `python -c 'import os; print(os.environ["DATABASE_URL"][:10])'`,
  ],
  [/^Use (?:a file|a path|paths) (?:of|inside) the project\.$/, 'cat app/main.py', 'pip install -r requirements.txt', 'rm -rf build'],
  [/^Use another command, or do it in a Python script of the project\.$/, 'python scripts/do.py', '.venv/bin/python do.py'],
  [/^Use cat, head or tail\.$/, 'cat x', 'head x', 'tail -n 5 x'],
  [/^Use cd FOLDER && git …\.$/, 'cd app && git status'],
  [/^Use cd folder && command\.$/, 'cd app && ls'],
  [/^Use chmod \+x FILE\.$/, 'chmod +x init.sh'],
  [/^Use command & instead\.$/, 'uvicorn app.main:app > server.log 2>&1 &'],
  [/^Use curl with a local address\.$/, 'curl http://localhost:8000/health', 'curl -s 127.0.0.1:8000'],
  [/^Use cut, grep, sed or a Python script\.$/, 'cut -d: -f1 x', 'grep -o a x', "sed -n 's/a/b/p' x", 'python x.py'],
  [/^Use date \+FORMAT\.$/, 'date +%Y-%m-%d'],
  [/^Use (docker compose -f docker-compose\.yml)\.$/, '$1 up -d'],
  [
    /^Use docker compose up, down, ps, logs, exec, config or build\.$/,
    ...['up -d', 'down', 'ps', 'logs db', 'exec db pg_isready', 'config', 'build'].map((rest) => `docker compose ${rest}`),
  ],
  [/^Use docker compose\.$/, 'docker compose ps'],
  [/^Use docker (?:ps|images)/, 'docker ps', 'docker images', 'docker version'],
  [/^Use fewer variables in one command\.$/, 'x=1; echo $x'],
  [/^Use folders of the project: (PYTHONPATH=\.)$/, '$1 pytest'],
  [/^Use for name in …; do …; done, or a Python script\.$/, 'for name in a b; do echo $name; done', 'python x.py'],
  [/^Use git SUBCOMMAND without it\.$/, 'git log'],
  [/^Use git bisect start, good, bad, skip, reset or log\.$/, ...'start good bad skip reset log'.split(' ').map((name) => `git bisect ${name}`)],
  [/^Use git commands to change the repository\.$/, 'git add -A', 'git rm -r --cached x', "git commit -m 'x'"],
  [/^Use git commit -m "…"\.$/, 'git commit -m "a message"'],
  [/^Use git config user\.name "…"\.$/, 'git config user.name "A Name"'],
  [/^Use (git merge) without -s\.$/, '$1 feature'],
  [/^Use git switch\.$/, 'git switch main', 'git switch -c feature'],
  [/^Use git branch/, 'git branch -a'],
  [/^Use (git symbolic-ref --short HEAD)\.$/, '$1'],
  [/^Use http:\/\/localhost:PORT\/…\.$/, 'curl http://localhost:8000/health'],
  [/^Use (init\.(?:sh|ps1)) by its bare name\.$|^Use (\.\/init\.(?:sh|ps1))/, './init.sh'],
  [/^Use (\S+) by its bare name\.$/, '$1'],
  [/^Use name=value\.$/, 'name=value; echo "$name"'],
  [/^Use npm run SCRIPT, npm ci, or npm install NAME\.$/, 'npm run build', 'npm ci', 'npm install left-pad'],
  [/^Use npm run SCRIPT\.$/, 'npm run build'],
  [/^Use options of the program instead\.$/, 'git --no-pager log', 'pytest -q'],
  [/^Use pip install\.$/, 'pip install -r requirements.txt', 'pip install requests'],
  [/^Use (pkill -f 'uvicorn app\.main:app')\.$/, '$1'],
  [/^Use plain (?:commands|text)/, 'ls', "printf 'a\\tb' > x"],
  [/^Use printf '%s' "\$value"\.$/, `value=x; printf '%s' "$value"`],
  [/^Use (ps aux) or (ps -ef)\.$/, '$1', '$2'],
  [/^Use ruff check or ruff format\.$/, 'ruff check .', 'ruff format .'],
  [/^Use s\/…\/…\/ or the Edit tool\.$/, "sed -i 's/a/b/' x"],
  [/^Use source \.venv\/bin\/activate, or call \.venv\/bin\/python\.$/, 'source .venv/bin/activate', '.venv/bin/python x.py'],
  [/^Use the Edit tool, sed, or a Python script\.$/, "sed -i 's/a/b/' x", 'python x.py'],
  [/^Use the Edit tool\.$/, "sed -i 's/a/b/' x"],
  [/^Use the command without (?:it|-c)\.$/, 'git diff', 'git status'],
  [/^Use the name and version of a package\.$/, 'pip install requests==2.32.0', "pip install 'requests>=2'"],
  [/^Use the variable itself\.$|^Use the variable without it\.$/, 'x=a; echo "$x"'],
  [/^Use uv sync, uv pip or uv run\.$/, 'uv sync', 'uv pip install requests', 'uv run pytest'],
  [/^Use (uvicorn app\.main:app)\.$/, '$1'],
  [/^Work with the local repository only\.$/, 'git log', 'git commit -m x'],
  [/^Write a script file and run it(?:, or run it in parts)?\.$/, 'python script.py'],
  [/^Write it into pyproject\.toml\.$/, 'ruff check .'],
  [/^Write it more plainly, with single quotes where text is meant\.$/, "echo '1<(evil)'"],
  [/^Write the command itself(?:\.|; use which NAME to find a program\.)$/, 'ls', 'which python'],
  [/^Write the filter out\.$/, "jq '.[].id' x.json"],
  [/^Write the path out\.$/, 'ls > out.txt'],
  [/^Write the (?:port|words) out\.$/, 'curl http://localhost:8000/x', 'ls a1 a2'],
  [/^Write the program itself instead of a variable, pattern or substitution\.$/, 'ls'],
  [/^Write the value out, or put the variable in double quotes\.$/, 'cat x', 'f=$(ls); echo "$f"'],
  [/^printf -v sets a variable; use name=value\.$/, 'name=value'],
]

const hints = [...new Set(deniedCommands().map(({ command }) => judge(command).hint))].filter((hint) => hint !== undefined)

/** The commands of the first row whose pattern fits. */
function examplesFor(hint: string): string[] {
  for (const [pattern, ...examples] of EXAMPLES) {
    const found = pattern.exec(hint)
    if (found) return examples.map((example) => example.replace(/\$([12])(?!\d)/g, (text, group) => found[Number(group)] ?? text))
  }
  return []
}

/** Words of a hint that are code: programs, options, and what stands in a list after them. */
const ARTICLES = new Set(['a', 'an', 'the', 'do', 'put', 'call'])
function codeWords(hint: string): string[] {
  const options = hint.startsWith('Use ') ? [...hint.matchAll(/\s(-{1,2}[\w-]+)/g)].map(([, option]) => option as string) : []
  const first = /^Use ([a-z][\w-]*) /.exec(hint)?.[1]
  if (first === undefined || judge(first).rule === 'default.unlisted') return options
  const listed = [...hint.matchAll(/(?:, (?:or )?| or )([a-z][\w-]*)/g)].map(([, word]) => word as string)
  return [first, ...options, ...listed.filter((word) => !ARTICLES.has(word))]
}

describe('hints of denials', () => {
  test('are many', () => expect(hints.length).toBeGreaterThan(60))

  test.each(hints)('%s', (hint) => {
    const examples = examplesFor(hint)
    expect(examples, 'add the commands that this hint suggests to EXAMPLES').not.toEqual([])
    expect(examples.map((command) => ({ command, ...judge(command) })).filter(({ verdict }) => verdict === 'deny')).toEqual([])
    const withoutIt = / without (-\w+)\.$/.exec(hint)?.[1]
    expect(codeWords(hint).filter((word) => word !== withoutIt && !examples.some((example) => example.includes(word)))).toEqual([])
  })
})
