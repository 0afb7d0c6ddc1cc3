"""Runs the benchmarks against servers of their own, which are thrown away at the end."""

import importlib
import json
import logging
import os
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

import benchmarks
from tests.plugin import ENVIRONMENT, EmbeddedServers

FOLDER = Path(__file__).parent


def prepare() -> None:
    """Set Django up, with all tables in the database of these servers."""
    os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1,localhost,testserver")
    os.environ.setdefault("SECRET_KEY", "only-for-benchmarks-only-for-benchmarks")
    os.environ[ENVIRONMENT] = "1"
    os.environ["DJANGO_SETTINGS_MODULE"] = "cxmap.settings"
    import django
    from django.core.management import call_command

    from cxmap.lib.memory import settle

    django.setup()
    settle()  # as the web process does
    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)


def discover() -> None:
    for module in sorted(module.name for module in pkgutil.iter_modules([str(FOLDER)])):
        if not module.startswith("_"):
            importlib.import_module(f"benchmarks.{module}")


def run(name: str) -> None:
    from django.core.management import call_command

    call_command("flush", interactive=False, verbosity=0)
    answer = benchmarks.found[name]()
    results = answer if isinstance(answer, Iterator) else iter([answer])
    for result in results:
        line = {
            "name": result.name or name,
            "value": float(f"{result.value:.4g}"),
            "unit": result.unit,
            "context": result.context,
        }
        print(json.dumps(line, ensure_ascii=False), flush=True)


def main(arguments: list[str]) -> int:
    """Run all benchmarks, or those whose names are given (with or without ONLY=)."""
    only = [argument.removeprefix("ONLY=") for argument in arguments if argument.removeprefix("ONLY=")]
    servers = None if os.environ.get("DATABASE_URL") else EmbeddedServers()
    try:
        if servers:
            servers.start()
        prepare()
        discover()
        unknown = [name for name in only if name not in benchmarks.found]
        if unknown:
            print(
                f"There is no benchmark {unknown[0]}; there are: {', '.join(sorted(benchmarks.found))}", file=sys.stderr
            )
            return 2
        for name in only or sorted(benchmarks.found):
            run(name)
    finally:
        if servers:
            servers.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
