import type { ApiSpec, Endpoint } from '@forge/spec'
import { loginCases } from './login-cases'
import { worldOf } from './world'

/** Whether the blueprint builds an endpoint: what the reader understands, and signing in where the users have a password. */
export function builtBy(spec: ApiSpec): (endpoint: Endpoint) => boolean {
  const world = worldOf(spec)
  return (endpoint) => endpoint.unsupported === null || loginCases(world, endpoint, 'sign_in').length > 0
}
