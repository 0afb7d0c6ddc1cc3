"""Embedded PostgreSQL and Valkey, for a machine without servers; keeper.py says how they live and end.

Nothing here imports Django: settings read config(), and entry points call hold() before that.
"""

from cxmap.local.errors import LocalError
from cxmap.local.instance import LocalConfig, config, is_local
from cxmap.local.keeper import hold, leave

__all__ = ["LocalConfig", "LocalError", "config", "hold", "is_local", "leave"]
