import { lookup } from 'node:dns'
import { BlockList, type LookupFunction, isIP } from 'node:net'

/** A name that belongs to this machine or to the user's own network was met where only others may be. */
export const INNER = 'EINNER'

const addresses = new BlockList()
const NETWORKS: [string, number][] = [
  ...([
    ['0.0.0.0', 8],
    ['127.0.0.0', 8],
    ['10.0.0.0', 8],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
  ] as [string, number][]),
  ...([
    ['169.254.0.0', 16],
    ['100.64.0.0', 10],
    ['::', 127],
    ['fc00::', 7],
    ['fe80::', 10],
  ] as [string, number][]),
]
for (const [network, prefix] of NETWORKS) addresses.addSubnet(network, prefix, isIP(network) === 6 ? 'ipv6' : 'ipv4')

const isInnerAddress = (address: string) => isIP(address) !== 0 && addresses.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** Whether a host name of a URL says by itself that it is this machine, or lies in a private network. */
export function isInnerName(hostname: string): boolean {
  return /(^|\.)localhost\.?$/.test(hostname) || isInnerAddress(hostname.replace(/^\[|\]$/g, ''))
}

export interface InnerNetwork {
  /** Whether the name was seen to lead there, or says so. */
  holds(hostname: string): boolean
  /** Resolves names as the system does. */
  anywhere: LookupFunction
  /** The same, but names that lead to the inner network fail with the code EINNER. */
  outside: LookupFunction
}

/** Where names lead, found out when connections are made: what was checked is what is connected to. */
export function innerNetwork(): InnerNetwork {
  const found = new Set<string>()
  const resolver =
    (mayBeInner: boolean): LookupFunction =>
    (hostname, options, callback) =>
      lookup(hostname, { ...options, all: true }, (error, results) => {
        if (error) return callback(error, [])
        const isInner = results.some(({ address }) => isInnerAddress(address))
        if (isInner) found.add(hostname)
        if (isInner && !mayBeInner) return callback(Object.assign(new Error('of the inner network'), { code: INNER }), [])
        const [first] = results
        if (options.all || first === undefined) callback(null, results)
        else callback(null, first.address, first.family)
      })
  return { holds: (hostname) => isInnerName(hostname) || found.has(hostname), anywhere: resolver(true), outside: resolver(false) }
}
