"""Writes docs/journey.schema.json anew; a test keeps it equal to the code. Run it after a change of the document."""

import json
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxmap.settings")
    import django

    django.setup()
    from journeys.interchange import journey_schema

    path = ROOT / "docs" / "journey.schema.json"
    path.write_text(json.dumps(journey_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
