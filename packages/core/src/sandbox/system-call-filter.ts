/**
 * What the namespaces of a sandbox do not part from the host, as a seccomp filter: keyrings are inherited from the harness, sockets of some families
 * (vsock: the host of a virtual machine) belong to no network namespace, and io_uring would open sockets past the filter. The rest of the list is for
 * programs that observe the kernel, which nobody needs to build an application. Refused calls look as if the kernel had none. And no file becomes
 * set-uid: it would lie on the host, owned by the harness's user, for every other user of the machine to start.
 */

interface Machine {
  /** AUDIT_ARCH_… of linux/audit.h. */
  architecture: number
  /** Numbers from here on are other ways into the same calls (x32). */
  foreign?: number
  socket: number
  /** Calls whose first argument may ask for a user namespace. */
  namespaces: { clone: number; unshare: number }
  refused: readonly number[]
  /** Calls that give a file its mode. */
  modes: readonly GivesMode[]
}

/** Which arguments are the mode, and the flags that say whether it counts. */
type GivesMode = [call: number, mode: number, flags?: number]

/** clone3 and openat2 hide their flags in memory: without them programs use the older calls. */
const MACHINES: Partial<Record<NodeJS.Architecture, Machine>> = {
  x64: {
    architecture: 0xc000003e,
    foreign: 0x40000000,
    socket: 41,
    namespaces: { clone: 56, unshare: 272 },
    // add_key request_key keyctl, perf_event_open open_by_handle_at bpf userfaultfd, io_uring_setup clone3 openat2
    refused: [248, 249, 250, 298, 304, 321, 323, 425, 435, 437],
    // chmod fchmod fchmodat fchmodat2, mknod mknodat creat, open openat
    modes: [
      [90, 1],
      [91, 1],
      [268, 2],
      [452, 2],
      [133, 1],
      [259, 2],
      [85, 1],
      [2, 2, 1],
      [257, 3, 2],
    ],
  },
  arm64: {
    architecture: 0xc00000b7,
    socket: 198,
    namespaces: { clone: 220, unshare: 97 },
    refused: [217, 218, 219, 241, 265, 280, 282, 425, 435, 437],
    // fchmod fchmodat fchmodat2, mknodat, openat
    modes: [
      [52, 1],
      [53, 2],
      [452, 2],
      [33, 2],
      [56, 3, 2],
    ],
  },
}

/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: those that the namespaces confine. */
const FAMILIES = [1, 2, 10, 16]
const NEW_USER_NAMESPACE = 0x10000000
const SET_USER_ID = 0o4000
/** O_CREAT, or O_TMPFILE without the part that is O_DIRECTORY. */
const CREATES = 0o100 | 0o20000000

const ALLOW = 0x7fff0000
const fail = (errno: number) => 0x00050000 | errno
const [EPERM, ENOSYS, EAFNOSUPPORT] = [fail(1), fail(38), fail(97)]

/** Offsets in struct seccomp_data; of an argument its low half, which is all that the kernel reads of an int. */
const [NUMBER, ARCHITECTURE] = [0, 4]
const argument = (index: number) => 16 + 8 * index

type Instruction = [code: number, ifTrue: number, ifFalse: number, value: number]
const load = (offset: number): Instruction => [0x20, 0, 0, offset]
const answer = (value: number): Instruction => [0x06, 0, 0, value]
const skipUnlessEqual = (value: number, skipped: number): Instruction => [0x15, 0, skipped, value]
const skipUnlessAtLeast = (value: number, skipped: number): Instruction => [0x35, 0, skipped, value]
const skipUnlessAnyBit = (value: number, skipped: number): Instruction => [0x45, 0, skipped, value]

const skipIfAnyBit = (value: number, skipped: number): Instruction => [0x45, skipped, 0, value]

const onNumber = (number: number, then: readonly Instruction[]) => [skipUnlessEqual(number, then.length), ...then]

const withoutSetUserId = (mode: number, flags: number | undefined) => [
  ...(flags === undefined ? [] : [load(argument(flags)), skipIfAnyBit(CREATES, 1), answer(ALLOW)]),
  load(argument(mode)),
  skipUnlessAnyBit(SET_USER_ID, 1),
  answer(EPERM),
  answer(ALLOW),
]

/** The compiled program (struct sock_filter, in the byte order of the machine), or undefined for a processor that is not known. */
export function systemCallFilter(processor: NodeJS.Architecture = process.arch): Buffer | undefined {
  const machine = MACHINES[processor]
  if (machine === undefined) return undefined
  const { architecture, foreign, socket, namespaces, refused, modes } = machine
  const program: Instruction[] = [
    load(ARCHITECTURE),
    [0x15, 1, 0, architecture],
    answer(ENOSYS),
    load(NUMBER),
    ...(foreign === undefined ? [] : [skipUnlessAtLeast(foreign, 1), answer(ENOSYS)]),
    ...refused.flatMap((number) => onNumber(number, [answer(ENOSYS)])),
    ...Object.values(namespaces).flatMap((number) =>
      onNumber(number, [load(argument(0)), skipUnlessAnyBit(NEW_USER_NAMESPACE, 1), answer(EPERM), answer(ALLOW)]),
    ),
    ...modes.flatMap(([call, mode, flags]) => onNumber(call, withoutSetUserId(mode, flags))),
    ...onNumber(socket, [load(argument(0)), ...FAMILIES.flatMap((family) => [skipUnlessEqual(family, 1), answer(ALLOW)]), answer(EAFNOSUPPORT)]),
    answer(ALLOW),
  ]
  const bytes = Buffer.alloc(program.length * 8)
  for (const [index, [code, ifTrue, ifFalse, value]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8)
    bytes.writeUInt8(ifTrue, index * 8 + 2)
    bytes.writeUInt8(ifFalse, index * 8 + 3)
    bytes.writeUInt32LE(value, index * 8 + 4)
  }
  return bytes
}
