import type { ApiSpec } from '@forge/spec'
import { type Answer, parseJson } from './exchange'
import { type SocketClient, UnreachableError } from './socket-client'

/** Asks the served application as the built-in user does, and as that user with another role where it is refused. */
export interface Caller {
  ask(method: string, target: string, body?: unknown): Promise<{ status: number; json: unknown; text: string }>
}

type Headers = [name: string, value: string][]

/** @param client opened anew after a restart */
export function callerOf(spec: ApiSpec, client: () => SocketClient): Caller {
  const identities = identitiesOf(spec)
  async function askAs(identity: Headers, method: string, target: string, body: unknown): Promise<Answer> {
    const content: Headers = body === undefined ? [] : [['content-type', 'application/json']]
    const headers: Headers = [['host', 'test'], ['accept', '*/*'], ...identity, ...content]
    try {
      return await client().send({ method, target, headers, body: Buffer.from(body === undefined ? '' : JSON.stringify(body)) })
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error
      return { status: 0, headers: [], body: Buffer.from(`no answer (${error.message})`) }
    }
  }
  return {
    async ask(method, target, body) {
      let answer: Answer | undefined
      for (const identity of identities) {
        answer = await askAs(identity, method, target, body)
        if (answer.status !== 401 && answer.status !== 403) break
      }
      const { status, body: bytes } = answer!
      return { status, json: parseJson(bytes), text: bytes.toString('utf8') }
    },
  }
}

function identitiesOf({ auth, roles }: ApiSpec): Headers[] {
  if (auth.kind === 'none') return [[]]
  const id = String(auth.mockUser['id'] ?? 1)
  if (auth.kind === 'header') {
    const own: Headers = [[auth.header, id]]
    return auth.required ? [own] : [[], own]
  }
  const bearer = (role?: string): Headers => [['Authorization', `Bearer mock:${id}${role === undefined ? '' : `:${role}`}`]]
  return [...(auth.required ? [] : [[] as Headers]), bearer(), ...roles.map(bearer)]
}
