import { z } from 'zod'
import { defineTool } from './define-tool'

export const writeTool = defineTool({
  name: 'Write',
  description: 'Writes a file: creates it with its folders, or replaces all of it.',
  input: { file_path: z.string().min(1), content: z.string() },
  async run({ file_path, content }, workspace) {
    await workspace.writeText(file_path, content)
    return `Wrote ${file_path} (${Buffer.byteLength(content)} bytes).`
  },
})
