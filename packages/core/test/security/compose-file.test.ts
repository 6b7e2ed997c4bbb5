import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { evaluateCommand } from '../../src'

let projectDir = ''
beforeEach(() => {
  projectDir = realpathSync(mkdtempSync(join(tmpdir(), 'forge-compose-')))
})
afterEach(() => rmSync(projectDir, { recursive: true, force: true }))

function put(name: string, text: string): void {
  mkdirSync(dirname(join(projectDir, name)), { recursive: true })
  writeFileSync(join(projectDir, name), text)
}
const judge = (command = 'docker compose up -d', cwd = '.') => evaluateCommand(command, { projectDir, cwd })
const service = (lines: string) => `services:\n  db:\n    image: postgres:15\n${lines.replaceAll(/^/gm, '    ')}\n`

describe('a compose file that stays in the project', () => {
  test.each([
    ['named volumes', `${service('volumes:\n  - data:/var/lib/postgresql/data\n  - /cache')}volumes:\n  data:\n`],
    ['a folder of the project', service('volumes:\n  - ./sql:/docker-entrypoint-initdb.d:ro\n  - ./app:/app/app\n  - .:/src:ro,z')],
    [
      'the long form',
      service('volumes:\n  - type: bind\n    source: ./sql\n    target: /sql\n    read_only: true\n  - {type: volume, source: data, target: /d}'),
    ],
    ['a build', service('build:\n  context: .\n  dockerfile: Dockerfile\n  args: {A: b}\n  target: dev')],
    ['a build in short', service('build: ./services/api')],
    ['settings files', service('env_file:\n  - .env\n  - path: ./dev.env\n    required: false')],
    ['variables outside of paths', service('ports:\n  - "${PORT:-5432}:5432"\nenvironment:\n  A: ${B:?}')],
    [
      'health and order',
      service('healthcheck:\n  test: [CMD, pg_isready]\ndepends_on:\n  x: {condition: service_healthy}\nrestart: always\nprivileged: false'),
    ],
    ['fragments', `x-env: &env\n  A: b\n${service('environment:\n  <<: *env\n  C: d\nnetworks: [back]')}networks:\n  back:\n    driver: bridge\n`],
    ['watching', service('develop:\n  watch:\n    - {action: sync, path: ./app, target: /app}')],
    ['secrets', `${service('secrets: [password]')}secrets:\n  password:\n    file: ./password.txt\n`],
    ['another file', `include:\n  - other.yml\n${service('extends: {file: base.yml, service: db}')}`],
    ['nothing', '# nothing yet\n'],
  ])('%s', (_name, text) => {
    put('docker-compose.yml', text)
    expect(judge()).toMatchObject({ verdict: 'allow' })
  })

  test('one as a project has it, for every command', () => {
    put('docker-compose.yml', USUAL)
    for (const command of ['docker compose up -d', 'docker compose exec -T db pg_isready', 'docker compose build', 'docker compose config']) {
      expect(judge(command)).toMatchObject({ verdict: 'allow' })
    }
  })

  test('no file is needed', () => expect(judge('docker compose -f missing.yml up -d').verdict).toBe('allow'))
})

const USUAL = `services:
  db:
    image: postgres:15-alpine
    restart: unless-stopped
    environment:
      POSTGRES_USER: \${POSTGRES_USER:-postgres}
    ports:
      - "127.0.0.1:\${POSTGRES_PORT:-5432}:5432"
    volumes:
      - db-data:/var/lib/postgresql/data
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U \\"$$POSTGRES_USER\\""]
      interval: 2s
      retries: 30

volumes:
  db-data:
`

describe('a compose file that reaches the host', () => {
  test.each([
    ['docker.path', 'volumes: ["/:/host"]'],
    ['docker.path', 'volumes: ["../x:/x"]'],
    ['docker.path', 'volumes: ["~/.ssh:/x"]'],
    ['docker.path', 'volumes: ["./a/../../x:/x"]'],
    ['docker.path', 'volumes: ["${HOME}:/x"]'],
    ['docker.path', 'volumes: ["$X/y:/x"]'],
    ['docker.path', 'volumes: ["/var/run/docker.sock:/var/run/docker.sock"]'],
    ['docker.path', 'volumes: ["./.git:/x"]'],
    ['docker.path', 'volumes: ["./.forge:/x"]'],
    ['docker.mount', 'volumes: [".:/app"]'],
    ['docker.mount', 'volumes: ["./:/app:rw"]'],
    ['docker.mount', 'volumes: ["./app/..:/app:cached"]'],
    ['docker.mount', 'volumes: [".:/app:ro,rw"]'],
    ['docker.mount', 'volumes: ["./logs:/app"]'],
    ['docker.mount', 'volumes: [{type: bind, source: ., target: /x}]'],
    ['docker.mount', 'volumes: [{type: bind, source: ., target: /x, read_only: "yes"}]'],
    ['docker.path', 'volumes: ["./.git:/x:ro"]'],
    ['docker.path', 'volumes: ["./logs/run_20260101_000000:/x"]'],
    ['docker.host', 'logging: {driver: syslog, options: {syslog-address: "tcp://example.com:514"}}'],
    ['docker.host', 'build: {context: ., cache_from: ["type=local,src=/etc"]}'],
    ['docker.path', 'volumes: [{type: bind, source: /etc, target: /x}]'],
    ['docker.path', 'volumes: [{type: bind, source: "${X:-.}", target: /x}]'],
    ['docker.host', 'volumes: [{type: npipe, source: a, target: /x}]'],
    ['docker.key', 'volumes_from: [container:other]'],
    ['docker.host', 'privileged: true'],
    ['docker.host', 'privileged: "yes"'],
    ['docker.host', 'privileged: ${X}'],
    ['docker.host', 'pid: host'],
    ['docker.host', 'pid: "${X}"'],
    ['docker.host', 'ipc: host'],
    ['docker.host', 'uts: host'],
    ['docker.host', 'userns_mode: host'],
    ['docker.host', 'cgroup: host'],
    ['docker.host', 'network_mode: host'],
    ['docker.host', 'network_mode: container:x'],
    ['docker.host', 'cap_add: [SYS_ADMIN]'],
    ['docker.host', 'devices: ["/dev/sda:/dev/sda"]'],
    ['docker.host', 'gpus: all'],
    ['docker.host', 'deploy: {resources: {reservations: {devices: [{driver: x}]}}}'],
    ['docker.host', 'security_opt: ["seccomp:unconfined"]'],
    ['docker.host', 'security_opt: ["apparmor=unconfined"]'],
    ['docker.key', 'device_cgroup_rules: ["c 1:3 mr"]'],
    ['docker.key', 'cgroup_parent: /x'],
    ['docker.key', 'runtime: x'],
    ['docker.key', 'use_api_socket: true'],
    ['docker.key', 'provider: {type: evil}'],
    ['docker.key', 'post_start: [{command: x, privileged: true}]'],
    ['docker.path', 'build: ..'],
    ['docker.path', 'build: https://example.com/x.git'],
    ['docker.path', 'build: git@example.com:x/y'],
    ['docker.path', 'build: github.com/x/y'],
    ['docker.path', 'build: {context: ., dockerfile: ../Dockerfile}'],
    ['docker.key', 'build: {context: ., additional_contexts: {x: /}}'],
    ['docker.key', 'build: {context: ., ssh: [default]}'],
    ['docker.key', 'build: {context: ., privileged: true}'],
    ['docker.host', 'build: {context: ., network: host}'],
    ['docker.path', 'env_file: /etc/environment'],
    ['docker.path', 'env_file: [{path: ../.env}]'],
    ['docker.path', 'label_file: ../x'],
    ['docker.path', 'extends: {file: ../x.yml, service: y}'],
    ['docker.path', 'develop: {watch: [{action: sync, path: /etc, target: /x}]}'],
  ])('is denied by %s: %s', (rule, line) => {
    put('docker-compose.yml', service(line))
    expect(judge()).toMatchObject({ verdict: 'deny', rule })
    expect(judge().hint).toBeDefined()
  })

  test.each([
    ['docker.host', 'volumes:\n  x:\n    driver_opts: {type: none, o: bind, device: /}\n'],
    ['docker.host', 'volumes:\n  x:\n    driver: sshfs\n'],
    ['docker.host', 'volumes:\n  x: {external: true, name: other_data}\n'],
    ['docker.host', 'networks:\n  x: {external: true, name: host}\n'],
    ['docker.host', 'networks:\n  host: {external: true}\n'],
    ['docker.host', 'networks:\n  x: {driver: macvlan}\n'],
    ['docker.path', 'secrets:\n  x: {file: /etc/shadow}\n'],
    ['docker.path', 'configs:\n  x: {file: ../x}\n'],
    ['docker.path', 'include: [../x.yml]\n'],
    ['docker.path', 'include: ["oci://example.com/x"]\n'],
    ['docker.key', 'unheard: 1\n'],
    ['docker.file', '- a\n'],
    ['docker.file', 'a: [\n'],
    ['docker.file', 'name: a\nname: b\n'],
    ['docker.file', 'name: a\n---\nname: b\n'],
    ['docker.file', '# x\u2028services: {}\n'],
    ['docker.host', `x-a: &a {privileged: true}\n${service('<<: *a')}`],
    ['docker.file', `${'['.repeat(20_000)}\n`],
    ['docker.file', `# ${'x'.repeat(40_000)}\n`],
  ])('is denied by %s: %j', (rule, text) => {
    put('compose.yaml', text)
    expect(judge()).toMatchObject({ verdict: 'deny', rule })
  })

  const HOSTILE = service('privileged: true')
  test('wherever compose takes it from', () => {
    put('app/README.md', '')
    for (const name of ['compose.yml', 'docker-compose.override.yml']) {
      put(name, HOSTILE)
      for (const command of [
        'docker compose up',
        'docker compose exec db ls',
        'docker compose build',
        'docker compose start',
        'docker compose config',
      ]) {
        expect(judge(command).rule).toBe('docker.host')
      }
      expect(judge('docker compose up', 'app').rule).toBe('docker.host')
      expect(judge('docker compose down').verdict).toBe('allow')
      rmSync(join(projectDir, name))
    }
    put('deploy/x.yml', HOSTILE)
    for (const option of ['-f deploy/x.yml', '-fdeploy/x.yml', '--file=deploy/x.yml', '-f a.yml --file deploy/x.yml']) {
      expect(judge(`docker compose ${option} up`).rule).toBe('docker.host')
    }
    put('compose.yml', 'include: [deploy/x.yml]\n')
    expect(judge().rule).toBe('docker.host')
    put('compose.yml', service('extends: {file: deploy/x.yml, service: db}'))
    expect(judge().rule).toBe('docker.host')
  })

  test('paths count from the folder of the file, or from the one that is named', () => {
    put('deploy/x.yml', service('volumes: ["../data:/d"]'))
    expect(judge('docker compose -f deploy/x.yml up').verdict).toBe('allow')
    expect(judge('docker compose --project-directory . -f deploy/x.yml up').rule).toBe('docker.path')
  })

  test('a folder with a repository in it, also through a link, is mounted read-only', () => {
    mkdirSync(join(projectDir, 'sub', '.git'), { recursive: true })
    symlinkSync('.', join(projectDir, 'link'))
    for (const folder of ['sub', 'link']) {
      put('compose.yml', service(`volumes: ["./${folder}:/x"]`))
      expect(judge().rule).toBe('docker.mount')
      put('compose.yml', service(`volumes: [{type: bind, source: ./${folder}, target: /x, read_only: true}]`))
      expect(judge().verdict).toBe('allow')
    }
  })

  test('links out of the project are followed', () => {
    symlinkSync('/etc', join(projectDir, 'link'))
    put('compose.yml', service('volumes: ["./link:/x"]'))
    expect(judge().rule).toBe('docker.path')
    rmSync(join(projectDir, 'compose.yml'))
    symlinkSync('/etc/hosts', join(projectDir, 'compose.yml'))
    expect(judge().rule).toBe('docker.file')
  })

  test('settings that send docker elsewhere', () => {
    put('.env', 'POSTGRES_USER=x\nDOCKER_HOST=tcp://example.com\n')
    expect(judge().rule).toBe('docker.settings')
    put('.env', 'POSTGRES_USER=x\nCOMPOSE_PROJECT_NAME=y\n')
    expect(judge().verdict).toBe('allow')
    put('dev.env', 'export COMPOSE_FILE = /x.yml\n')
    expect(judge('docker compose --env-file dev.env up').rule).toBe('docker.settings')
  })
})

describe('a script that may have changed what compose reads', () => {
  test.each([
    "cat > compose.yaml <<'EOF'\nservices: {}\nEOF\ndocker compose up -d",
    'cp a.yml compose.yml && docker compose up -d',
    'mv a.yml docker-compose.override.yml; docker compose up -d',
    'echo A=b >> .env && docker compose up -d',
    'cp .env.example .env && docker compose up -d',
    'cat a.yml | tee Compose.yaml; docker compose up -d',
    "sed -i 's/a/b/' compose.yml && docker compose up -d",
    'python gen.py && docker compose build',
    'npm run gen; (cd app && docker compose up)',
    'git checkout main && docker compose up -d',
    'curl -s -o compose.yml http://localhost:8000/x; docker compose up',
    'cat a.yml | tee comp*.yaml; docker compose up -d',
    'docker compose config -o compose.yml && docker compose up',
    'f() { echo x > compose.yml; }; f; docker compose up',
    'for i in 1 2; do docker compose up -d; echo x > compose.yml; done',
    'while ! docker compose up -d; do python fix.py; done',
    'if python gen.py; then docker compose up; fi',
    '(sleep 1; docker compose up -d) & cp x compose.yml',
    'docker compose up & sleep 1; python gen.py',
    'docker compose up | tee compose.yml',
    'docker compose up | python gen.py',
    'python gen.py | docker compose up',
    'cat <(docker compose up) > out.txt; pytest -q',
    'echo x > deploy/x.yml; docker compose -f deploy/x.yml up',
    'echo x > deploy.env; docker compose --env-file deploy.env up',
    'x=$(python gen.py); docker compose up',
  ])('must not start it: %j', (command) => {
    expect(judge(command)).toMatchObject({ verdict: 'deny', rule: 'docker.written' })
    expect(judge(command).hint).toContain('command of its own')
  })

  test('counts the files that the compose files lead to, also missing ones', () => {
    put('compose.yml', service('extends: {file: base.txt, service: db}'))
    expect(judge('echo x > base.txt && docker compose up').rule).toBe('docker.written')
    expect(judge('echo x > other.txt && docker compose up').verdict).toBe('allow')
  })

  test.each([
    'docker compose up -d && sleep 3 && docker compose ps',
    'docker compose up -d db && alembic upgrade head && pytest -q && docker compose logs db',
    'docker compose up -d db && pytest -q; docker compose exec -T db psql -U app -c "select 1"; docker compose down',
    'cd app && docker compose up -d',
    'source .venv/bin/activate && docker compose up -d',
    'cat compose.yml; git status --short; docker compose config -q && docker compose up -d',
    'mkdir -p data && chmod +x init.sh && docker compose up -d > compose.log 2>&1',
    'docker compose up -d 2>&1 | tee up.log | tail -5',
    'docker compose build 2>&1 | tail -20 && docker compose up -d && pytest -q',
    'until docker compose exec -T db pg_isready -U postgres; do sleep 1; done; pytest -q',
    'if [ -f docker-compose.yml ]; then docker compose up -d; else echo none; fi',
    'docker compose up -d; for i in $(seq 1 10); do curl -sf http://localhost:8000/health && break; sleep 1; done',
    "cat > notes.md <<'EOF'\nx\nEOF\ndocker compose up -d",
  ])('may otherwise: %j', (command) => {
    expect(judge(command)).toMatchObject({ verdict: 'allow' })
  })
})

test('a hostile file does not take long', () => {
  judge()
  for (const text of [
    `x-a: &a [1, 2, 3]\n${Array.from({ length: 800 }, (_, index) => `x-${index}: [*a]`).join('\n')}`,
    `x-0: &a0 [1, 2, 3]\n${Array.from({ length: 60 }, (_, index) => `x-${index + 1}: &a${index + 1} [*a${index}, *a${index}, *a${index}]`).join('\n')}`,
    '['.repeat(16_000),
    'a: '.repeat(5000),
    service(`volumes: [${'./a/b/c/d/e:/x, '.repeat(190)}]`),
  ]) {
    put('compose.yml', text)
    const startedAt = process.cpuUsage()
    judge()
    const { user, system } = process.cpuUsage(startedAt)
    expect((user + system) / 1000, text.slice(0, 40)).toBeLessThan(250)
  }
})
