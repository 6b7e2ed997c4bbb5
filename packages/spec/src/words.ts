// English number and the three spellings of a name. Everything that compares names goes through `nameKey`.

const IRREGULAR: Record<string, string> = {
  people: 'person',
  children: 'child',
  men: 'man',
  women: 'woman',
  mice: 'mouse',
  feet: 'foot',
  teeth: 'tooth',
  geese: 'goose',
  shelves: 'shelf',
  wolves: 'wolf',
  knives: 'knife',
  lives: 'life',
  halves: 'half',
  leaves: 'leave',
  movies: 'movie',
  cookies: 'cookie',
  ties: 'tie',
  pies: 'pie',
  shoes: 'shoe',
  criteria: 'criterion',
  analyses: 'analysis',
  diagnoses: 'diagnosis',
  crises: 'crisis',
  indices: 'index',
  matrices: 'matrix',
  caches: 'cache',
  quizzes: 'quiz',
  gases: 'gas',
  buses: 'bus',
  menus: 'menu',
  skus: 'sku',
  cpus: 'cpu',
  gpus: 'gpu',
  gurus: 'guru',
  apis: 'api',
  kpis: 'kpi',
  uris: 'uri',
  taxis: 'taxi',
  wikis: 'wiki',
  emojis: 'emoji',
}
const PLURAL_OF = new Map(Object.entries(IRREGULAR).map(([many, one]) => [one, many]))
const UNCOUNTABLE = new Set([
  'series',
  'news',
  'media',
  'data',
  'metadata',
  'status',
  'address',
  'business',
  'class',
  'access',
  'process',
  'progress',
  'equipment',
  'inventory',
  'staff',
  'feedback',
  'species',
  'sms',
  'dns',
  'gps',
  'https',
  'aws',
  'css',
  'us',
  'is',
  'has',
  'this',
  'always',
])

/** `categories` → `category`. Lower case in, lower case out; words that are singular already come back unchanged. */
export function singular(word: string): string {
  const known = IRREGULAR[word]
  if (known !== undefined) return known
  if (UNCOUNTABLE.has(word) || word.length < 3 || !word.endsWith('s')) return word
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`
  if (/(ss|sh|ch|x|zz)es$/.test(word)) return word.slice(0, -2)
  if (/(stat|vir|bon|camp|foc|cens|syllab|nex|radi|alumn)uses$/.test(word) || /(ali|bi|canv|atl)ases$/.test(word)) return word.slice(0, -2)
  if (/(potato|tomato|hero|echo|cargo|veto)es$/.test(word)) return word.slice(0, -2)
  return /(ss|us|is)$/.test(word) ? word : word.slice(0, -1)
}

/** `category` → `categories`. */
export function plural(word: string): string {
  const known = PLURAL_OF.get(word)
  if (known !== undefined) return known
  if (/^(series|news|media|data|metadata|equipment|staff|feedback|species)$/.test(word)) return word
  if (word.endsWith('s') && singular(word) !== word) return word
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`
  return /(s|sh|ch|x|z)$/.test(word) || /(^|[a-z])(potato|tomato|hero|echo|cargo|veto)$/.test(word) ? `${word}es` : `${word}s`
}

/** Lower-case words of a name in any spelling: `TaskTags`, `task_tags`, `task-tags`, `Task Tags`. */
export function wordsOf(name: string): string[] {
  const known = WORDS.get(name)
  if (known !== undefined) return [...known]
  const words = splitWords(name)
  if (WORDS.size >= MEMORY) WORDS.clear()
  if (name.length <= 100) WORDS.set(name, words)
  return [...words]
}

// Names recur thousands of times in a long text; what they were split into is remembered.
const MEMORY = 20_000
const WORDS = new Map<string, string[]>()
const KEYS = new Map<string, string>()

function splitWords(name: string): string[] {
  return name
    .replace(/\b[A-Z]{2,}s\b/g, (acronyms) => acronyms.toLowerCase())
    .replace(/\be-mail/gi, 'email')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

/** Two names are the same thing when their keys are equal. */
export function nameKey(name: string): string {
  const known = KEYS.get(name)
  if (known !== undefined) return known
  const key = wordsOf(name).map(singular).join('')
  if (KEYS.size >= MEMORY) KEYS.clear()
  if (name.length <= 100) KEYS.set(name, key)
  return key
}

/** Singular PascalCase. */
export function entityName(name: string): string {
  const words = wordsOf(name)
  const last = words.pop() ?? 'item'
  return [...words, singular(last)].map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

/** Plural snake_case. */
export function tableName(name: string): string {
  const words = wordsOf(name)
  const last = words.pop() ?? 'item'
  return [...words, plural(singular(last))].join('_')
}

/** Singular snake_case. */
export function snakeName(name: string): string {
  const words = wordsOf(name)
  const last = words.pop() ?? 'item'
  return [...words, singular(last)].join('_')
}

/** Without Markdown's decoration. */
export function plain(text: string): string {
  return text.replace(/\*\*|__(?=\S)|(?<=\S)__|`/g, '').trim()
}
