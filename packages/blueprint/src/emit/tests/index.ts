import type { ApiSpec } from '@forge/spec'
import type { ProjectFile } from '@forge/templates'
import type { FeaturePlan } from '../../plan/case-plan'
import { worldOf } from '../../plan/world'
import { applicationModule } from './application-tests'
import { conftestModule } from './conftest'
import { databaseModule } from './database-tests'
import { factoriesModule } from './factories'
import { identityModule } from './identity-tests'
import { loginModule } from './login-tests'
import { raceModule } from './race-tests'
import { schemasModule } from './schemas-tests'
import { settingsModule } from './settings-tests'
import { supportModule } from './support'
import { testModule } from './test-module'

/** The test suite of the generated project: fixtures, factories, and a test for every case of the plan. */
export function emitTests(spec: ApiSpec, plans: readonly FeaturePlan[]): ProjectFile[] {
  const world = worldOf(spec)
  const login = loginModule(world)
  const races = raceModule(world, plans)
  const endpoints = modules(
    world,
    'tests/api/v1',
    'endpoints',
    plans.filter(({ source }) => source.kind === 'endpoint'),
  )
  const rules = modules(
    world,
    'tests/rules',
    'rules',
    plans.filter(({ source }) => source.kind === 'rule'),
  )
  return [
    { path: 'tests/__init__.py', content: '"""The tests."""\n' },
    { path: 'tests/conftest.py', content: conftestModule(world) },
    { path: 'tests/factories.py', content: factoriesModule(world) },
    { path: 'tests/support.py', content: supportModule(spec) },
    { path: 'tests/test_application.py', content: applicationModule(world) },
    { path: 'tests/test_database.py', content: databaseModule(world, plans) },
    { path: 'tests/test_identity.py', content: identityModule(world) },
    ...(login === undefined ? [] : [{ path: 'tests/test_login.py', content: login }]),
    ...(races === undefined ? [] : [{ path: 'tests/test_races.py', content: races }]),
    { path: 'tests/test_schemas.py', content: schemasModule() },
    { path: 'tests/test_settings.py', content: settingsModule() },
    { path: 'tests/api/__init__.py', content: '"""Tests of the endpoints."""\n' },
    { path: 'tests/api/v1/__init__.py', content: '"""Tests of the endpoints, one module a resource."""\n' },
    ...(rules.length === 0 ? [] : [{ path: 'tests/rules/__init__.py', content: '"""Tests of the business rules, one module a resource."""\n' }]),
    ...endpoints,
    ...rules,
  ]
}

/** One module for each resource that has any test. */
function modules(world: ReturnType<typeof worldOf>, folder: string, kind: 'endpoints' | 'rules', plans: readonly FeaturePlan[]): ProjectFile[] {
  const resources = [...new Set(plans.map(({ resource }) => resource))]
  return resources.flatMap((resource) => {
    const own = plans.filter((plan) => plan.resource === resource)
    if (own.every(({ cases }) => cases.every((each) => each.guess !== undefined))) return []
    const noun = resource.replace(/_/g, ' ')
    const title =
      kind === 'rules'
        ? `The business rules of ${noun}.`
        : resource === 'application'
          ? 'The endpoints that belong to no resource.'
          : `The endpoints of ${noun}.`
    return [{ path: `${folder}/test_${resource}.py`, content: testModule(world, title, own) }]
  })
}
