import type { Renderer } from './renderer'

export interface JsonRendererOptions {
  /** Default: stdout. */
  stream?: { write(text: string): unknown } | undefined
}

/** One event a line; the last line has the type `result` and carries the run's result. */
export function jsonRenderer(options: JsonRendererOptions = {}): Renderer {
  const stream = options.stream ?? process.stdout
  const write = (value: object) => stream.write(`${JSON.stringify(value)}\n`)
  return {
    name: 'json-renderer',
    handle: (event) => void write(event),
    result: (result) => void write({ type: 'result', ...result }),
  }
}
