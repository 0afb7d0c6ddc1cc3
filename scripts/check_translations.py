"""Check that every text of pages, code and scripts is translated; with --update, extract new ones.

The texts are extracted from a copy of the sources, so that a check changes no file. Needs gettext.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polib  # type: ignore[import-untyped]  # its stubs would be a package more
from django.core.management import call_command
from django.core.management.base import CommandError
from django.core.management.commands import makemessages
from jinja2 import Environment

PROJECT = Path(__file__).resolve().parents[1]
LANGUAGES = ["fr"]  # the texts in the sources are English
DOMAINS = {"django": ["html", "txt", "py"], "djangojs": ["js", "mjs"]}
# Folders without texts for people, and code of others. Each is a name, at any depth.
WITHOUT_TEXTS = (".*", "var", "staticfiles", "node_modules", "vendor", "tests", "benchmarks", "scripts", "docs")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")

Key = tuple[str, str, str]


class Extract(makemessages.Command):
    """makemessages without guesses: a new text starts untranslated instead of with a similar one's."""

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]


@contextmanager
def board_texts(folder: Path) -> Iterator[None]:
    """Lay the texts of the Jinja2 templates beside them as Python for a moment: makemessages does not read their calls."""
    environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    place = folder / "templates" / "jinja" / "board_texts.py"
    lines = []
    for template in sorted((folder / "templates" / "jinja").rglob("*.jinja")):
        for _line, function, message in environment.extract_translations(template.read_text(encoding="utf-8")):  # type: ignore[attr-defined]
            parts = [part for part in (message if isinstance(message, tuple) else (message,)) if part is not None]
            called = "ngettext" if function == "ngettext" else "gettext"
            lines.append(f"{called}({', '.join(repr(part) for part in parts)}{', 1' if called == 'ngettext' else ''})")
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        yield
    finally:
        place.unlink()


def extract(folder: Path, language: str, domain: str) -> None:
    """Write the texts found below the folder into its locale/. Raises CommandError."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        (folder / "locale").mkdir(exist_ok=True)
        with board_texts(folder):
            call_command(
                Extract(),
                locale=[language],
                domain=domain,
                extensions=DOMAINS[domain],
                ignore_patterns=[f"{name}/*" for name in WITHOUT_TEXTS],
                no_obsolete=True,
                no_wrap=True,
                add_location="file",
                verbosity=0,
            )
    finally:
        os.chdir(before)


def keys(catalogue: polib.POFile) -> dict[Key, polib.POEntry]:
    return {(e.msgctxt or "", e.msgid, e.msgid_plural or ""): e for e in catalogue if not e.obsolete}


def problems(language: str, domain: str, found: dict[Key, polib.POEntry]) -> Iterator[str]:
    """Yield one sentence for each text that is missing, untranslated, doubtful or would fail to format."""
    path = PROJECT / "locale" / language / "LC_MESSAGES" / f"{domain}.po"
    name = path.relative_to(PROJECT)
    known = keys(polib.pofile(str(path), encoding="utf-8")) if path.exists() else {}
    for key, entry in found.items():
        if key not in known:
            places = ", ".join(sorted({place for place, _ in entry.occurrences}))
            yield f"{name}: new text {entry.msgid!r} ({places}); run: make translations"
    for entry in known.values():
        translations = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if entry.fuzzy:
            yield f"{name}:{entry.linenum}: {entry.msgid!r} is marked fuzzy"
        elif not all(translations):
            yield f"{name}:{entry.linenum}: {entry.msgid!r} is not translated"
        allowed = set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural or ""))
        for text in translations:
            strange = set(PLACEHOLDER.findall(text)) - allowed
            if strange and ("python-format" in entry.flags or "python-brace-format" in entry.flags):
                yield f"{name}:{entry.linenum}: {entry.msgid!r} has no {', '.join(sorted(strange))}"


def check() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "sources")
        shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns(*WITHOUT_TEXTS, "locale"), symlinks=True)
        found: list[str] = []
        for language in LANGUAGES:
            for domain in DOMAINS:
                extract(copy, language, domain)
                path = copy / "locale" / language / "LC_MESSAGES" / f"{domain}.po"
                texts = keys(polib.pofile(str(path), encoding="utf-8")) if path.exists() else {}
                found += problems(language, domain, texts)
        return found


def main() -> int:
    """Return the exit code: 1 when a text lacks its translation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true", help="write new texts into locale/, untranslated")
    arguments = parser.parse_args()
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    try:
        if arguments.update:
            for language in LANGUAGES:
                for domain in DOMAINS:
                    extract(PROJECT, language, domain)
        found = check()
    except CommandError as error:
        found = [str(error)]
    for line in found:
        print(line, file=sys.stderr)
    if not found:
        print("Translations are complete.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
