"""Write the document of a journey."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from journeys import interchange
from journeys.models import Journey


class Command(BaseCommand):
    help = "Print the lossless document of a journey (docs/journey.schema.json), or write it to a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("journey", metavar="UUID")
        parser.add_argument("--output", metavar="FILE", help="instead of standard output")
        parser.add_argument("--no-files", action="store_true", help="leave the content of attachments out")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            pk = UUID(options["journey"])
        except ValueError as error:
            raise CommandError(f"“{options['journey']}” is no UUID; it stands in the address of the map.") from error
        journey = Journey.objects.filter(pk=pk, deleted_at=None).first()
        if journey is None:
            raise CommandError(f"There is no journey {pk}.")
        content = interchange.to_json(interchange.document_of(journey, files=not options["no_files"]))
        if options["output"]:
            try:
                Path(options["output"]).write_bytes(content)
            except OSError as error:
                raise CommandError(f"{options['output']} cannot be written: {error.strerror}.") from error
        else:
            self.stdout.write(content.decode(), ending="")
