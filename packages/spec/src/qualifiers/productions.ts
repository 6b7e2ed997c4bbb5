import { BOUNDS } from './bounds'
import { FLAGS } from './flags'
import { FORMATS } from './formats'
import type { Production } from './production'

/** In the order in which they are tried: the first that matches a qualifier says what it means. */
export const PRODUCTIONS: Production[] = [...FLAGS, ...BOUNDS, ...FORMATS]
