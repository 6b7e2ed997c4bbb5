import type { CAC } from 'cac'
import type { CommandOutcome } from '../outcome'

async function doctor(options: { json?: boolean }): Promise<CommandOutcome> {
  const { diagnose } = await import('@forge/templates')
  const findings = await diagnose()
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ findings })}\n`)
  } else {
    for (const finding of findings) {
      const mark = finding.ok ? 'ok     ' : finding.required ? 'missing' : 'absent '
      process.stdout.write(`${mark}  ${finding.name}: ${finding.detail}\n`)
      if (!finding.ok && finding.remedy) process.stdout.write(`         ${finding.remedy}\n`)
    }
  }
  return { exitCode: findings.every((finding) => finding.ok || !finding.required) ? 0 : 2 }
}

export function registerDoctor(program: CAC): void {
  program.command('doctor', 'Say what this machine has and lacks, each with its remedy').option('--json', 'Print the findings as JSON').action(doctor)
}
