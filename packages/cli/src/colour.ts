const CODES = { bold: 1, red: 31, green: 32 } as const

/** Styles a text, or leaves it as it is. */
export type Colour = (style: keyof typeof CODES, text: string) => string

/** Colours only on a terminal; `NO_COLOR` switches them off everywhere, `FORCE_COLOR` on, unless it is 0. */
export function colourFor(stream: { isTTY?: boolean }, env: Record<string, string | undefined> = process.env): Colour {
  const forced = env['FORCE_COLOR']
  const wanted = env['NO_COLOR'] ? false : forced ? forced !== '0' : stream.isTTY === true
  return (style, text) => (wanted ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text)
}
