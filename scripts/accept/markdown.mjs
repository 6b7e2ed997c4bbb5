// What a document in Markdown names: code, commands and links.

const FENCE = /^ *```(\w*)\n(.*?)^ *```$/gms
const SHELLS = ['sh', 'bash', 'shell', 'console']

/** The blocks of code in one of these languages. */
const blocks = (markdown, languages) => [...markdown.matchAll(FENCE)].filter(([, language]) => languages.includes(language)).map(([, , body]) => body)

/** The inline code. */
export const codeSpans = (markdown) => [...markdown.replace(FENCE, '').matchAll(/`([^`\n]+)`/g)].map(([, code]) => code.trim())

/** The lines of blocks for a shell, without remarks. */
export const shellLines = (markdown) =>
  blocks(markdown, SHELLS)
    .flatMap((body) => body.split('\n'))
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')

/** The blocks of TypeScript. */
export const typescriptBlocks = (markdown) => blocks(markdown, ['ts', 'tsx', 'typescript'])

/** Where its links lead, those to other machines left out. */
export const links = (markdown) =>
  [...markdown.replace(FENCE, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target).filter((target) => !/^(\w+:|#)/.test(target))
