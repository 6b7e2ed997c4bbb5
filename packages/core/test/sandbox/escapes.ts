/** One attempt to get out of a session. It has worked when it says ESCAPED, or when the named file is there afterwards. */
export interface Escape {
  name: string
  command: string
  /** A file of the host that only the attack makes. */
  leaves?: string
  /** Runs in a project that has no repository. */
  bare?: true
  /** Whose attempt succeeds without a sandbox, so that it is known to be a real one; nobody's where it would harm this machine. */
  worksFor: 'everybody' | 'root' | 'untried'
}

export interface Surroundings {
  project: string
  bare: string
  outside: string
  home: string
  port: number
  udpPort: number
  address: string | undefined
  socket: string
  socketInProject: string
  /** Number of an open folder, of `outside`, that the harness was started with. */
  inherited: number
  abstractName: string
  victim: number
  victimMark: string
  anotherProject: string
}

const python = (program: string) => `/usr/bin/python3 -c '${program}' 2>&1`

const hears = (family: string, address: string) =>
  python(`import socket
s = socket.socket(socket.${family}); s.settimeout(3); s.connect(${address}); print(s.recv(99).decode())`)

/** Calls that no program of the tests has a word for, by their number on x64 and arm64. */
const calls = (x64: number, arm64: number, ...args: string[]) =>
  python(`import ctypes
print("ESCAPED" if ctypes.CDLL(None).syscall(${process.arch === 'arm64' ? arm64 : x64}, ${args.join(', ')}) >= 0 else "refused")`)

const writable = (name: string, command: string, leaves: string): Escape => ({ name, command, leaves, worksFor: 'everybody' })
const says = (name: string, command: string, worksFor: Escape['worksFor'] = 'everybody'): Escape => ({ name, command, worksFor })
const echoes = (name: string, condition: string, worksFor: Escape['worksFor'] = 'everybody') => says(name, `${condition} && echo ESCAPED`, worksFor)

export function escapes(at: Surroundings): Escape[] {
  const git = `${at.project}/.git`
  const done = (name: string, command: string) => {
    const evidence = `${at.project}/done-${name.replaceAll(/\W+/g, '-')}`
    return writable(name, `{ ${command}; } && touch ${evidence}`, evidence)
  }
  const mark = `[${at.victimMark.charAt(0)}]${at.victimMark.slice(1)}`
  return [
    writable('write outside', `mkdir -p ${at.outside}; touch ${at.outside}/made`, `${at.outside}/made`),
    writable('write to the home folder', `touch ${at.home}/made`, `${at.home}/made`),
    echoes(
      'write to the system',
      'touch /etc/forge-escaped || touch /usr/forge-escaped || touch /var/forge-escaped || touch /forge-escaped',
      'untried',
    ),
    echoes('write to devices', 'touch /dev/forge-escaped', 'untried'),
    says('read a secret in the home folder', `cat ${at.home}/.ssh/id`),
    says('read a secret of a sibling project', `cat ${at.outside}/secret`),
    echoes('read another project elsewhere', `grep -q describe ${at.anotherProject}`),
    echoes('list another project elsewhere', `ls ${at.anotherProject}`),
    echoes('see host folders', 'ls -d /boot /sys/kernel /var/lib/dpkg /var/log 2>/dev/null | grep -q .', 'untried'),
    echoes('read the password file', 'grep -q root: /etc/shadow', 'root'),
    echoes('open a private file of /etc', 'find /etc -type f ! -perm -o=r -readable -size +0 | grep -q .', 'root'),
    says("reach the host's loopback", hears('AF_INET', `("127.0.0.1", ${at.port})`)),
    ...(at.address === undefined ? [] : [says('reach the host by its address', hears('AF_INET', `("${at.address}", ${at.port})`))]),
    says(
      'exchange datagrams, as DNS does',
      python(`import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(1); s.sendto(b"x", ("127.0.0.1", ${at.udpPort})); print(s.recv(99).decode())`),
    ),
    echoes(
      'find a route or an interface',
      'tail -n +3 /proc/net/dev | grep -v " lo:" | grep -q .',
      at.address === undefined ? 'untried' : 'everybody',
    ),
    says('connect to a unix socket of the host', hears('AF_UNIX', `"${at.socket}"`)),
    says('connect to a unix socket of the host in the project', hears('AF_UNIX', `"${at.socketInProject}"`)),
    says('connect to an abstract socket of the host', hears('AF_UNIX', `("\\0${at.abstractName}").ljust(108, "\\0")`)),
    echoes('see a process of the host', `grep -qs ${mark} /proc/[0-9]*/cmdline`),
    echoes('trace a process of the host', `cat /proc/${at.victim}/maps | grep -q sleep`),
    echoes('kill a process of the host by its name', `kill -9 $(grep -ls ${mark} /proc/[0-9]*/cmdline | cut -d/ -f3 | head -1)`),
    echoes('read the environment of the harness', `cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n" | grep -q planted-[k]ey`),
    echoes('find a key in its own environment', 'env | grep -q planted-key', 'untried'),
    done('plant a git hook', `touch ${git}/hooks/pre-commit`),
    done('plant a hook by a link', `rm -rf ${git}/hooks; mkdir evil; ln -s ../evil ${git}/hooks && touch ${git}/hooks/linked`),
    done('change the configuration of git', 'git config core.fsmonitor evil'),
    done('replace the configuration of git', `echo "[core]" > new-config; mv -f new-config ${git}/config`),
    done('lead git to another configuration', `echo ../evil > ${git}/commondir`),
    done('plant a hook after moving .git away', `mv ${git} moved && mkdir -p ${git}/hooks && touch ${git}/hooks/moved`),
    { ...writable('make a repository with a hook', 'mkdir -p .git/hooks; touch .git/hooks/new && touch e-made', `${at.bare}/e-made`), bare: true },
    { ...writable('put a link in the place of .git', 'mkdir -p e; rm -rf .git; ln -sfn e .git; touch .git/x', `${at.bare}/e/x`), bare: true },
    done("write to the harness's state", 'touch .forge/x'),
    done('write to the logs', 'touch logs/x'),
    done('move the logs away', 'mv logs old && mkdir logs && touch logs/y'),
    echoes('mount', 'mkdir -p m && mount -t tmpfs none m', 'untried'),
    echoes('make a user namespace', 'unshare -U true'),
    says('reach the keyrings of the harness', calls(250, 219, '0', 'ctypes.c_long(-3)', '0'), 'untried'),
    says('add a key', calls(248, 217, 'b"user"', 'b"forge"', 'b"x"', '1', 'ctypes.c_long(-4)'), 'untried'),
    echoes('list the keys of the harness', 'grep -q . /proc/keys', 'untried'),
    says('talk to the host of a virtual machine', python('import socket; socket.socket(40, 1); print("ESCAPED")'), 'untried'),
    says('ask the kernel past its filter', calls(425, 425, '1', 'ctypes.create_string_buffer(256)'), 'untried'),
    says(
      'use a folder that the harness was started with',
      `cat /proc/self/fd/${at.inherited}/secret /proc/$PPID/fd/${at.inherited}/secret`,
      'untried',
    ),
    echoes('make a device', 'mknod node b 254 0', 'root'),
    echoes('open a disk', 'find /dev -type b | grep -q .', 'untried'),
    echoes(
      'write settings of the kernel',
      '(value=$(cat /proc/sys/kernel/core_pattern); printf %s "$value" > /proc/sys/kernel/core_pattern)',
      'root',
    ),
    echoes('hold a capability', 'grep -q "^Cap[EPB][a-z]*:.*[1-9a-f]" /proc/self/status'),
    echoes(
      'leave a set-uid program to the host',
      `(cp /bin/true x; chmod u+s x; chmod 4755 x; install -m 4755 x y; ${python('import os; os.close(os.open("z", os.O_CREAT, 0o4755))')}; find x y z -perm -4000 | grep -q .)`,
    ),
    echoes('gain rights from a set-uid program', 'grep -q "^NoNewPrivs:.0" /proc/self/status'),
    echoes('write to a terminal', '(: > /dev/tty)', 'untried'),
    echoes('dump core', '[ "$(ulimit -Hc)" != 0 ]', 'untried'),
    echoes('start processes without a limit', '[ "$(ulimit -u)" -gt 4096 ]', 'untried'),
    echoes('fill the memory with temporary files', '[ "$(df -k --output=size /tmp | tail -1)" -gt 1048576 ]', 'untried'),
  ]
}
