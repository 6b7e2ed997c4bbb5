import type { SectionKind } from './section-kinds'

/** Where a line stands. */
export interface Section {
  kind: SectionKind
  /** Heading text without numbering. */
  title: string
  line: number
  level: number
  /** Key (see `nameKey`) of the entity the section is about. */
  entity: string | null
  /** The heading itself states an endpoint: what follows describes it. */
  endpoint: string | null
  parent: Section | null
}
