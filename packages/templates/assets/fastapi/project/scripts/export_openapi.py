"""Write the OpenAPI document to `openapi.json`: `.venv/bin/python scripts/export_openapi.py`."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def export(path: Path) -> None:
    """Write what the application says of itself; no database is needed."""
    sys.path.insert(0, str(ROOT))
    try:
        from app.main import app
    finally:
        sys.path.remove(str(ROOT))
    text = json.dumps(app.openapi(), indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    export(ROOT / "openapi.json")
