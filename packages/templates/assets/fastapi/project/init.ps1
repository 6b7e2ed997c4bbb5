# Sets the project up, from a clean checkout to passing tests. Safe to run again.
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest
Set-Location -Path $PSScriptRoot

function Invoke-Checked {
    param([string] $Program, [string[]] $Arguments)
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) {
        throw "$Program $($Arguments -join ' ') failed with exit code $LASTEXITCODE."
    }
}

function Find-Python {
    foreach ($candidate in @($env:PYTHON, 'python', 'python3', 'py')) {
        if ($candidate -and (Get-Command $candidate -ErrorAction SilentlyContinue)) {
            & $candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))'
            if ($LASTEXITCODE -eq 0) { return $candidate }
        }
    }
    throw 'Python 3.11 or newer was not found. Install it, or set PYTHON to its path.'
}

$lock = 'requirements-dev.lock'
$python = if ($IsLinux -or $IsMacOS) { '.venv/bin/python' } else { '.venv\Scripts\python.exe' }
if (-not (Test-Path $python)) {
    Invoke-Checked (Find-Python) @('-m', 'venv', '.venv')
}
$installed = '.venv/installed.lock'
if (-not (Test-Path $installed) -or (Get-FileHash $installed).Hash -ne (Get-FileHash $lock).Hash) {
    Invoke-Checked $python @('-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes', '-r', $lock)
    Copy-Item $lock $installed
}

if (-not (Test-Path '.env')) {
    Copy-Item '.env.example' '.env'
}

if (-not $env:DATABASE_URL) {
    if (-not (Get-Command docker -ErrorAction SilentlyContinue)) {
        throw 'No database. Set DATABASE_URL to a PostgreSQL 15+ database, or start Docker, and run this script again.'
    }
    Invoke-Checked 'docker' @('compose', 'up', '--detach', '--wait', 'db')
}

Invoke-Checked $python @('-m', 'alembic', 'upgrade', 'head')
Invoke-Checked $python @('-m', 'pytest')

Write-Output ''
Write-Output "Ready. Start the API with: $python -m uvicorn app.main:app --reload"
