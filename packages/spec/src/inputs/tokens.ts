import { SpecError } from '../error'

export interface Token {
  kind: 'word' | 'number' | 'string' | 'code' | 'sign' | 'newline' | 'end'
  text: string
  line: number
}

/** A language of blocks in braces (DBML, Prisma): how it quotes, and what it is called in messages. */
export interface Language {
  name: string
  remedy: string
}

const TOKEN =
  /[^\S\n]+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|\n|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`|-?\d+(?:\.\d+)?(?![\w])|#[0-9A-Fa-f]{3,8}\b|[\p{L}_][\p{L}\p{N}_]*|@@?|<>|::|./gu

/** Splits a text into tokens, in linear time; comments are kept apart. Names in double quotes are words. */
export function tokenize(text: string, quotedWords: boolean): { tokens: Token[]; comments: { text: string; line: number }[] } {
  const tokens: Token[] = []
  const comments: { text: string; line: number }[] = []
  let line = 1
  for (const [part] of text.matchAll(TOKEN)) {
    const push = (kind: Token['kind'], content: string) => tokens.push({ kind, text: content, line })
    if (part === '\n') push('newline', part)
    else if (part.startsWith('//')) comments.push({ text: part.replace(/^\/+\s*/, '').trim(), line })
    else if (part.startsWith('/*')) comments.push({ text: part.slice(2, -2).trim(), line })
    else if (part.trim() === '') continue
    else if (part.startsWith("'''")) push('string', part.slice(3, -3).trim())
    else if (part.startsWith('"') && part.length > 1) push(quotedWords ? 'word' : 'string', unescaped(part))
    else if (part.startsWith("'") && part.length > 1) push('string', unescaped(part))
    else if (part.startsWith('`')) push('code', part.slice(1, -1))
    else if (/^-?\d/.test(part)) push('number', part)
    else push(/^[\p{L}_]/u.test(part) ? 'word' : 'sign', part)
    line += part === '\n' ? 1 : part.startsWith('/*') || part.startsWith("'''") ? part.split('\n').length - 1 : 0
  }
  tokens.push({ kind: 'end', text: '', line })
  return { tokens, comments }
}

const unescaped = (quoted: string): string => quoted.slice(1, -1).replace(/\\(.)/g, '$1')

/** Walks over tokens; every complaint is a SpecError with line, reason and remedy. */
export class Cursor {
  private at = 0

  constructor(
    private readonly tokens: readonly Token[],
    private readonly language: Language,
  ) {}

  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]!
  }

  next(): Token {
    const token = this.peek()
    if (token.kind !== 'end') this.at += 1
    return token
  }

  is(text: string): boolean {
    return this.peek().text === text && this.peek().kind !== 'string'
  }

  /** Takes the token if it is the one. */
  take(text: string): boolean {
    if (!this.is(text)) return false
    this.at += 1
    return true
  }

  expect(text: string, where: string): Token {
    if (!this.is(text)) this.fail(`"${text}" is missing ${where}, where ${shown(this.peek())} stands`)
    return this.next()
  }

  word(what: string): Token {
    if (this.peek().kind !== 'word') this.fail(`${what} is missing, where ${shown(this.peek())} stands`)
    return this.next()
  }

  skipLines(): void {
    while (this.peek().kind === 'newline') this.at += 1
  }

  /** What is left of the line, brackets that reach further included. */
  rest(): Token[] {
    const found: Token[] = []
    let depth = 0
    while (this.peek().kind !== 'end') {
      const { kind, text } = this.peek()
      if (kind === 'newline' && depth === 0) break
      if (kind === 'sign' && '([{'.includes(text)) depth += 1
      if (kind === 'sign' && ')]}'.includes(text) && --depth < 0) break
      const token = this.next()
      if (token.kind !== 'newline') found.push(token)
    }
    return found
  }

  fail(reason: string): never {
    throw new SpecError(`Line ${this.peek().line}: this is read as ${this.language.name}, and ${reason}.`, this.language.remedy)
  }
}

const shown = (token: Token): string =>
  token.kind === 'end' ? 'the end of the text' : token.kind === 'newline' ? 'the end of the line' : `"${token.text}"`
