/** Laying the foundation and the feature list, or building on them. */
export type Phase = 'initializer' | 'coding'
