"""Commands around the embedded servers: python -m cxmap.local --help."""

import argparse
import sys
from pathlib import Path

from cxmap.local import archive, keeper, supervisor
from cxmap.local.errors import LocalError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m cxmap.local")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="run servers, web, worker and beat until Ctrl-C")
    backup = commands.add_parser("backup", help="write database and uploads into one file")
    backup.add_argument("file", type=Path)
    restore = commands.add_parser("restore", help="put a backup in place of database and uploads")
    restore.add_argument("file", type=Path)
    restore.add_argument("--yes", action="store_true", help="do not ask")
    keep = commands.add_parser("keep")  # used by hold() only
    keep.add_argument("var", type=Path)
    keep.add_argument("lock", type=int)
    keep.add_argument("answer", type=int)
    arguments = parser.parse_args()
    try:
        if arguments.command == "run":
            return supervisor.run()
        if arguments.command == "backup":
            return archive.backup(arguments.file)
        if arguments.command == "restore":
            return archive.restore(arguments.file, confirmed=arguments.yes)
        return keeper.keep(arguments.var, arguments.lock, arguments.answer)
    except LocalError as error:
        print(f"cxmap: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("cxmap: stopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
