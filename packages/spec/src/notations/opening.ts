/** Whether a line of text begins a declaration that goes on for several lines, and what ends it. */
export function opensNotation(trimmed: string): 'braces' | 'indented' | null {
  if (/^(?:erDiagram|classDiagram)\b/.test(trimmed) || /^class\s+[A-Z]\w*\s*(?:\([^)]*\))?\s*:\s*$/.test(trimmed)) return 'indented'
  if (/^(?:export\s+)?(?:default\s+)?(?:interface|enum|class|entity|model|input|type|Table|relationship)\s+[A-Za-z]\w*\b[^{}().,]*\{/.test(trimmed))
    return 'braces'
  return /^(?:export\s+)?type\s+[A-Z]\w*\s*=\s*(?:\{|['"|])/.test(trimmed) ? 'braces' : null
}
