"""Every write of imports and mappings."""

from sources.services.mappings import import_set_draft, import_set_mapping
from sources.services.runs import directions_of, import_check, import_queue, import_run, import_start
from sources.services.sweeps import imports_sweep
from sources.services.uploads import import_delete, import_upload
from sources.services.withdrawals import import_withdraw, import_withdraw_start

__all__ = [
    "directions_of",
    "import_check",
    "import_delete",
    "import_queue",
    "import_run",
    "import_set_draft",
    "import_set_mapping",
    "import_start",
    "import_upload",
    "import_withdraw",
    "import_withdraw_start",
    "imports_sweep",
]
