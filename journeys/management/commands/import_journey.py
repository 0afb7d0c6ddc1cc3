"""Make a journey of a document."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from cxmap.lib.errors import CxmapError
from cxmap.workspaces.models import User, Workspace
from journeys import interchange


class Command(BaseCommand):
    help = (
        "Make a new journey of a document (docs/journey.schema.json) and print its id. Nothing is written on an error."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="JSON; - for standard input")
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--user", metavar="EMAIL", help="who is named in the change log (default: nobody)")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = Workspace.objects.filter(slug=options["workspace"]).first()
        if workspace is None:
            raise CommandError(f"There is no workspace “{options['workspace']}”.")
        actor = None
        if options["user"]:
            actor = User.objects.filter(email__iexact=options["user"]).first()
            if actor is None:
                raise CommandError(f"Nobody has the address {options['user']}.")
        try:
            raw = sys.stdin.buffer.read() if options["file"] == "-" else Path(options["file"]).read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        try:
            with translation.override("en"):
                written = interchange.journey_import(
                    workspace=workspace, document=interchange.document_read(raw), actor=actor
                )
        except interchange.DocumentInvalid as error:
            lines = [f"{path}: {reasons[0]}" for path, reasons in error.fields.items()]
            raise CommandError("The document is not valid, nothing was written.\n  " + "\n  ".join(lines)) from error
        except CxmapError as error:
            raise CommandError(f"{error} Nothing was written.") from error
        for note in written.notes:
            self.stderr.write(note)
        self.stdout.write(str(written.journey.pk))
