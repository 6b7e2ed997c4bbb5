import { redact } from '../security/redact'
import type { Redactor } from './redact-value'

const SECRET_NAME = /(?:(?:^|_)(?:KEY|TOKEN|SECRET|PASS|PWD)|PASSWORD|PASSWD|CREDENTIALS?)$/i

/** Takes out what looks like a secret, and the values of this environment's own secrets wherever they occur. */
export function secretRedactor(env: Record<string, string | undefined>): Redactor {
  const secrets = Object.entries(env).flatMap(([name, value]) => (value !== undefined && value.length >= 8 && SECRET_NAME.test(name) ? [value] : []))
  return (text) => redact(text, { secrets })
}
