import type { Screen } from '../api-spec'
import type { Facts } from '../facts'
import type { Section } from '../section'
import type { PlacedLine } from '../sections'
import { plain } from '../words'
import type { State } from './state'

// What a text tells about the front end: workflows, screens, priorities. Nothing of it is built; all of it is handed over.

type Flow = Facts['workflows'][number]

const FLOW_TITLE = /^(?:workflow|journey|use case|user story|scenario|flow)\s*\d*\s*[:.—–-]\s*(.+)$/i
const LABELLED = /^(?:\*\*)?([A-Z][\w -]{1,40}?)(?::\*\*|\*\*:|:)\s*(.*)$/

/** A heading in a section of workflows: the name of one, a part of it, or a step with a list below. */
export function readWorkflowHeading(line: PlacedLine, state: State): void {
  const title = plain(line.text)
  const name = title.match(FLOW_TITLE)?.[1]?.trim()
  if (name !== undefined) {
    openFlow(name, line.number, state)
    return
  }
  if (line.ordinal !== null && state.workflow !== null) state.workflow.steps.push(title.replace(/:$/, ''))
}

export function readWorkflowLine(line: PlacedLine, state: State): void {
  const label = line.text.match(LABELLED)
  const text = plain(line.text)
  if (state.workflow === null) {
    if (line.ordinal === null) return
    openFlow(line.section.title, line.section.line, state)
  }
  const flow = state.workflow!
  if (label !== null && line.kind === 'text' && readPart(flow, label[1]!, plain(label[2]!))) return
  if (line.kind !== 'bullet') return
  if (line.ordinal !== null) flow.steps.push(text)
  else if (/error|failure|exception/i.test(line.section.title)) flow.failures.push(text)
  else if (/success|outcome|result/i.test(line.section.title)) flow.success = joined(flow.success, text)
  else if (flow.steps.length > 0 && line.indent > 0)
    flow.steps.push(`${flow.steps.pop()}${line.section.line === line.number - 1 ? ':' : ';'} ${text}`)
}

function openFlow(name: string, line: number, state: State): void {
  state.workflow = { name, role: null, goal: '', steps: [], success: '', failures: [], line }
  state.facts.workflows.push(state.workflow)
}

/** `Role: …`, `Goal: …` and what success is, each on its line. */
function readPart(flow: Flow, label: string, text: string): boolean {
  if (text === '') return false
  if (/^(?:user )?(?:role|actor)s?$/i.test(label)) {
    const [role, goal] = text.split(/\s+Goal:\s*/)
    flow.role = role!
    if (goal !== undefined) flow.goal = goal
  } else if (/^goal$/i.test(label)) flow.goal = text
  else if (/^(?:success|outcome|result)/i.test(label)) flow.success = joined(flow.success, text)
  else if (/^(?:error|failure|exception)/i.test(label)) flow.failures.push(text)
  else return false
  return true
}

const joined = (before: string, text: string): string => (before === '' ? text : `${before}; ${text}`)

const SCREENS = /\bscreens?\b|^pages$|^user interface$/i
const PRIORITIES = /\bpriorit(?:y|ies)\b/i
const NO_PRIORITIES = /\b(?:implementation|test|testing|development)\b/i

/** The outermost heading of a section that nothing is built from, if it is about screens or priorities. */
function topicOf(section: Section): { kind: 'screens' | 'priorities'; below: Section[] } | null {
  const path: Section[] = []
  for (let current: Section | null = section; current !== null; current = current.parent) path.unshift(current)
  const at = path.findIndex(({ title }) => SCREENS.test(title) || (PRIORITIES.test(title) && !NO_PRIORITIES.test(title)))
  return at === -1 ? null : { kind: SCREENS.test(path[at]!.title) ? 'screens' : 'priorities', below: path.slice(at + 1) }
}

/** A line of a section that nothing is built from: a screen, a feature of some priority, or nothing. */
export function readFrontEndLine(line: PlacedLine, { facts }: State): void {
  if (line.kind !== 'bullet' && line.kind !== 'text') return
  const topic = topicOf(line.section)
  if (topic?.kind === 'screens') readScreenLine(line, topic.below, facts)
  else if (topic?.kind === 'priorities' && line.kind === 'bullet') addFeature(topic.below.map(({ title }) => title).join(', '), line, facts)
}

function addFeature(level: string, line: PlacedLine, facts: Facts): void {
  const found = facts.priorities.find((one) => one.level === level)
  if (found !== undefined) found.features.push(plain(line.text))
  else facts.priorities.push({ level, features: [plain(line.text)], line: line.number })
}

/** Parts of a screen that a label heads: a section of its own in Markdown. */
const isPart = (section: Section): boolean =>
  /^(?:key )?(?:elements|actions|components|content|contents|sections|navigation|layout(?: pattern)?|states)$/i.test(section.title)
const isGroup = (title: string): boolean => /\b(?:screens|pages|views)\b/i.test(title)

function readScreenLine(line: PlacedLine, below: Section[], facts: Facts): void {
  const part = below.length > 1 && isPart(below.at(-1)!) ? below.at(-1)!.title : ''
  const [head, ...outer] = (part === '' ? below : below.slice(0, -1)).map(({ title }) => title).reverse()
  const group = outer.reverse().join(', ')
  if (line.kind === 'text') {
    const label = line.text.match(LABELLED)
    if (head === undefined || label === null || label[2] === '') return
    const text = plain(label[2]!)
    if (/^(?:purpose|description|goal)$/i.test(label[1]!)) screenOf(head, group, line, facts).purpose = text
    else if (!isGroup(head)) addDetail(screenOf(head, group, line, facts), label[1]!, text)
    return
  }
  const named = line.text.match(/^\*\*(.+?)\*\*\s*(?:\(([^)]*)\))?\s*[:—–-]?\s*(.*)$/)
  const known = facts.screens.some((one) => one.name === head && one.group === group)
  if (part !== '' || (head !== undefined && named === null && (known || !isGroup(head)))) {
    addDetail(screenOf(head!, group, line, facts), part, plain(line.text))
    return
  }
  const [, name, remark, text] = named ?? line.text.match(/^([^:()]{2,60}?)\s*(?:\(([^)]*)\))?(?::\s*(.*))?$/) ?? [null, line.text, undefined, '']
  const purpose = [plain(text ?? ''), ...(remark === undefined ? [] : [`(${plain(remark)})`])].filter((word) => word !== '').join(' ')
  facts.screens.push({ name: plain(name!), group: head === undefined ? '' : [...outer, head].join(', '), purpose, details: [], line: line.number })
}

function screenOf(name: string, group: string, line: PlacedLine, facts: Facts): Facts['screens'][number] {
  const found = facts.screens.find((one) => one.name === name && one.group === group)
  if (found !== undefined) return found
  const made = { name, group, purpose: '', details: [], line: line.number }
  facts.screens.push(made)
  return made
}

function addDetail(screen: { details: Screen['details'] }, title: string, item: string): void {
  const found = screen.details.find((one) => one.title === title)
  if (found !== undefined) found.items.push(item)
  else screen.details.push({ title, items: [item] })
}
