"""Commands around the embedded servers: python -m cxmap.local --help."""

import argparse
import sys
from pathlib import Path

from cxmap.local import keeper, supervisor
from cxmap.local.errors import LocalError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m cxmap.local")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="run servers, web, worker and beat until Ctrl-C")
    keep = commands.add_parser("keep")  # used by hold() only
    keep.add_argument("var", type=Path)
    keep.add_argument("lock", type=int)
    keep.add_argument("answer", type=int)
    arguments = parser.parse_args()
    try:
        if arguments.command == "run":
            return supervisor.run()
        return keeper.keep(arguments.var, arguments.lock, arguments.answer)
    except LocalError as error:
        print(f"cxmap: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
