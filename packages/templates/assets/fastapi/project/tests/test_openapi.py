"""The OpenAPI document, and the file that it is exported to."""

import json
import runpy
from pathlib import Path

from app.main import app

ROOT = Path(__file__).resolve().parent.parent


def test_exported_document_is_current(tmp_path: Path) -> None:
    """The export is what the application says of itself; `scripts/export_openapi.py` renews it."""
    fresh = tmp_path / "openapi.json"
    runpy.run_path(str(ROOT / "scripts" / "export_openapi.py"))["export"](fresh)
    exported = ROOT / "openapi.json"
    assert json.loads(fresh.read_text(encoding="utf-8")) == app.openapi()
    assert not exported.exists() or exported.read_bytes() == fresh.read_bytes()
