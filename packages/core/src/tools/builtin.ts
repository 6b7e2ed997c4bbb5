import { bashTool } from './bash'
import { editTool } from './edit'
import { globTool } from './glob'
import { grepTool } from './grep'
import { readTool } from './read'
import type { Tool } from './tool'
import { writeTool } from './write'

/** The six tools every agent has, in a fixed order. */
export function builtinTools(): Tool[] {
  return [readTool, writeTool, editTool, globTool, grepTool, bashTool]
}
