"""Recompute roll-ups from the observations."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cxmap.workspaces.models import Workspace
from kpis.services import rollups_rebuild


class Command(BaseCommand):
    help = "Recompute every daily roll-up from the observations. Harmless at any time; says how many were wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", metavar="SLUG", help="only this workspace")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = None
        if slug := options["workspace"]:
            workspace = Workspace.objects.filter(slug=slug).first()
            if workspace is None:
                raise CommandError(f"There is no workspace {slug}.")
        self.stdout.write(f"{rollups_rebuild(workspace=workspace)} roll-ups corrected")
