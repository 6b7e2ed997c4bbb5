import { relative } from 'node:path'
import { z } from 'zod'
import { defineTool } from './define-tool'
import { globMatcher } from './glob-pattern'

const MAX_RESULTS = 500

export const globTool = defineTool({
  name: 'Glob',
  description: 'Lists files by pattern, such as "app/**/*.py". Leaves out .git and what .gitignore names.',
  input: { pattern: z.string().min(1), path: z.string().min(1).optional().describe('Folder to look in') },
  async run({ pattern, path = '.' }, workspace) {
    const matches = globMatcher(pattern)
    const prefix = relative(workspace.root, workspace.check('list', path)).replaceAll('\\', '/')
    const found = (await workspace.list(path)).filter((file) => matches(prefix === '' ? file : file.slice(prefix.length + 1)))
    if (found.length === 0) return '[no file matches]'
    if (found.length <= MAX_RESULTS) return found.join('\n')
    return [...found.slice(0, MAX_RESULTS), `[${found.length - MAX_RESULTS} more; use a narrower pattern]`].join('\n')
  },
})
