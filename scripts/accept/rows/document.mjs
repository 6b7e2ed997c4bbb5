import { join } from 'node:path'
import { operationsOf } from '../documents.mjs'
import { tail } from '../processes.mjs'

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '4',
  title: 'OpenAPI valid',
  needs: 'files',
  async check(subject) {
    const file = join(subject.projectDir, 'openapi.json')
    const document = subject.openapi()
    const { python } = await subject.bench.tools()
    const validator = await subject.run(python, ['-m', 'openapi_spec_validator', '--schema', '3.1.0', '--validation-errors', 'all', file])
    const checked = await subject.bench.forge(['openapi', 'check', subject.projectDir, '--json'])
    const report = JSON.parse(checked.stdout)
    const operations = operationsOf(document)
    return {
      findings: [
        ...(/^3\.1\./.test(document.openapi) ? [] : [`the document says openapi ${document.openapi}`]),
        ...(validator.code === 0 ? [] : [`openapi-spec-validator: ${tail(validator)}`]),
        ...report.findings.map(({ check, level, pointer, message }) => `forge openapi check: ${level} ${check} ${pointer}: ${message}`),
        ...report.notRun.map(({ check, reason }) => `forge openapi check did not run ${check}: ${reason}`),
        ...repeated(operations.map(({ operation }) => operation.operationId)).map((id) => `the operationId ${id} occurs twice`),
        ...operations.flatMap(undocumented),
      ],
      figure: `${operations.length} operations, ${Object.keys(document.components.schemas).length} schemas, ${report.checks.length} checks`,
    }
  },
}

const repeated = (names) => names.filter((name, index) => names.indexOf(name) !== index)

/** What a caller may do wrong is documented. */
function undocumented({ method, path, operation }) {
  const takes = { parameters: operation.parameters ?? [], body: operation.requestBody }
  const may = [
    ...(takes.parameters.some((parameter) => parameter.in === 'path') ? [['404'], ['422', '400']] : []),
    ...(takes.body ? [['422', '400']] : []),
    ...(operation.security?.length ? [['401']] : []),
  ]
  return may
    .filter((codes) => !codes.some((code) => code in operation.responses))
    .map((codes) => `${method} ${path} does not document ${codes.join(' or ')}`)
}
