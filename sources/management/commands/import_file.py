"""Bring a file from the command line; the same code as the pages and the worker, in this process."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from cxmap.lib.errors import CxmapError
from cxmap.workspaces.models import Workspace
from kpis.models import Source
from kpis.services.rollups import rollups_refresh
from kpis.services.sources import source_get_or_create
from kpis.services.states import states_evaluate_if_due
from sources import services
from sources.models import Import, Rejection
from sources.reading import FileProblem
from sources.services.mappings import mapping_without_asking
from sources.wording import reason_of

SHOWN = 20  # rejected lines that are printed; all of them with --json


class Command(BaseCommand):
    help = "Import a file of observations, wait until roll-ups are committed, and print the counters."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", help="CSV, TSV or XLSX")
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--source", metavar="KEY", default="", help="made when there is none (default: file)")
        parser.add_argument(
            "--mapping", metavar="FILE", help="JSON by docs/mapping.schema.json; tidy and known files need none"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument(
            "--all-or-nothing",
            action="store_true",
            help="write nothing unless every line is good (default: good lines)",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = Workspace.objects.filter(slug=options["workspace"]).first()
        if workspace is None:
            raise CommandError(f"There is no workspace “{options['workspace']}”.")
        path = Path(options["path"])
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        if path.stat().st_size > settings.UPLOAD_BYTES_MAX:
            raise CommandError(f"The file is larger than {settings.UPLOAD_BYTES_MAX // 2**20} MB.")
        document = None
        if options["mapping"]:
            try:
                document = Path(options["mapping"]).read_bytes()
            except OSError as error:
                raise CommandError(f"The mapping cannot be read: {error.strerror}.") from error
        try:
            import_ = self._import(workspace, path, document, options)
        except FileProblem as problem:
            raise CommandError(f"{problem.message()} {problem.advice()}") from problem
        except CxmapError as error:
            raise CommandError(str(error)) from error
        result = self._result(import_, dry_run=options["dry_run"])
        if options["dry_run"]:
            services.import_delete(import_=import_, actor=None)
        self._print(result, as_json=options["json"])
        if result["rejected"] or result["status"] not in ("done", "ready"):
            raise SystemExit(1)

    def _import(self, workspace: Workspace, path: Path, document: bytes | None, options: dict[str, Any]) -> Import:
        key = options["source"] or "file"
        name = options["source"] or "File"
        source, _ = source_get_or_create(workspace=workspace, key=key, kind=Source.Kind.FILE, name=name)
        with path.open("rb") as stream:
            import_ = services.import_upload(
                workspace=workspace, source=source, actor=None, file=File(stream, name=path.name), filename=path.name
            )
        try:
            import_ = services.import_set_mapping(
                import_=import_,
                actor=None,
                document=document if document is not None else mapping_without_asking(import_),
                check=options["dry_run"],
            )
            if options["dry_run"]:
                self._finish(import_, services.import_check)
            else:
                policy = Import.Policy.ALL_OR_NOTHING if options["all_or_nothing"] else Import.Policy.GOOD_LINES
                services.import_queue(
                    import_=import_, actor=None, policy=policy, bindings=services.directions_of(workspace)
                )
                self._finish(import_, services.import_run)
        except (FileProblem, CxmapError):
            services.import_delete(import_=import_, actor=None)
            raise
        if import_.status == Import.Status.DONE:
            # No worker need be running: what it would do after the nudge is done here, and twice is harmless.
            while rollups_refresh().buckets:
                pass
            states_evaluate_if_due(workspace.pk)
        return import_

    def _finish(self, import_: Import, work: Callable[[int], None]) -> None:
        """Do the work here, unless a running worker was quicker: then wait for it."""
        while True:
            work(import_.pk)
            import_.refresh_from_db()
            if not import_.is_working:
                return
            time.sleep(0.3)

    def _result(self, import_: Import, *, dry_run: bool) -> dict[str, Any]:
        preview = import_.preview or {}
        counters = {
            name: preview.get(name, 0) if dry_run else getattr(import_, f"{name}_count")
            for name in ("created", "updated", "unchanged", "superseded")
        }
        rejections = Rejection.objects.filter(workspace_id=import_.workspace_id, import_id=import_.pk).order_by(
            "line", "id"
        )
        result = {
            "import": str(import_.public_id),
            "status": import_.status,
            "dry_run": dry_run,
            "lines": import_.rows_read,
            **counters,
            "rejected": import_.rejected_count,
            "first_day": import_.first_day and import_.first_day.isoformat(),
            "last_day": import_.last_day and import_.last_day.isoformat(),
            "error": import_.error_message or import_.error_code,
            "rejections": [
                {
                    "line": one.line,
                    "column": one.column,
                    "code": one.code,
                    "reason": reason_of(one, str),
                    "value": one.raw,
                }
                for one in rejections[:10_000]
            ],
        }
        if dry_run:
            result["values"] = preview.get("values", [])
        return result

    def _print(self, result: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
            return
        names = ("lines", "created", "updated", "unchanged", "superseded", "rejected")
        self.stdout.write(f"{result['status']}: " + ", ".join(f"{name} {result[name]}" for name in names))
        if result["error"]:
            self.stdout.write(result["error"])
        for value in result.get("values", []):
            self.stdout.write(f"  {value['touchpoint']} › {value['kpi']}: {value['value']} (n = {value['n']})")
        for one in result["rejections"][:SHOWN]:
            self.stdout.write(f"  line {one['line']}, {one['column'] or '—'}: {one['reason']}")
        if len(result["rejections"]) > SHOWN:
            self.stdout.write(f"  … and {result['rejected'] - SHOWN} more")
