// `npm run quickstart`: install, build, generate. Plain Node, since nothing is installed yet when it starts.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
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

/** The lock that node_modules was installed from; kept beside it, since npm leaves no comparable copy. */
function install() {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
  const stamp = join(root, 'node_modules', '.forge-installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  console.error('Installing packages…')
  const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  if (done.error) fail(`npm did not start (${done.error.message}).`, 'Install npm, or run `npm ci` yourself, then the same command again.')
  if (done.status !== 0) fail(`npm ci ended with exit code ${done.status}.`, 'The lines above say why; the package registry must be in reach.')
  writeFileSync(stamp, lock)
}

async function buildPackages() {
  const { build } = await import('./build.mjs')
  try {
    const built = await build()
    if (built.length > 0) console.error(`Built ${built.length} packages.`)
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
