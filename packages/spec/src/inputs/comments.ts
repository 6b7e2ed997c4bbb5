/** Lines of a schema that are comments as a whole, without their signs; every other line is blank, so that lines keep their numbers. */
export function commentText(source: string): string {
  let open = false
  return source
    .split(/\r\n?|\n/)
    .map((line) => {
      const own = open || /^\s*\/\*/.test(line)
      if (!own) return line.match(/^\s*(?:--|\/{2,3})\s?(.*)$/)?.[1] ?? ''
      open = !/\*\/\s*$/.test(line)
      return line
        .replace(/^\s*\/\*+/, '')
        .replace(/\*+\/\s*$/, '')
        .replace(/^\s*\*(?=\s|$)/, '')
    })
    .join('\n')
}

/** Comments that stand behind code on their line: those of a line of their own are read as text. */
export function besideCode(source: string): (comment: { line: number }) => boolean {
  const lines = source.split(/\r\n?|\n/)
  return ({ line }) => !/^\s*(?:\/\*|\/\/|--|\*)/.test(lines[line - 1] ?? '')
}
