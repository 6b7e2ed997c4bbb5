import type { ApiSpec, Screen, Workflow } from '../api-spec'
import { heading } from './headings'

/** Workflows, screens and priorities: what only a front end needs. */
export function frontEndSections(spec: ApiSpec): string[][] {
  const { workflows, screens, priorities } = spec
  return [
    ...(workflows.length === 0 ? [] : [['## User Workflows'], ...workflows.map(workflowLines)]),
    ...(screens.length === 0
      ? []
      : [[`## ${heading('screens', spec)}`, ...screens.flatMap((screen, index) => screenLines(screen, screens[index - 1]))]]),
    ...(priorities.length === 0 ? [] : [[`## ${heading('priorities', spec)}`]]),
    ...priorities.map(({ level, features }) => [...(level === '' ? [] : [`### ${level}`]), ...features.map((feature) => `- ${feature}`)]),
  ]
}

function workflowLines({ name, role, goal, steps, success, failures }: Workflow): string[] {
  return [
    `### Workflow: ${name}`,
    ...(role === null ? [] : [`**Role:** ${role}`]),
    ...(goal === '' ? [] : [`**Goal:** ${goal}`]),
    '',
    ...steps.map((step, index) => `${index + 1}. ${step}`),
    ...(success === '' ? [] : ['', `**Success Criteria:** ${success}`]),
    ...(failures.length === 0 ? [] : ['', '**Error Cases:**', ...failures.map((failure) => `- ${failure}`)]),
  ]
}

function screenLines({ name, group, purpose, details }: Screen, before: Screen | undefined): string[] {
  const newGroup = group !== '' && group !== before?.group ? ['', `### ${group}`] : []
  if (details.length === 0) return [...newGroup, `- **${name}**${purpose === '' ? '' : `: ${purpose}`}`]
  return [
    ...newGroup,
    '',
    `###${group === '' ? '' : '#'} ${name}`,
    ...(purpose === '' ? [] : [`**Purpose:** ${purpose}`]),
    ...details.flatMap(({ title, items }) => ['', ...(title === '' ? [] : [`**${title}:**`]), ...items.map((item) => `- ${item}`)]),
  ]
}
