import { z } from 'zod'
import { DeniedError, type Tool, type ToolResult, type Workspace } from './tool'

interface Definition<Shape extends z.ZodRawShape> {
  name: string
  description: string
  input: Shape
  run(input: z.infer<z.ZodObject<Shape>>, workspace: Workspace, options: { signal: AbortSignal }): Promise<string | ToolResult>
}

/** Builds a tool: checks the input, turns refusals and failures into results the model can act on. Only an abort is thrown. */
export function defineTool<Shape extends z.ZodRawShape>({ name, description, input, run }: Definition<Shape>): Tool {
  const schema = z.strictObject(input)
  return {
    name,
    description,
    inputSchema: compactSchema(schema),
    async execute(raw, workspace, options) {
      const parsed = schema.safeParse(raw)
      if (!parsed.success) return failure(`Wrong input for ${name}: ${readable(parsed.error)}`)
      try {
        const result = await run(parsed.data as z.infer<z.ZodObject<Shape>>, workspace, options)
        return typeof result === 'string' ? { content: result, isError: false } : result
      } catch (error) {
        if (options.signal.aborted) throw error
        if (error instanceof DeniedError) return { content: `Denied by ${error.message}`, isError: true, denied: error.decision }
        return failure(explain(error))
      }
    },
  }
}

const failure = (content: string): ToolResult => ({ content, isError: true })

function explain(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return `There is no such file: ${(error as NodeJS.ErrnoException).path ?? ''}`
  if (code === 'EACCES' || code === 'EROFS') return `The file cannot be accessed (${code}): ${(error as NodeJS.ErrnoException).path ?? ''}`
  return error instanceof Error ? error.message : String(error)
}

function readable(error: z.ZodError): string {
  return error.issues.map((issue) => (issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message)).join('; ')
}

/** Without what costs tokens and says nothing to a model. */
function compactSchema(schema: z.ZodType): Record<string, unknown> {
  const { type, properties, required } = z.toJSONSchema(schema, { io: 'input' }) as Record<string, unknown>
  return { type, properties: stripLimits(properties), ...(required ? { required } : {}), additionalProperties: false }
}

function stripLimits(properties: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties as Record<string, Record<string, unknown>>).map(
      ([name, { minimum: _low, maximum: _high, minLength: _length, ...rest }]) => [name, rest],
    ),
  )
}
