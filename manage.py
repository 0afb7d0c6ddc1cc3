#!/usr/bin/env python
"""The command line of cxmap: works beside a running `make run`, or alone, without any environment variable."""

import os
import sys

from cxmap import local

# Commands that change tables run as the owner of the tables; everything else as the application role.
OWNER_COMMANDS = frozenset({"migrate", "sqlmigrate", "showmigrations", "dbshell"})
# Commands that never talk to the database need no server.
SERVERLESS_COMMANDS = frozenset({"makemessages", "compilemessages", "collectstatic", "help", "spectacular", "version"})


def main() -> None:
    """Start the embedded servers when they are ours to start, then run the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxmap.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in OWNER_COMMANDS:
        os.environ.setdefault("CXMAP_DATABASE_ROLE", "owner")
    if local.is_local() and command not in SERVERLESS_COMMANDS:
        local.hold()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
