"""Runs a project's tests against changed applications, each in a fork of one process that has the libraries loaded.

Arguments: the project's folder, and a file of JSON: a list of {"id", "changes": {path: text or null}, "tests": [[argument]]}.
The groups of pytest's arguments are run in turn, until a test fails.
Writes a line of JSON for each: {"id", "code": pytest's exit code (null: it took too long), "output": the end of what pytest wrote}.
"""

import json
import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path

import alembic.command  # noqa: F401
import asyncpg  # noqa: F401
import fastapi  # noqa: F401
import httpx  # noqa: F401
import pydantic_settings  # noqa: F401
import pytest
import sqlalchemy.ext.asyncio  # noqa: F401

LIMIT_SECONDS = 240
KEPT_OUTPUT = 4000
# Plugins among the loaded libraries are not rewritten any more, of which pytest would warn.
OPTIONS = ["-x", "-q", "--tb=line", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
Changes = dict[str, str | None]


def put(folder: Path, changes: Changes) -> Changes:
    """Write or remove files, and return what puts them back."""
    before: Changes = {}
    for name, text in changes.items():
        path = folder / name
        before[name] = path.read_text() if path.exists() else None
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return before


def tested(folder: Path, tests: list[str]) -> tuple[int | None, str]:
    """Run pytest in a fork, up to its first failure."""
    with tempfile.TemporaryFile() as written:
        child = os.fork()
        if child == 0:
            os.dup2(written.fileno(), 1)
            os.dup2(written.fileno(), 2)
            signal.alarm(LIMIT_SECONDS)
            os.chdir(folder)
            sys.path.insert(0, str(folder))
            code = 70
            try:
                code = int(pytest.main([*OPTIONS, *tests]))
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        written.seek(0)
        output = written.read().decode(errors="replace")[-KEPT_OUTPUT:]
    return (os.WEXITSTATUS(status) if os.WIFEXITED(status) else None), output


def main() -> None:
    """Put each change in place, run the tests, and undo it."""
    folder, jobs = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
    sys.dont_write_bytecode = True
    for job in jobs:
        before = put(folder, job["changes"])
        try:
            code, output = 0, ""
            for tests in job["tests"]:
                code, output = tested(folder, tests)
                if code not in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
                    break
        finally:
            put(folder, before)
        print(json.dumps({"id": job["id"], "code": code, "output": output}), flush=True)


main()
