export type LineKind = 'heading' | 'bullet' | 'text' | 'row' | 'code' | 'blank' | 'close'

/** One logical line: wrapped bullets and sentences are joined into the line they start on. */
export interface Line {
  /** 1-based line of the text. */
  number: number
  kind: LineKind
  indent: number
  /** Without bullet, heading marks and trailing spaces. For code: as written. */
  text: string
  /** Headings only: 1 outermost. `close` carries the level of the tag it ends. */
  level: number
  /** Number of a numbered bullet or heading. */
  ordinal: number | null
  /** Code only: language of the fence or what it was recognised as. */
  lang: string
}

/** Characters of a line that are read. */
export const MAX_LINE = 10_000
/** Level of headings that are a label with a colon. */
export const LABEL_LEVEL = 9
/** Levels of bullets that head a list of deeper bullets start here, plus their indentation. */
export const BULLET_HEADING_LEVEL = 20
