// `npm run quickstart`: install, build, generate. Plain Node, since nothing is installed yet when it starts.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

function fail(message, remedy) {
  console.error(`quickstart: ${message}\n  ${remedy}`)
  process.exit(2)
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19))
    fail(`Node ${process.versions.node} is too old.`, 'Install Node 20.19 or newer and run the same command again.')
}

const packagesOf = (lockFile) => JSON.parse(readFileSync(lockFile, 'utf8')).packages

/** Whether npm's own record of what it installed holds every package of the lock, but optional ones of other platforms. */
function isInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  const installed = packagesOf(record)
  return Object.entries(packagesOf(join(root, 'package-lock.json')))
    .filter(([path]) => path.includes('node_modules/'))
    .every(([path, wanted]) => (path in installed ? installed[path].integrity === wanted.integrity : wanted.optional === true))
}

function install() {
  if (isInstalled()) return
  console.error('Installing packages…')
  const words = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  const done = spawnSync('npm', words, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  if (done.error) fail(`npm did not start (${done.error.message}).`, 'Install npm, or run `npm ci` yourself, then the same command again.')
  if (done.status !== 0) fail(`npm ci ended with exit code ${done.status}.`, 'The lines above say why; the package registry must be in reach.')
}

async function buildPackages() {
  const { build } = await import('./build.mjs')
  console.error('Building…')
  try {
    await build({ types: false })
  } catch (error) {
    fail(error.message, 'The sources do not build: `npm run types` names the place.')
  }
}

checkNode()
install()
await buildPackages()

// npm runs scripts in the package's folder; paths on the command line are the caller's.
if (process.env.INIT_CWD) process.chdir(process.env.INIT_CWD)
const given = process.argv.slice(2)
const provider = given.some((word) => word === '--provider' || word.startsWith('--provider=')) ? [] : ['--provider', 'blueprint']
const { run } = await import(pathToFileURL(join(root, 'packages/cli/dist/index.js')).href)
const { exitCode, result } = await run(['generate', ...given, ...provider])
// Rules that need a model are no failure of the quickstart: all that the embedded provider claims is proven.
process.exitCode = result?.status === 'needs-model' ? 0 : exitCode
