"""Any table becomes a map: read, understood, shown before anything is written."""

from cxmap.lib.tables import Table, TableUnreadable, tables_read
from journeys.spreadsheets.understanding import Choices, Ignored, Plan, plan_of

__all__ = ["Choices", "Ignored", "Plan", "Table", "TableUnreadable", "plan_of", "tables_read"]
