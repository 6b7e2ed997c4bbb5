import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { ForgeError, type SizePreset } from '@forge/core'
import { z } from 'zod'

/** Names of the built-in sizes. */
export type SizeName = 'test' | 'small' | 'medium' | 'large'

/**
 * The built-in sizes. Test and endpoint numbers are ranges, mock data are numbers of rows. A size says how much is tested and how much
 * mock data there is, never which endpoints are built.
 */
export const sizes: Readonly<Record<SizeName, SizePreset>> = {
  test: preset('test', [5, 10], [3, 7], [1, 2], [2, 3, 2]),
  small: preset('small', [20, 30], [5, 10], [2, 4], [5, 15, 5]),
  medium: preset('medium', [100, 200], [30, 50], [3, 5], [20, 50, 10]),
  large: preset('large', [300, 500], [60, 100], [4, 6], [30, 100, 20]),
}

/**
 * A size by its name, or from a JSON file of the seed's shape (`app_size`, `test_spec`, `mock_data`).
 * @param nameOrFile `test`, `small`, `medium`, `large`, or the path of a file.
 * @throws ForgeError CONFIG_INVALID when there is no such size, or the file cannot be read or is not a size; the message names the place.
 */
export function loadSize(nameOrFile: string): SizePreset {
  if (isSizeName(nameOrFile)) return sizes[nameOrFile]
  return parseSize(readSizeFile(nameOrFile), nameOrFile)
}

const count = z.int().min(0)
const range = z
  .string()
  .regex(/^\d{1,4}\s*-\s*\d{1,4}$|^\d{1,4}$/, 'must be a range such as "3-5"')
  .transform((text): [number, number] => {
    const [min, max] = text.split('-').map((part) => Number(part.trim()))
    return [min!, max ?? min!]
  })
  .refine(([min, max]) => min >= 1 && min <= max, 'must be a range from 1 upwards, smaller number first')

const sizeFile = z.object({
  app_size: z.string().min(1).optional(),
  test_spec: z
    .object({
      min_tests: count,
      max_tests: count,
      min_endpoints: count,
      max_endpoints: count,
      tests_per_endpoint: range,
    })
    .refine((spec) => spec.min_tests <= spec.max_tests, { path: ['max_tests'], message: 'must not be smaller than min_tests' })
    .refine((spec) => spec.min_endpoints <= spec.max_endpoints, { path: ['max_endpoints'], message: 'must not be smaller than min_endpoints' }),
  mock_data: z.object({ users: count, main_entity: count, secondary_entities: count }),
})

function readSizeFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ForgeError('CONFIG_INVALID', `There is no size "${file}": it is neither a built-in name nor a file that can be read.`, {
      remedy: `Use one of ${Object.keys(sizes).join(', ')}, or the path of a JSON file with test_spec and mock_data.`,
      cause,
    })
  }
}

function parseSize(text: string, file: string): SizePreset {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw invalid(file, `is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, cause)
  }
  const parsed = sizeFile.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw invalid(file, `at ${issue.path.length === 0 ? 'the top level' : issue.path.join('.')}: ${issue.message}`, parsed.error)
  }
  const { app_size, test_spec, mock_data } = parsed.data
  return {
    name: app_size ?? basename(file).replace(/\.json$/, ''),
    minTests: test_spec.min_tests,
    maxTests: test_spec.max_tests,
    minEndpoints: test_spec.min_endpoints,
    maxEndpoints: test_spec.max_endpoints,
    testsPerEndpoint: test_spec.tests_per_endpoint,
    mockData: { users: mock_data.users, mainEntity: mock_data.main_entity, secondaryEntities: mock_data.secondary_entities },
  }
}

function invalid(file: string, what: string, cause: unknown): ForgeError {
  return new ForgeError('CONFIG_INVALID', `The size file ${file} ${what}.`, {
    remedy: 'Correct that place; the README shows a complete size file.',
    cause,
  })
}

function isSizeName(name: string): name is SizeName {
  return Object.hasOwn(sizes, name)
}

type Range = [min: number, max: number]

function preset(name: SizeName, tests: Range, endpoints: Range, testsPerEndpoint: Range, mock: [number, number, number]): SizePreset {
  return {
    name,
    minTests: tests[0],
    maxTests: tests[1],
    minEndpoints: endpoints[0],
    maxEndpoints: endpoints[1],
    testsPerEndpoint,
    mockData: { users: mock[0], mainEntity: mock[1], secondaryEntities: mock[2] },
  }
}
