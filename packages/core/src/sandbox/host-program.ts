import { FORWARDS_SOURCE } from './host-forwards'

/**
 * The program of the process host, as source for `node -e`: a file of its own could not be found again in every bundle.
 * It runs on the host and, unchanged, inside a sandbox. CommonJS, no dependencies.
 *
 * Requests come as JSON lines on stdin, answers leave as JSON lines on stdout. When stdin closes, however that came about, every process it started
 * is ended: by process group, by ancestry, and (Linux) by the marker that each of them carries in its environment, so that daemons that left
 * group and session die as well.
 */
export const HOST_PROGRAM = String.raw`
'use strict'
const { spawn, execFileSync } = require('node:child_process')
const { closeSync, readFileSync, readdirSync, rmSync } = require('node:fs')
const { StringDecoder } = require('node:string_decoder')

process.title = 'forge-host'
const MARKER = 'FORGE_SESSION'
const inherited = process.env[MARKER] ? process.env[MARKER] + ':' : ''
const session = process.argv[1]
const linux = process.platform === 'linux'
const TAIL = 65536
const children = new Map()
const groups = new Set()
let closing = false

/* What the harness was started with and never knew of: an open folder would be a way out. What node has opened itself closes at an exec. */
function closeInherited() {
  if (!linux) return
  for (const name of readdirSync('/proc/self/fd')) {
    if (name < 3) continue
    try {
      const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync('/proc/self/fdinfo/' + name, 'latin1'))[1]
      if ((parseInt(flags, 8) & 0o2000000) === 0) closeSync(+name)
    } catch {}
  }
}
closeInherited()

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const send = (message) => process.stdout.write(JSON.stringify(message) + '\n')

function processTable() {
  if (!linux) {
    const rows = execFileSync('ps', ['-axo', 'pid=,ppid=,pgid=,stat='], { encoding: 'utf8' }).trim().split('\n')
    return rows.map((row) => row.trim().split(/\s+/)).filter((row) => row[3] && row[3][0] !== 'Z')
      .map((row) => ({ pid: +row[0], parent: +row[1], group: +row[2] }))
  }
  const table = []
  for (const name of readdirSync('/proc')) {
    if (name[0] < '1' || name[0] > '9') continue
    try {
      const stat = readFileSync('/proc/' + name + '/stat', 'latin1')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (fields[0] !== 'Z' && fields[0] !== 'X') table.push({ pid: +name, parent: +fields[1], group: +fields[2] })
    } catch {}
  }
  return table
}

function carries(pid, matches) {
  if (!linux) return false
  try {
    for (const entry of readFileSync('/proc/' + pid + '/environ', 'latin1').split('\0')) {
      if (entry.startsWith(MARKER + '=')) return entry.slice(MARKER.length + 1).split(':').some(matches)
    }
  } catch {}
  return false
}

/* The live processes that a start belongs to: its groups, whoever carries its marker, and all their descendants. */
function members(isGroup, isMark) {
  const table = processTable()
  const found = new Set()
  for (const row of table) if (isGroup(row.group) || carries(row.pid, isMark)) found.add(row.pid)
  for (let grew = true; grew; ) {
    grew = false
    for (const row of table) if (!found.has(row.pid) && found.has(row.parent)) { found.add(row.pid); grew = true }
  }
  found.delete(process.pid)
  return [...found]
}

function signalAll(pids, name) {
  for (const pid of pids) {
    try { process.kill(pid, name) } catch {}
  }
}

/* Asks, waits, then kills until nothing is left. */
async function end(select, ask, graceMs) {
  let left = select()
  if (left.length === 0) return
  if (graceMs > 0) {
    ask(left)
    const until = Date.now() + graceMs
    for (let pause = 5; left.length > 0 && Date.now() < until; pause = Math.min(pause * 2, 100)) {
      await sleep(pause)
      left = select()
    }
  }
  for (let pass = 0; left.length > 0 && pass < 200; pass++) {
    signalAll(left, 'SIGKILL')
    await sleep(pass < 5 ? 2 : 20)
    left = select()
  }
}

function endChild(entry, graceMs) {
  if (!entry.ending) {
    const mark = session + '.' + entry.number
    const alive = () => entry.child.exitCode === null && entry.child.signalCode === null
    const ask = (pids) => entry.stopSignal && alive() ? signalAll([entry.child.pid], entry.stopSignal) : signalAll(pids, 'SIGTERM')
    entry.ending = end(() => members((group) => group === entry.child.pid, (part) => part === mark), ask, graceMs)
  }
  return entry.ending
}

function removeFolders(folders) {
  for (const folder of folders) {
    try { rmSync(folder, { recursive: true, force: true, maxRetries: 3 }) } catch {}
  }
}

/* Keeps the first and the last half of what it is given. */
function collector(limit) {
  const headLimit = Math.ceil(limit / 2)
  const tailLimit = limit - headLimit
  const head = []
  let headSize = 0
  let ring = null
  let written = 0
  return {
    push(chunk) {
      const first = chunk.subarray(0, headLimit - headSize)
      if (first.length > 0) { head.push(first); headSize += first.length }
      let rest = chunk.subarray(first.length)
      if (rest.length === 0) return
      ring ??= Buffer.alloc(Math.max(1, tailLimit))
      if (rest.length > ring.length) { written += rest.length - ring.length; rest = rest.subarray(rest.length - ring.length) }
      const at = written % ring.length
      const copied = rest.copy(ring, at)
      if (copied < rest.length) rest.copy(ring, 0, copied)
      written += rest.length
    },
    omitted: () => (ring ? Math.max(0, written - ring.length) : 0),
    text() {
      const start = Buffer.concat(head)
      if (!ring) return start.toString('utf8')
      if (written <= ring.length) return Buffer.concat([start, ring.subarray(0, written)]).toString('utf8')
      const at = written % ring.length
      const tail = Buffer.concat([ring.subarray(at), ring.subarray(0, at)])
      let from = 0
      while (from < 3 && from < tail.length && (tail[from] & 0xc0) === 0x80) from++
      return new StringDecoder('utf8').write(start) + '\n[... ' + this.omitted() + ' bytes left out ...]\n' + tail.subarray(from).toString('utf8')
    },
  }
}

function launch(request, number) {
  return spawn(request.argv[0], request.argv.slice(1), {
    cwd: request.cwd,
    env: { ...request.env, [MARKER]: inherited + session + '.' + number },
    uid: request.uid,
    gid: request.gid,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
}

/* A group whose leader is gone counts only while somebody is in it: its number may be given away again. */
function forgetEmptyGroups() {
  for (const group of groups) {
    try { process.kill(-group, 0) } catch (error) { if (error.code === 'ESRCH') groups.delete(group) }
  }
}

function failed(id, request, error) {
  const where = error.code === 'ENOENT' ? ' (or the folder ' + request.cwd + ' is missing)' : ''
  send({ id, type: 'failed', message: 'cannot start ' + request.argv[0] + ': ' + (error.code || error.message) + where })
}

let started = 0

function start(request) {
  const id = request.id
  const number = ++started
  let child
  try { child = launch(request, number) } catch (error) { return failed(id, request, error) }
  const entry = { child, number, stopSignal: request.stopSignal, removeOnExit: request.removeOnExit || [], ending: null }
  child.on('error', (error) => {
    if (child.pid !== undefined) return
    children.delete(id)
    failed(id, request, error)
  })
  if (child.pid === undefined) return
  children.set(id, entry)
  groups.add(child.pid)
  if (request.op === 'exec') runToEnd(request, entry)
  else keepRunning(request, entry)
}

function runToEnd(request, entry) {
  const { child } = entry
  const out = collector(request.maxOutputBytes)
  const err = collector(request.maxOutputBytes)
  const begun = process.hrtime.bigint()
  let timedOut = false
  let lastData = 0
  let answered = false
  const take = (sink) => (chunk) => {
    lastData = Date.now()
    if (!answered) sink.push(chunk)
  }
  child.stdout.on('data', take(out))
  child.stderr.on('data', take(err))
  const timer = setTimeout(() => { timedOut = true; void endChild(entry, 1000) }, request.timeoutMs)
  const answer = (code, signal) => {
    answered = true
    clearTimeout(timer)
    children.delete(request.id)
    forgetEmptyGroups()
    send({ id: request.id, type: 'exit', code, signal, timedOut, truncated: out.omitted() + err.omitted() > 0,
      stdout: out.text(), stderr: err.text(), ms: Number(process.hrtime.bigint() - begun) / 1e6 })
  }
  let closed = false
  child.on('close', () => { closed = true })
  child.on('exit', async (code, signal) => {
    if (entry.ending) await entry.ending
    /* A background job may hold the pipes open for ever: wait for the streams to end or to fall silent. Its later output is read and dropped. */
    const until = Date.now() + 1000
    const exited = Date.now()
    for (let pause = 1; !closed && Date.now() < until; pause = 10) {
      await sleep(pause)
      if (pause > 1 && Date.now() - Math.max(lastData, exited) >= 40) break
    }
    answer(code, signal)
  })
}

function keepRunning(request, entry) {
  const { child } = entry
  const decoders = [new StringDecoder('utf8'), new StringDecoder('utf8')]
  let pending = ''
  let waiting = false
  const flush = () => {
    waiting = false
    if (pending === '') return
    const data = pending
    pending = ''
    send({ id: request.id, type: 'output', data })
  }
  const take = (decoder) => (chunk) => {
    pending = (pending + decoder.write(chunk)).slice(-TAIL)
    if (waiting) return
    waiting = true
    if (process.stdout.writableNeedDrain) process.stdout.once('drain', flush)
    else setTimeout(flush, 25)
  }
  child.stdout.on('data', take(decoders[0]))
  child.stderr.on('data', take(decoders[1]))
  send({ id: request.id, type: 'started' })
  child.on('exit', async (code, signal) => {
    await endChild(entry, 500)
    removeFolders(entry.removeOnExit)
    await sleep(5)
    flush()
    children.delete(request.id)
    forgetEmptyGroups()
    send({ id: request.id, type: 'exit', code, signal })
  })
}

${FORWARDS_SOURCE}
function mounts({ id }) {
  let table = ''
  try { table = readFileSync('/proc/self/mountinfo', 'utf8') } catch {}
  send({ id, type: 'mounts', table })
}

function handle(request) {
  if (closing) return
  if (request.op === 'mounts') return mounts(request)
  if (request.op === 'forward') return forward(request)
  if (request.op === 'exec' || request.op === 'spawn') return start(request)
  const entry = children.get(request.id)
  if (request.op === 'stop' && entry) void endChild(entry, request.graceMs)
}

async function shutdown() {
  if (closing) return
  closing = true
  const entries = [...children.values()]
  await Promise.all(entries.map((entry) => endChild(entry, 2000)))
  const mine = (part) => part.startsWith(session + '.')
  await end(() => members((group) => groups.has(group), mine), (pids) => signalAll(pids, 'SIGTERM'), 1000)
  for (const entry of entries) removeFolders(entry.removeOnExit)
  for (let turn = 0; children.size > 0 && turn < 30; turn++) await sleep(10)
  process.exit(0)
}

let buffered = []
process.stdin.on('data', (chunk) => {
  let from = 0
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
    buffered.push(chunk.subarray(from, at))
    const line = Buffer.concat(buffered).toString('utf8')
    buffered = []
    from = at + 1
    handle(JSON.parse(line))
  }
  buffered.push(chunk.subarray(from))
})
process.stdin.on('end', shutdown)
process.stdin.on('error', shutdown)
process.stdin.on('close', shutdown)
process.stdout.on('error', shutdown)
process.on('SIGTERM', shutdown)
process.on('SIGINT', () => {})
process.on('SIGHUP', () => {})
process.on('uncaughtException', shutdown)
process.on('unhandledRejection', shutdown)
send({ type: 'ready' })
`
