/** One file of the generated project. */
export interface ProjectFile {
  /** Relative to the project directory, with `/`. */
  path: string
  content: string
  executable?: boolean
}
