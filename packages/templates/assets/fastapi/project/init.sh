#!/usr/bin/env bash
# Sets the project up, from a clean checkout to passing tests. Safe to run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fail() {
  printf 'init.sh: %s\n' "$*" >&2
  exit 1
}

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
    if [[ -n "$candidate" ]] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  fail 'Python 3.11 or newer was not found. Install it, or set PYTHON to its path.'
}

lock=requirements-dev.lock
if [[ ! -x .venv/bin/python ]]; then
  python="$(find_python)"
  "$python" -m venv .venv || fail "could not make .venv with $python. On Debian and Ubuntu, install python3-venv."
fi
if ! cmp -s "$lock" .venv/installed.lock; then
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
  cp "$lock" .venv/installed.lock
fi

if [[ ! -f .env ]]; then
  cp .env.example .env
fi

if [[ -z "${DATABASE_URL:-}" ]]; then
  if ! docker info >/dev/null 2>&1; then
    fail 'no database. Set DATABASE_URL to a PostgreSQL 15+ database, or start Docker, and run this script again.'
  fi
  docker compose up --detach --wait db
fi

.venv/bin/python -m alembic upgrade head
.venv/bin/python -m pytest

printf '\nReady. Start the API with: .venv/bin/uvicorn app.main:app --reload\n'
