import type { Method } from '../../api-spec'
import type { Json } from './document'
import type { Shape } from './schema'

export interface Operation {
  method: Method
  /** With the path of the server in front. */
  path: string
  /** Last segment that is no parameter, and whether a parameter follows it. */
  segment: string
  item: boolean
  /** The body of the request, and what the answer is about: the row in a list, in an envelope, or by itself. */
  body: Shape | null
  answer: Shape | null
  many: boolean
  node: Json
  /** Parameters of the path and of the operation. */
  params: Json[]
  line: number
}

/** One kind of stored row, with the schemas that show it and that make it. */
export interface Resource {
  key: string
  name: string
  line: number
  read: Shape | null
  create: Shape | null
  update: Shape | null
  /** Properties that are kept under another name: `category` → `category_id`. */
  renamed: Map<string, string>
  /** Names of the last parameter of its paths. */
  params: Set<string>
}
