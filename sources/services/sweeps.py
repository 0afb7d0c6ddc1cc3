"""Finding imports that nobody works on though somebody should."""

from sources.services.jobs import waiting
from sources.services.nudges import work_soon


def imports_sweep() -> int:
    """Send a message for every such import, and return how many. Sent twice, the second one finds the import taken."""
    found = waiting()
    for import_ in found:
        work_soon(import_)
    return len(found)
