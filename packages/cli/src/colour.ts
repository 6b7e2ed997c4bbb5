const CODES = { bold: 1, red: 31, green: 32 } as const

/** Styles a text, or leaves it as it is. */
export type Colour = (style: keyof typeof CODES, text: string) => string

/** Colours only on a terminal, unless `NO_COLOR` is set; `FORCE_COLOR` wins, 0 means off: as the renderers of core do. */
export function colourFor(stream: { isTTY?: boolean }, env: Record<string, string | undefined> = process.env): Colour {
  const forced = env['FORCE_COLOR']
  const wanted = forced ? forced !== '0' : stream.isTTY === true && !env['NO_COLOR']
  return (style, text) => (wanted ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text)
}
