import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { evaluateCommand } from '@forge/core'
import { expect, test } from 'vitest'
import { assetPath } from '../src/fastapi/environment/asset-path'

test('the policy lets an agent use the compose file that the template brings', () => {
  const projectDir = mkdtempSync(join(tmpdir(), 'forge-compose-'))
  try {
    copyFileSync(join(assetPath('fastapi'), 'project', 'docker-compose.yml'), join(projectDir, 'docker-compose.yml'))
    for (const command of [
      'docker compose up -d db',
      'docker compose up --detach --wait db',
      'docker compose up --detach --wait --build',
      'docker compose exec -T db pg_isready -U postgres',
      'docker compose config',
      'docker compose down',
    ]) {
      expect(evaluateCommand(command, { projectDir })).toMatchObject({ verdict: 'allow' })
    }
  } finally {
    rmSync(projectDir, { recursive: true, force: true })
  }
})
