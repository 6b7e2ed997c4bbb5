const FENCE = /^ *```(\w*)\n(.*?)^ *```$/gms
const SHELLS = ['', 'sh', 'bash', 'shell', 'console']

/** The inline code of a text in Markdown. */
export function codeSpans(markdown: string): string[] {
  return [...markdown.replace(FENCE, '').matchAll(/`([^`\n]+)`/g)].map(([, code]) => (code as string).trim())
}

/** The lines of the blocks of shell code in a text in Markdown, without remarks. */
export function fencedLines(markdown: string): string[] {
  return [...markdown.matchAll(FENCE)]
    .filter(([, language]) => SHELLS.includes(language as string))
    .flatMap(([, , body]) => (body as string).split('\n'))
    .map((line) =>
      line
        .replace(/(^|\s)#.*$/, '')
        .replace(/^\$ /, '')
        .trim(),
    )
    .filter((line) => line !== '')
}

/** A span is a command when words follow the name of a program, or when it is a program of the project. */
export function isCommand(span: string): boolean {
  return /^(?:\.\/)?[a-z][\w.-]*(?:\/[\w.-]+)* +[^\s=:(]/.test(span) || /^(?:\.\/|\.venv\/bin\/)[\w./-]+( |$)/.test(span)
}

/** Programs of the project's own environment wherever they are named, with the rest of the line: in messages and remarks of any file. */
export function venvCommands(text: string): string[] {
  return [...text.matchAll(/\.venv\/bin\/[\w.-]+(?: +[^'"`|;&#\\\n]*)?/g)].map(([command]) => command.trim())
}

/** The lines of a shell script that start a program which is written out, as one would run them by hand. */
export function scriptSteps(script: string): string[] {
  return script
    .split('\n')
    .map((line) => line.trim().replace(/^if !? ?|(?:; then| \|\| fail .*)$/g, ''))
    .filter((line) => /^(?:\.venv\/bin\/\S+|[a-z][\w-]*) /.test(line) && !KEYWORD.test(line))
}

const KEYWORD = /^(?:set|cd|local|for|if|fail|printf|return|exit|done|fi|while|case) ?/
