import type { ForgeEvent } from '../events'
import type { Renderer } from './renderer'

export type PlainLevel = 'quiet' | 'normal' | 'verbose'

export interface PlainRendererOptions {
  /** Default: stderr. */
  stream?: { write(text: string): unknown; isTTY?: boolean | undefined } | undefined
  /** `quiet`: warnings and errors only. `verbose`: every tool call and text, too. Default `normal`. */
  level?: PlainLevel | undefined
  /** Default: on a terminal, unless `NO_COLOR` is set; `FORCE_COLOR` wins. */
  color?: boolean | undefined
}

type Tone = 'plain' | 'good' | 'bad' | 'warn' | 'dim'

interface Line {
  level: PlainLevel
  tone: Tone
  text: string
}

/** One line an event, for terminals and log files alike. */
export function plainRenderer(options: PlainRendererOptions = {}): Renderer {
  const stream = options.stream ?? process.stderr
  const paint = (options.color ?? wantsColor(stream.isTTY === true)) ? painted : (line: Line) => line.text
  const shown = LEVELS.slice(0, LEVELS.indexOf(options.level ?? 'normal') + 1)
  return {
    name: 'plain-renderer',
    handle(event) {
      const line = describe(event)
      if (line !== undefined && shown.includes(line.level)) stream.write(`${paint({ ...line, text: harmless(line.text) })}\n`)
    },
  }
}

/** What agents and specifications write must not move the cursor or rename the terminal. */
function harmless(text: string): string {
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
}

const LEVELS: readonly PlainLevel[] = ['quiet', 'normal', 'verbose']

function wantsColor(isTerminal: boolean): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0'
  return isTerminal && !NO_COLOR
}

const CODES: Record<Tone, string> = { plain: '', good: '32', bad: '31', warn: '33', dim: '2' }

function painted({ tone, text }: Line): string {
  return tone === 'plain' ? text : `\u001b[${CODES[tone]}m${text}\u001b[0m`
}

function describe(event: ForgeEvent): Line | undefined {
  switch (event.type) {
    case 'run-start':
      return normal(`${event.resumed ? 'Going on with' : 'Building in'} ${event.projectDir} (${agentOf(event)}, sandbox: ${event.sandbox})`)
    case 'run-end':
      return normal(
        `Run ended: ${event.status}${event.total === 0 ? '' : `, ${event.proven} of ${event.total} proven`}, ${event.seconds.toFixed(1)} s`,
        event.status === 'proven' ? 'good' : 'plain',
      )
    case 'session-start':
      return normal(`Session ${event.session} (${event.phase})`)
    case 'session-end':
      return normal(`Session ${event.session} ended: ${event.status}, ${event.turns} turns, ${event.seconds.toFixed(1)} s`)
    case 'message-end':
      return verbose(oneLine(event.text))
    case 'tool-start':
      return verbose(`  ${event.name} ${subjectOf(event.input)}`, 'dim')
    case 'tool-end':
      return event.isError ? verbose(`  ${event.name} failed: ${oneLine(event.content)}`, 'warn') : undefined
    case 'tool-denied':
      return normal(`  denied: ${event.name} ${subjectOf(event.input)} (${event.decision.rule}: ${event.decision.reason})`, 'warn')
    case 'features-frozen':
      return normal(`Feature list frozen: ${event.total} features, ${event.cases} test cases${addedNote(event.added.length)}`)
    case 'features-drifted':
      return { level: 'quiet', tone: 'warn', text: `Feature list restored: ${event.drift.map(({ message }) => message).join('; ')}` }
    case 'verification-start':
      return normal(`Proving ${event.features} features…`)
    case 'verification-step':
      return verbose(`  ${event.step} (${event.seconds.toFixed(1)} s)${event.detail === undefined ? '' : `: ${event.detail}`}`, 'dim')
    case 'verification-end':
      return event.ran
        ? normal(`Proof: ${event.proven} of ${event.total} proven, ${event.seconds.toFixed(1)} s`)
        : { level: 'quiet', tone: 'bad', text: `Proof not run: ${event.reason ?? 'no reason given'}` }
    case 'feature-verified':
      return verbose(`  proven: #${event.feature.id} ${withoutStop(event.feature.description)}`, 'good')
    case 'feature-rejected':
      return normal(`  not proven: #${event.feature.id} ${withoutStop(event.feature.description)}: ${oneLine(event.reason)}`, 'bad')
    case 'commit-created':
      return verbose(`  commit ${event.commit.slice(0, 8)} ${oneLine(event.message)}`, 'dim')
    case 'notice':
      return noticeLine(event)
    case 'turn-start':
    case 'turn-end':
    case 'message-delta':
    case 'progress':
      return undefined
  }
}

/** The embedded provider has no model but itself. */
function agentOf({ provider, model }: { provider: string; model: string }): string {
  return provider === model ? `provider: ${provider}` : `provider: ${provider}, model: ${model}`
}

/** A sentence that something else follows on its line. */
function withoutStop(text: string): string {
  return text.replace(/\.$/, '')
}

function normal(text: string, tone: Tone = 'plain'): Line {
  return { level: 'normal', tone, text }
}

function verbose(text: string, tone: Tone = 'plain'): Line {
  return { level: 'verbose', tone, text }
}

function noticeLine(event: Extract<ForgeEvent, { type: 'notice' }>): Line {
  const remedy = event.remedy === undefined ? '' : ` ${event.remedy}`
  if (event.level === 'info') return normal(`${event.message}${remedy}`)
  return { level: 'quiet', tone: event.level === 'error' ? 'bad' : 'warn', text: `${event.level}: ${event.message}${remedy}` }
}

function addedNote(added: number): string {
  return added === 0 ? '' : `; ${added} added for what the list did not cover`
}

function subjectOf(input: unknown): string {
  if (typeof input !== 'object' || input === null) return ''
  const first = Object.values(input).find((value) => typeof value === 'string')
  return typeof first === 'string' ? oneLine(first) : ''
}

function oneLine(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim()
  return flat.length > 160 ? `${flat.slice(0, 159)}…` : flat
}
