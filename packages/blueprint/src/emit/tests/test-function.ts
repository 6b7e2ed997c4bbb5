import { fromImport } from '../app/module'
import { docstring, group } from '../app/python'
import { layout } from './python'
import type { Body } from './statements'

/** Functions of `tests.support`. */
const SUPPORT = ['as_user', 'assert_error', 'keys_of', 'rows_of', 'years_ago']

/** One test: its signature asks for the fixtures that the statements use. */
export function functionLines(name: string, description: string, parameters: string[], body: Body): string[] {
  const text = body.lines.join('\n')
  const fixtures = [
    ...(/\bclient\./.test(text) ? ['client: AsyncClient'] : []),
    ...(/\banonymous\./.test(text) ? ['anonymous: AsyncClient'] : []),
    ...(/\bmake\./.test(text) ? ['make: Make'] : []),
    ...(/\bstatements\b/.test(text) ? ['statements: list[str]'] : []),
  ]
  return [
    ...layout(group(`async def test_${name}(`, [...fixtures, ...parameters], ') -> None:')),
    ...docstring(description, 4).split('\n'),
    ...body.lines,
  ]
}

/** What the functions of a module use of the project itself. */
export function ownImports(bodies: readonly Body[], lines: readonly string[]): string[] {
  const text = lines.join('\n')
  const models = new Set(bodies.flatMap((each) => [...each.models]))
  const support = SUPPORT.filter((name) => text.includes(`${name}(`))
  return [
    ...(models.size === 0 ? [] : [fromImport('app.models', [...models])]),
    ...(/\bmake: Make\b/.test(text) ? [fromImport('tests.factories', ['Make'])] : []),
    ...(support.length === 0 ? [] : [fromImport('tests.support', support)]),
  ]
}
