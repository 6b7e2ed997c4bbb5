import { describe, expect, it } from 'vitest'
import { wrongPlace } from '../../src/sandbox/bound-places'

const line = (device: string, root: string, place: string, type = 'ext4') => `7 1 ${device} ${root} ${place} rw,relatime shared:1 - ${type} source rw`
const table = (...lines: string[]) => `${lines.join('\n')}\n`

const outside = table(
  line('8:1', '/', '/'),
  line('0:30', '/', '/tmp', 'tmpfs'),
  line('8:2', '/', '/srv/my\\040project/data'),
  line('8:3', '/', '/mnt/over'),
  line('8:4', '/below', '/mnt/over'),
)
const project = '/srv/my project'
const bound = new Map([
  ['/usr', '/usr'],
  ['/etc/shadow', '/dev/null'],
  [project, project],
  [`${project}/logs`, `${project}/logs`],
  ['/alias', project],
])
const inside = (...more: string[]) =>
  table(
    line('0:40', '/newroot', '/', 'tmpfs'),
    line('8:1', '/usr', '/usr'),
    line('8:1', '/srv/my\\040project', '/srv/my\\040project'),
    line('0:41', '/', '/home', 'tmpfs'),
    ...more,
  )

describe('what a sandbox shows', () => {
  it.each([
    ['is what was bound', []],
    ['at a second name', [line('8:1', '/srv/my\\040project', '/alias')]],
    ['with what the host has mounted below', [line('8:2', '/', '/srv/my\\040project/data'), line('8:2', '/', '/alias/data')]],
    ['of the kernel', [line('0:50', '/', '/proc', 'proc'), line('0:6', '/null', '/etc/shadow', 'devtmpfs')]],
    ['where mounts of the host lie over each other', [line('8:3', '/', '/mnt/over'), line('8:4', '/below', '/mnt/over')]],
    ['where the same thing was bound twice', [line('8:1', '/usr', '/usr'), line('8:1', '/srv/my\\040project/logs', '/srv/my\\040project/logs')]],
  ])('%s', (_what, more) => {
    expect(wrongPlace(inside(...more), outside, bound)).toBeUndefined()
  })

  it.each([
    ['a folder of the host in the place of one of the project', line('8:1', '/root/.ssh', '/srv/my\\040project/logs'), `${project}/logs`],
    ['the same, moved away since', line('8:1', '/root/.ssh', '/srv/my\\040project/other'), `${project}/other`],
    ['a folder of the project over the system', line('8:1', '/srv/my\\040project/logs', '/usr/lib'), '/usr/lib'],
    ['the same path of another device', line('8:9', '/srv/my\\040project/logs', '/srv/my\\040project/logs'), `${project}/logs`],
    ['a temporary folder of the host', line('0:30', '/secret', '/srv/my\\040project/logs', 'tmpfs'), `${project}/logs`],
    ['what is no longer there', line('8:1', '/srv/my\\040project/logs//deleted', '/srv/my\\040project/logs'), `${project}/logs`],
  ])('is refused: %s', (_what, more, place) => {
    expect(wrongPlace(inside(more), outside, bound)).toBe(place)
  })

  it('cannot be compared in a root whose mount is not listed', () => {
    expect(wrongPlace(inside(), '', bound)).toBeUndefined()
  })
})
