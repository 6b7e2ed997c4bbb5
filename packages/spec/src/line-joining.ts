import { type Line, MAX_LINE } from './line'

/** Joins wrapped bullets and sentences, and splits bullets that were run together on one line. */
export function joinWrapped(lines: Line[]): Line[] {
  const joined: Line[] = []
  let parts: string[] = []
  const flush = () => {
    const last = joined.at(-1)
    if (parts.length > 0 && last !== undefined) last.text = `${last.text} ${parts.join(' ')}`.slice(0, MAX_LINE)
    parts = []
  }
  let tail = ''
  for (const line of lines) {
    const last = joined.at(-1)
    if (last !== undefined && line.kind === 'text' && continues(last, tail, line)) {
      parts.push(line.text)
      tail = line.text
      continue
    }
    flush()
    joined.push(line)
    tail = line.text
  }
  flush()
  return joined.flatMap(splitInline)
}

function continues(last: Line, tail: string, line: Line): boolean {
  if (last.kind !== 'bullet' && last.kind !== 'text') return false
  // A table without bars: name, spaces, type; a command of its own.
  if (/^(?:curl|\$) /.test(line.text) || /^[a-z_]\w* {2,}\S/.test(line.text)) return false
  if (
    tail.endsWith('\\') ||
    /^(?:request|response|returns?|body|payload|query|params?|parameters|headers?|status|errors?|auth|filters?|sort(?:ing)?|notes?|rules?|validation)\b[\w ]{0,20}:/i.test(
      line.text,
    )
  )
    return false
  if (last.kind === 'bullet' && last.lang !== 'inline' && line.indent > last.indent) return true
  if (/(\s-|,)$/.test(tail) && line.indent >= last.indent) return true
  if (/^[`*"]?[A-Za-z_]\w*[`*"]?\s*[:(]/.test(line.text)) return false
  return tail.length >= 50 && !/[.:;!?]$/.test(tail) && /^[a-z`(]/.test(line.text) && line.indent >= last.indent
}

function splitInline(line: Line): Line[] {
  line.text = line.text
    .replace(/\\$/, '')
    .replace(/\s---?\s/g, ' — ')
    .trimEnd()
  if (line.lang !== 'inline') return [line]
  return line.text.split(/\s+-\s+/).map((text) => ({ ...line, text: text.trim(), lang: '' }))
}
