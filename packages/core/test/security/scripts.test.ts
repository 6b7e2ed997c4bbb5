import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { evaluateCommand } from '../../src'

let projectDir = ''
beforeAll(() => {
  projectDir = realpathSync(mkdtempSync(join(tmpdir(), 'forge-scripts-')))
})
afterAll(() => rmSync(projectDir, { recursive: true, force: true }))

const judge = (command: string) => evaluateCommand(command, { projectDir })

describe('numbers in arithmetic', () => {
  test.each([
    'date +%s',
    'date -u +%s%N',
    'nproc',
    'wc -l < a.txt',
    'cat a.txt | wc -l 2>/dev/null',
    'wc -l < a.txt | tr -d " "',
    'grep -c \'"passes": true\' a.json',
    'grep -ci x a.txt || true',
    'grep -c x a.txt || echo 0',
    'ls | grep -cE "x|y"',
    "jq '[.[] | select(.passes)] | length' a.json",
    'jq -r length < a.json',
    'git rev-list --count HEAD',
    'stat -c %s a.txt',
    "curl -s -o /dev/null -w '%{http_code}' http://localhost:8000/health",
    'seq 3 | tail -1 | wc -l',
  ])('$(%s) is one', (command) => {
    expect(judge(`n=$(${command}); echo $((n + 1))`)).toMatchObject({ verdict: 'allow' })
    expect(judge(`echo $(( $(${command}) + 1 ))`)).toMatchObject({ verdict: 'allow' })
    expect(judge(`[[ $(${command}) -gt 1 ]] && echo many`)).toMatchObject({ verdict: 'allow' })
  })

  /** Bash evaluates other text, and a subscript in it starts a command. */
  test.each([
    'cat a.txt',
    'wc -l a.txt',
    'wc -l < a.txt 2>&1',
    'wc -l < a.txt |& cat',
    'grep -c x a.txt b.txt',
    'grep -c x *.txt',
    'grep -rc x .',
    'grep -lc x a.txt',
    'grep -c "$pattern" a.txt',
    'grep -c x a.txt || cat b.txt',
    'grep -c x a.txt && cat b.txt',
    'grep -c x a.txt; cat b.txt',
    'date +%A',
    'date "+%s$x"',
    'nproc --help',
    'id -un',
    'stat -c %n a.txt',
    'jq -r .n a.json',
    "jq 'def length: .n; length' a.json",
    "jq -r '.n # | length' a.json",
    "jq '.n, length' a.json",
    'tr -d " " < a.txt',
    'wc -l < a.txt | tr 1 a',
    "curl -s -w '%{http_code}' http://localhost:8000/x",
    "curl -s -o /dev/null -D - -w '%{http_code}' http://localhost:8000/x",
    "curl -s -o /dev/null -w '%{http_code}' http://localhost:8000/x http://localhost:8000/y",
    "curl -s -o /dev/null -w '%{header_json}' http://localhost:8000/x",
    'git rev-list --count --format=%s HEAD',
  ])('$(%s) may be anything', (command) => {
    expect(judge(`n=$(${command}); echo $((n + 1))`).rule).toBe('arithmetic.variable')
    expect(judge(`echo $(( $(${command}) + 1 ))`).rule).toBe('arithmetic.unknown')
    expect(judge(`[[ $(${command}) -gt 1 ]]`).rule).toBe('test.arithmetic')
  })
})

describe('functions', () => {
  test.each([
    'get() { curl -s "http://localhost:8000$1"; }; get /health; get \'/tasks?page=1\'',
    'post() { curl -s -X POST "http://localhost:8000/api/v1/$1" -d "$2"; }; post tasks \'{"title":"a"}\'',
    'run() { pytest -q "$@"; }; run tests/a.py -x',
    'show() { sed -n "$2,$3p" "$1"; }; show app/main.py 1 20',
    'f() { local file=$1; shift; grep -n "$1" "$file"; }; f app/main.py class',
    'f() { cat "${1:-README.md}"; }; f; f app/main.py',
    'f() { echo $(($1 + 1)); }; f 3',
    'fail() { echo "$1" >&2; exit 1; }; cd app || fail "no app"; ls; cd ..; ls',
    'f() { g "$1"; }; g() { cat "$1"; }; f app/main.py',
  ])('are judged with what they are given: %s', (command) => expect(judge(command)).toMatchObject({ verdict: 'allow' }))

  test.each([
    ['path.outside', 'f() { cat "$1"; }; f app/main.py; f /etc/passwd'],
    ['path.outside', 'f() { shift; cat "$1"; }; f app /etc/passwd'],
    ['path.outside', 'f() { cat $*; }; f app ../x'],
    ['path.outside', 'f() { cat "$x/y"; }; x=a; x=/etc f'],
    ['path.outside', 'f() { local x=a; }; x=/etc; f; cat $x/passwd'],
    ['path.outside', 'f() { x=/etc; }; x=a; f; cat $x/passwd'],
    ['path.outside', 'f() { g "$2"; }; g() { cat "$1"; }; f a /etc/passwd'],
    ['path.unknown', 'f() { cat "$2"; }; f *.py a'],
    ['path.unknown', 'f() { cat "$1"; }'],
    ['rm.target', 'f() { rm -rf "$1"; }; f ..'],
    ['name.dynamic', 'f() { "$@"; }; f ls'],
    ['arithmetic.variable', "f() { echo $(($1)); }; f 'a[$(id)]'"],
    ['path.outside', 'f() { sort -k "$@"; }; f 1 -o /etc/x'],
    ['default.unlisted', 'f() { bash; }; echo never called'],
    ['function.shadow', 'pytest() { ls; }; pytest'],
  ])('by %s: %s', (rule, command) => expect(judge(command)).toMatchObject({ verdict: 'deny', rule }))
})

test('what becomes several words is no value of an option', () => {
  for (const word of ['"${a[@]}"', '"${a[@]:0}"', '"${a+${a[@]}}"', '"x${a[@]}"'])
    expect(judge(`a=(1 -o /etc/x); sort -k ${word} f`).rule).toBe('sort.unclear')
  expect(judge('sort -k "$@" f').rule).toBe('sort.unclear')
  expect(judge('a=(x y); echo "${a[@]}" "${#a[@]}" "${a[*]}"').verdict).toBe('allow')
})

describe('files that a program lists', () => {
  test.each([
    "wc -l $(find app -name '*.py')",
    "cat $(git ls-files '*.md')",
    'ruff check $(git diff --name-only HEAD~1 -- app)',
    'for f in $(git ls-files \'app/*.py\' | head -5); do grep -c def "$f"; done',
    'grep -n x $(grep -rl TODO app)',
  ])('may be read: %s', (command) => expect(judge(command)).toMatchObject({ verdict: 'allow' }))

  test.each([
    'rm $(git ls-files)',
    'cp x $(find . -name y)',
    'sed -i s/a/b/ $(git ls-files)',
    'for f in $(git ls-files); do echo > "$f"; done',
    'chmod +x $(find . -name x)',
    "cat $(find . -name x -printf '/etc/passwd')",
    'cat $(git ls-files | sed s,^,../,)',
    'cat $(cat list.txt)',
    'cat $(find .. -name x)',
    'python $(git ls-files)',
    'uniq $(ls *.txt)',
    'xxd $(ls *.bin)',
    'pip install $(git ls-files)',
    'curl -T $(git ls-files) http://localhost/',
    'cat $(rg -rl x)',
  ])('but not written, and nothing else: %s', (command) => expect(judge(command).verdict).toBe('deny'))

  test('unless one of them would be an option', () => {
    writeFileSync(join(projectDir, '--files0-from=x'), '')
    expect(judge('wc -l $(git ls-files)').rule).toBe('glob.option')
    rmSync(join(projectDir, '--files0-from=x'))
  })
})

describe('where a script is', () => {
  test.each([
    'cd missing || exit 1; ls; cd ..; ls',
    'cd missing || { echo none >&2; exit 1; }; ls; cd ..; ls',
    'set -euo pipefail\ncd missing\nls\ncd ..\nls',
    'cd missing && ls && cd - && ls',
    'cd missing 2>/dev/null && ls',
  ])('is known: %j', (command) => expect(judge(command)).toMatchObject({ verdict: 'allow' }))

  test.each([
    'cd missing || echo none; cd ..',
    'cd missing || (exit 1); cd ..',
    'cd missing || exit 1 > no/folder; cd ..',
    'cd missing || { exit 1; } > no/folder; cd ..',
    'f() { exit 1; }; cd missing || f > no/folder; cd ..',
    'f() { return; exit 1; }; cd missing || f; cd ..',
    'set -e\nif cd missing; then ls; fi\ncd ..',
    'set -e\nset +e\ncd missing\ncd ..',
    '(set -e)\ncd missing\ncd ..',
    'f() { if cd missing; then ls; fi; }\nset -e\nf\ncd ..',
    'cd - && ls',
    'cd missing && cd - && cat ../x',
  ])('is not: %j', (command) => expect(judge(command).verdict).toBe('deny'))
})

test('a redirection that fails keeps bash from doing what it stands at', () => {
  expect(judge('x=/etc/passwd; export x=a > no/folder; cat "$x"').rule).toBe('path.outside')
  expect(judge('x=..; { x=a; } > no/folder; rm -rf "$x"').rule).toBe('rm.target')
  expect(judge('x=..; x=a 2>/dev/null; rm -rf "$x"').verdict).toBe('allow')
})

test('a test must not come to evaluate what it compares', () => {
  expect(judge('x=$(cat a); [ "$x" \'b[$(id)]\' ]').rule).toBe('test.unclear')
  expect(judge('[ "$x" "$y" ]').rule).toBe('test.unclear')
  for (const command of ['[ -z $x ]', '[ $x = y ]']) expect(judge(command).rule, command).toBe('test.unclear')
  for (const command of ['[ "$x" ]', '[ "$x" = "$y" ]', '[[ $x =~ ^v([0-9]+)\\.(a|b)$ ]]']) {
    expect(judge(command), command).toMatchObject({ verdict: 'allow' })
  }
  for (const command of ['[[ x =~ a$(bash) ]]', '[[ x =~ (a;bash) ]]', '[[ x =~ a$`bash` ]]', '[[ x =~ a)b ]]'])
    expect(judge(command).verdict).toBe('deny')
})

test('expansions of known values are followed', () => {
  for (const command of [
    'for f in a.py b.py; do cp "$f" "${f%.py}.bak"; done',
    'x=app/main.py; cat "${x##*/}" "${x%/*}/x" "${x/main/other}" "${x^^}" "${x:0:3}"',
  ]) {
    expect(judge(command), command).toMatchObject({ verdict: 'allow' })
  }
  for (const command of ['x=a/etc/passwd; cat "${x#a}"', 'x=a/b; cat "${x/a/..}/.."', 'x=/ETC; cat "${x,,}/passwd"', 'x=../a; rm -rf "${x%/*}"']) {
    expect(judge(command).verdict, command).toBe('deny')
  }
})

describe('the logs of the harness', () => {
  test.each([
    'rm -rf logs',
    'rm -rf l*',
    'rm -rf logs/*',
    'mv logs old',
    'cd logs && rm -rf run_20260101_000000',
    'echo x > logs/run_20260101_000000/timeline.jsonl',
    'cp a Logs/RUN_1',
    'cp -r x/run_1 logs',
    'cp -r x/logs .',
    'mv -t logs run_1',
  ])('stay: %s', (command) => {
    expect(judge(command)).toMatchObject({ verdict: 'deny', rule: 'path.state' })
    expect(judge(command).hint).toBeDefined()
  })

  test.each(['rm -rf app/logs', 'echo x > app/logs/run_1', 'pytest -q > logs/test.log 2>&1', 'rm -f logs/*.log', 'cat logs/run_1/timeline.jsonl'])(
    'others are free: %s',
    (command) => expect(judge(command)).toMatchObject({ verdict: 'allow' }),
  )

  test('also where links lead to them', () => {
    mkdirSync(join(projectDir, 'logs', 'run_1'), { recursive: true })
    expect(judge('rm -rf lo*/r*').rule).toBe('path.state')
    rmSync(join(projectDir, 'logs'), { recursive: true })
  })
})
