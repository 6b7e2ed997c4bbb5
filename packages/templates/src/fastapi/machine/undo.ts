/** Takes back one thing that was started. */
export type Undo = () => Promise<unknown>

/** The last one first; one that fails does not keep the others from being taken back. */
export async function undoAll(undo: Undo[]): Promise<void> {
  for (const step of undo.reverse()) await step().catch(() => {})
}

/** Waits for all even when one fails, so that what the others started can be undone. @throws what the first of them failed with */
export async function settled<T extends readonly unknown[]>(parts: { readonly [key in keyof T]: T[key] | Promise<T[key]> }): Promise<T> {
  await Promise.allSettled(parts)
  return (await Promise.all(parts)) as unknown as T
}
