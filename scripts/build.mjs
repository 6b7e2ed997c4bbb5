// Builds every package whose sources changed since its last build. `--force` builds all of them.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const PACKAGES = ['core', 'spec', 'templates', 'blueprint', 'cli']

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

function digest(name) {
  const folder = join(root, 'packages', name)
  const hash = createHash('sha256')
  const inputs = [
    ...filesBelow(join(folder, 'src')),
    join(folder, 'package.json'),
    join(folder, 'tsup.config.ts'),
    join(root, 'package-lock.json'),
    join(root, 'tsconfig.base.json'),
  ]
  for (const file of inputs) hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0')
  return hash.digest('hex')
}

function tsup(name, types) {
  return new Promise((resolve, reject) => {
    const words = ['--silent', ...(types ? [] : ['--no-dts'])]
    const child = spawn(process.execPath, [join(root, 'node_modules/tsup/dist/cli-default.js'), ...words], {
      cwd: join(root, 'packages', name),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`The build of @forge/${name} failed:\n${output}`))))
  })
}

async function buildOne(name, { force, types }) {
  const output = join(root, 'packages', name, 'dist')
  const stamp = join(root, 'node_modules', '.cache', 'forge-build', name)
  const wanted = digest(name)
  const fresh = existsSync(join(output, types ? 'index.d.ts' : 'index.js')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
  if (fresh && !force) return false
  rmSync(output, { recursive: true, force: true })
  await tsup(name, types)
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, wanted)
  return true
}

/**
 * Two at a time: the packages' types are read from their sources, so the order does not matter.
 * Without `types` it is a matter of seconds; programs that only run the packages need none.
 */
export async function build({ force = false, types = true } = {}) {
  const queue = [...PACKAGES]
  const built = []
  const worker = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) if (await buildOne(name, { force, types })) built.push(name)
  }
  await Promise.all([worker(), worker()])
  return built
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const built = await build({ force: process.argv.includes('--force') })
    console.error(built.length === 0 ? 'Everything is built.' : `Built ${built.map((name) => `@forge/${name}`).join(', ')}.`)
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}
