// Inputs that break textbook applications: each of them has to be refused, or kept as it was sent.

/** Bodies that are none, whatever the endpoint. */
export function faultyBodies(scene) {
  const json = 'application/json'
  const deep = 20_000
  return [
    { raw: '<a/>', type: 'application/xml', status: 415, why: 'XML' },
    { raw: 'a=1', type: 'application/x-www-form-urlencoded', status: 415, why: 'a form' },
    { raw: 'a', type: 'text/plain', status: 415, why: 'plain text' },
    { raw: JSON.stringify('a'.repeat(1_000_001)), type: json, status: 413, why: 'more than 1 MB' },
    { raw: '{', type: json, status: scene.invalid, why: 'half an object' },
    { raw: 'NaN', type: json, status: scene.invalid, why: 'NaN' },
    { raw: 'null', type: json, status: scene.invalid, why: 'null for a body' },
    { raw: '[]', type: json, status: scene.invalid, why: 'a list for a body' },
    { raw: '""', type: json, status: scene.invalid, why: 'a text for a body' },
    { raw: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), type: json, status: scene.invalid, why: 'bytes that are no UTF-8' },
    { raw: `${'['.repeat(deep)}${']'.repeat(deep)}`, type: json, status: scene.invalid, why: 'a list in a list, 20 000 times' },
    { raw: `{"a":1${'0'.repeat(5_000)}}`, type: json, status: scene.invalid, why: 'a number of 5 000 digits' },
  ]
}

/**
 * Values for a field that no column holds, or that mean something else than they say.
 * @param {import('@forge/spec').Field} field with the type that it is stored by
 * @returns {{ value: any, why: string }[]}
 */
export function refusedValues(field) {
  switch (field.type) {
    case 'integer':
    case 'bigint':
      return [
        { value: 2 ** 31, why: 'above 2^31' },
        { raw: '9223372036854775808', why: 'above 2^63' },
        { raw: '-9223372036854775809', why: 'below -2^63' },
        { raw: `1${'0'.repeat(400)}`, why: 'a number of 400 digits' },
        { value: '1', why: 'a text for a number' },
        { raw: '1.0', why: '1.0 for a whole number' },
        { raw: '1e3', why: '1e3 for a whole number' },
        { value: true, why: 'true for a number' },
        { raw: 'NaN', why: 'NaN' },
        { raw: 'Infinity', why: 'Infinity' },
      ].filter(({ value }) => field.type === 'integer' || value !== 2 ** 31)
    case 'decimal':
      return [
        { raw: `1${'0'.repeat(30)}`, why: 'more digits than the column has' },
        { raw: '1e400', why: '1e400' },
        { raw: 'NaN', why: 'NaN' },
        { raw: '-Infinity', why: '-Infinity' },
        { value: true, why: 'true for a number' },
        ...(field.scale === 2 ? [{ raw: '1.005', why: 'three decimals for money' }] : []),
      ]
    case 'float':
      return [
        { raw: '1e400', why: '1e400' },
        { raw: 'NaN', why: 'NaN' },
        { raw: 'Infinity', why: 'Infinity' },
        { value: '1.5', why: 'a text for a number' },
        { value: true, why: 'true for a number' },
      ]
    case 'boolean':
      return [0, 1, 'true', 'yes', ''].map((value) => ({ value, why: `${JSON.stringify(value)} for true or false` }))
    case 'datetime':
      return [
        { value: '2099-01-15T09:00:00', why: 'a moment without a time zone' },
        { value: '0001-01-01T00:00:00+14:00', why: 'a moment before the year 1' },
        { value: '9999-12-31T23:59:59-14:00', why: 'a moment after the year 9999' },
        { value: '2099-02-30T09:00:00Z', why: 'the 30th of February' },
        { value: 4_070_908_800, why: 'a number for a moment' },
        { value: '4070908800', why: 'a number in quotes for a moment' },
      ]
    case 'date':
      return [
        { value: '2099-02-30', why: 'the 30th of February' },
        { value: '10000-01-01', why: 'the year 10000' },
        { value: '0000-01-01', why: 'the year 0' },
        { value: 20_000, why: 'a number for a day' },
        { value: '20000', why: 'a number in quotes for a day' },
      ]
    case 'time':
      return ['25:00:00', '09:00:00+02:00', 32_400, '32400'].map((value) => ({ value, why: `${JSON.stringify(value)} for a time of day` }))
    case 'uuid':
      return ['not-a-uuid', '', 1].map((value) => ({ value, why: `${JSON.stringify(value)} for a UUID` }))
    case 'json':
      return [
        { value: { a: ['\u0000'] }, why: 'NUL inside JSON' },
        { raw: '{"a":NaN}', why: 'NaN inside JSON' },
        { raw: '"\\ud800"', why: 'half a character inside JSON' },
      ]
    default:
      return [
        { value: 'a\u0000b', why: 'NUL' },
        { raw: '"\\ud800"', why: 'half a character' },
        { value: 1, why: 'a number for a text' },
        { value: ['a'], why: 'a list for a text' },
        ...((field.minLength ?? 0) > 0 && field.type !== 'enum'
          ? ['', ' ', '\t\n', '\u00a0'].map((value) => ({ value, why: `${JSON.stringify(value)} where a text is required` }))
          : []),
      ]
  }
}

/** Query strings that a list must refuse, whatever its filters. */
export function refusedQueries(params) {
  const [from, size] = 'page' in params ? [params.page, params.size] : [params.offset, params.limit]
  return [
    ...['-1', '9223372036854775808', '1e3', '1.5', 'x', '', `1${'0'.repeat(400)}`].map((value) => `${from}=${value}`),
    ...('page' in params ? [`${from}=0`] : []),
    ...['-1', '0', '1000000000', '9223372036854775808', 'x', '1.5'].map((value) => `${size}=${value}`),
  ]
}
