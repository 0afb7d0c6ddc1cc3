"""Compile every locale/*/LC_MESSAGES/*.po into the .mo beside it, without gettext."""

import os
import sys
from pathlib import Path

import polib  # type: ignore[import-untyped]  # its stubs would be a package more

PROJECT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Compile what is older than its source. Returns the exit code: 1 when a catalogue cannot be read."""
    failed = False
    for source in sorted((PROJECT / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
            continue
        # Several processes may do this at once (make run beside make test): never a half-written file.
        draft = target.with_name(f"{target.name}.{os.getpid()}.new")
        try:
            polib.pofile(str(source), encoding="utf-8").save_as_mofile(str(draft))
        except (OSError, ValueError, UnicodeDecodeError) as error:
            print(f"{source.relative_to(PROJECT)}: {error}", file=sys.stderr)
            failed = True
            continue
        draft.replace(target)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
