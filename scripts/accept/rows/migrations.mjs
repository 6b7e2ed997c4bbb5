import { query } from '../cluster.mjs'
import { tail } from '../processes.mjs'

/** @type {import('../row.mjs').Row} */
export const row = {
  id: '12',
  title: 'migrations',
  needs: 'clone',
  async check(subject) {
    const { dir, python } = await subject.clone()
    const url = await subject.bench.cluster.create(`${subject.name}_migrations`)
    const alembic = (...args) => subject.run(python, ['-m', 'alembic', ...args], { cwd: dir, env: { DATABASE_URL: url } })
    const findings = []
    const step = async (...args) => {
      const result = await alembic(...args)
      if (result.code !== 0) findings.push(`alembic ${args.join(' ')} ended with ${result.code}: ${tail(result)}`)
      return result
    }
    try {
      await step('upgrade', 'head')
      const first = await shape(url)
      await step('downgrade', 'base')
      const left = (await shape(url)).filter((line) => !/alembic_version/.test(line))
      if (left.length > 0) findings.push(`a downgrade to base leaves ${left.join('; ')}`)
      await step('upgrade', 'head')
      const second = await shape(url)
      if (first.join('\n') !== second.join('\n')) findings.push('up, down and up again gives another schema')
      await step('check')
      const heads = (await step('heads')).stdout.trim().split('\n')
      if (heads.length !== 1) findings.push(`there are ${heads.length} heads: ${heads.join(', ')}`)
      const constraints = await query(url, CONSTRAINTS)
      findings.push(...constraints.filter(isUnnamed).map(({ name, table }) => `the constraint ${name} of ${table} has no name of its own`))
      return { findings, figure: `${constraints.length} constraints` }
    } finally {
      await subject.bench.cluster.drop(url)
    }
  },
}

const CONSTRAINTS = `
SELECT conname AS name, conrelid::regclass::text AS table FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND conrelid::regclass::text <> 'alembic_version'`

/** PostgreSQL names what nobody names by its kind at the end, a naming convention at the start. */
const isUnnamed = ({ name }) => !/^(pk|fk|uq|ck|ex|ix)_/.test(name) && /_(pkey|fkey|key|check|excl)\d*$/.test(name)

const SHAPE = `
SELECT 'column ' || table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable || ' ' || coalesce(column_default, '') AS line
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'type ' || typname || ' ' || (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)
FROM pg_type t WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
UNION ALL SELECT 'function ' || p.oid::regprocedure FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'sequence ' || sequencename FROM pg_sequences WHERE schemaname = 'public'
ORDER BY line`

/** All that migrations make, one line each. */
const shape = async (url) => (await query(url, SHAPE)).map(({ line }) => line)
