import { describe, expect, it } from 'vitest'
import { readSpec } from '../src/index'

/** Lines that the reader says it has no use for. */
function unread(text: string): number[] {
  return readSpec(text)
    .diagnostics.filter((one) => one.message.includes('nothing that is followed'))
    .flatMap((one) => one.lines)
}

const TEXT = `# Zoo API

## Overview
It keeps the animals of a small zoo and what they eat.

## Data Models
### Animal
- id: integer, primary key
- name: string, required
- kind: enum: bird, cat
- unique together: (name, kind)

## API Endpoints
- GET /animals - List animals
  - Query params: kind
- POST /animals - Create animal

## Business Rules
- Animal name must be unique

## Deployment
Ships on Fridays.
`

describe('the lines of a text', () => {
  it('are all claimed in a text that says nothing in vain', () => {
    expect(unread(TEXT)).toEqual([])
  })

  it('are each named when nothing follows from them, wherever they stand', () => {
    const lines = TEXT.split('\n')
    const places = lines.flatMap((line, index) => (/^- /.test(line) && !/^- (?:Animal name|GET|POST)/.test(line) ? [index] : []))
    expect(places.length).toBeGreaterThan(3)
    for (const place of places) {
      const odd = [...lines.slice(0, place + 1), '- zxq, vwy! and so on; (blorp', ...lines.slice(place + 1)].join('\n')
      expect(unread(odd), `behind line ${place + 1}`).toEqual([place + 2])
    }
  })

  it('are read whatever signs they are broken and indented with', () => {
    const plain = readSpec(TEXT)
    const odd = `\ufeff${TEXT.replace(/\n/g, '\r\n').replace(/ - /g, '\u00a0-\u00a0').replace('name: string', 'na\u200bme:\tstring')}`
    const read = readSpec(odd)
    expect(JSON.stringify(read.entities)).toBe(JSON.stringify(plain.entities))
    expect(JSON.stringify(read.endpoints)).toBe(JSON.stringify(plain.endpoints))
  })

  it('may be prose of another language around names in Latin letters', () => {
    const spanish = readSpec(
      '# API de biblioteca\n\n## Modelos\n### Libro\n- id: integer\n- titulo: string, required\n\n## Reglas\n- titulo must be unique\n\n## Rutas\n- GET /libros - Lista de libros\n',
    )
    expect(spanish.entities.map((one) => one.name)).toEqual(['Libro'])
    expect(spanish.endpoints).toMatchObject([{ operation: 'list', entity: 'Libro' }])
    const chinese = readSpec(
      '# 图书馆\n\n## 数据模型\n### Book\n- id: integer\n- title: string, required\n\n## 接口\n- GET /books - 列出图书\n- POST /books - 创建\n',
    )
    expect(chinese.entities[0]?.fields.map((one) => one.name)).toEqual(['id', 'title'])
    expect(chinese.endpoints.map((one) => one.operation)).toEqual(['list', 'create'])
  })

  it('of ten thousand letters are read in time, and contradictions name both lines', () => {
    const started = performance.now()
    const spec = readSpec(`${TEXT}\n## Notes\n${'word '.repeat(2000)}\n\n## Validation\n- name: max 5 characters\n- name: max 9 characters\n`)
    expect(performance.now() - started).toBeLessThan(2000)
    const conflict = spec.diagnostics.find((one) => one.message.includes('maxLength'))
    expect(conflict?.lines).toHaveLength(2)
  })
})
