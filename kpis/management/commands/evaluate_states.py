"""Decide the states of KPIs now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cxmap.workspaces.models import Workspace
from kpis.services import rollups_refresh, states_evaluate


class Command(BaseCommand):
    help = "Recompute what is dirty, then decide the states and signals of one or all workspaces. Harmless at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", metavar="SLUG", help="only this workspace")

    def handle(self, *args: Any, **options: Any) -> None:
        workspaces = Workspace.objects.order_by("slug")
        if slug := options["workspace"]:
            workspaces = workspaces.filter(slug=slug)
            if not workspaces:
                raise CommandError(f"There is no workspace {slug}.")
        while rollups_refresh().buckets:
            pass
        for workspace in workspaces:
            found = states_evaluate(workspace=workspace)
            if found is None:
                self.stdout.write(f"{workspace.slug}: another process is evaluating it")
                continue
            self.stdout.write(
                f"{workspace.slug}: {found.states} states written; signals: {found.opened} opened, {found.changed} changed, "
                f"{found.closed} closed, {found.woken} woken"
            )
