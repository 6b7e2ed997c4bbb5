import type { Entity } from './api-spec'
import type { Facts } from './facts'

// From most to least privileged. Names that stand nowhere rank in the middle, in the order of the text.
const RANKS: RegExp[] = [
  /^(super_?admin\w*|root|super_?user)$/,
  /^(admin\w*)$/,
  /^(owner|director|principal)$/,
  /^(manager|lead|supervisor|team_?lead\w*|librarian|organi[sz]er|instructor|teacher|doctor|hr|maintainer)$/,
  /^(moderator|editor|staff|agent|operator|author|seller|host|dispatcher|accountant|nurse|receptionist)$/,
]
const LOW: RegExp[] = [
  /^(employee|contributor|technician|driver|developer)$/,
  /^(user|member|customer|student|patient|buyer|client|subscriber|reader|participant|basic|regular)$/,
  /^(viewer|guest|visitor|anonymous|read_?only)$/,
]

const ADMIN = 1

const rankOf = (role: string): number => {
  const high = RANKS.findIndex((pattern) => pattern.test(role))
  if (high !== -1) return high
  const low = LOW.findIndex((pattern) => pattern.test(role))
  return low === -1 ? RANKS.length : RANKS.length + 1 + low
}

/** Role names, most privileged first: the members of the user's role field, else what a roles section lists, else `admin` and `user` where rules speak of admins. */
export function rolesOf(facts: Facts, userEntity: Entity | null): string[] {
  const field = userEntity?.fields.find((one) => /^(user_?)?role$/i.test(one.name) && one.type === 'enum')
  const members = field?.values ?? []
  const listed = facts.roles.map((role) => role.name).filter((name) => !members.some((member) => member.toLowerCase() === name))
  const spoken =
    members.length + listed.length === 0 &&
    [...facts.rules.map((rule) => rule.text), ...facts.endpoints.map((endpoint) => endpoint.summary)].some((text) =>
      /\badmin(?:istrator)?s?\b/i.test(text),
    )
  const names = members.length > 0 ? members : spoken ? ['admin', 'user'] : [...new Set(listed)]
  // "owner, admin, …": whoever owns the account, not the thing.
  const owners = names[0]?.toLowerCase() === 'owner' && rankOf(names[1]?.toLowerCase() ?? '') === ADMIN
  return names
    .map((name, index) => ({ name, index, rank: owners && index === 0 ? ADMIN : rankOf(name.toLowerCase()) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map((one) => one.name)
}
