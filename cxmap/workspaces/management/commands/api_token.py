"""Make a token for the API."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cxmap.lib.errors import CxmapError
from cxmap.workspaces.models import Membership, Role
from cxmap.workspaces.services import token_create


class Command(BaseCommand):
    help = "Print a new API token of one member of one workspace. It is shown this once; only its hash is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", metavar="SLUG", required=True)
        parser.add_argument("--user", metavar="EMAIL", required=True)
        parser.add_argument("--role", choices=Role.values, required=True)
        parser.add_argument("--name", default="", help="what it is for, shown in the list of tokens")

    def handle(self, *args: Any, **options: Any) -> None:
        member = (
            Membership.objects.select_related("workspace", "user")
            .filter(workspace__slug=options["workspace"], user__email__iexact=options["user"])
            .first()
        )
        if member is None:
            raise CommandError(f"{options['user']} is no member of a workspace {options['workspace']}.")
        try:
            _, text = token_create(
                workspace=member.workspace, user=member.user, actor=None, role=options["role"], name=options["name"]
            )
        except CxmapError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(text)
