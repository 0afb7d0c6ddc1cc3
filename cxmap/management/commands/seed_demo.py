"""Make the demonstration workspaces, in French and in English; running it again only adds the days that have passed."""

from typing import Any

from django.core.management.base import BaseCommand

from cxmap.demo.services import demo_seed


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        for line in demo_seed():
            self.stdout.write(line)
