"""Every write of KPIs and facts."""

from kpis.services.bindings import binding_create, binding_delete, binding_update
from kpis.services.definitions import kpi_archive, kpi_check, kpi_create, kpi_restore, kpi_update
from kpis.services.flags import flag_acknowledge, flag_refuse, flag_reopen, flag_snooze
from kpis.services.matrix import ExamplesAdded, examples_place, gap_dismiss, gap_restore, touchpoint_place
from kpis.services.observations import (
    Row,
    Stage,
    UnknownReference,
    WriteReport,
    day_of,
    observation_stage,
    observations_write,
    rows_text,
    today_of,
)
from kpis.services.retention import Dropped, observations_drop, workspaces_to_seal
from kpis.services.rollups import Refreshed, rollups_rebuild, rollups_refresh
from kpis.services.series import SeriesKey, canonical_dimensions, series_resolve
from kpis.services.sources import api_source, source_get_or_create, source_key, source_update
from kpis.services.states import Evaluated, states_evaluate, states_evaluate_if_due, workspaces_due
from kpis.services.targets import Milestone, milestones_of, target_check, target_end, target_set, targets_decide
from kpis.services.time_zones import observations_rezone, workspaces_moved
from kpis.services.transitions import Risk, newest_states, targets_at_risk, targets_to_review
from kpis.services.withdrawals import WithdrawReport, import_withdraw

__all__ = [
    "Dropped",
    "Evaluated",
    "ExamplesAdded",
    "Milestone",
    "Refreshed",
    "Risk",
    "Row",
    "SeriesKey",
    "Stage",
    "UnknownReference",
    "WithdrawReport",
    "WriteReport",
    "api_source",
    "binding_create",
    "binding_delete",
    "binding_update",
    "canonical_dimensions",
    "day_of",
    "examples_place",
    "flag_acknowledge",
    "flag_refuse",
    "flag_reopen",
    "flag_snooze",
    "gap_dismiss",
    "gap_restore",
    "import_withdraw",
    "kpi_archive",
    "kpi_check",
    "kpi_create",
    "kpi_restore",
    "kpi_update",
    "milestones_of",
    "newest_states",
    "observation_stage",
    "observations_drop",
    "observations_rezone",
    "observations_write",
    "rollups_rebuild",
    "rollups_refresh",
    "rows_text",
    "series_resolve",
    "source_get_or_create",
    "source_key",
    "source_update",
    "states_evaluate",
    "states_evaluate_if_due",
    "target_check",
    "target_end",
    "target_set",
    "targets_at_risk",
    "targets_decide",
    "targets_to_review",
    "today_of",
    "touchpoint_place",
    "workspaces_due",
    "workspaces_moved",
    "workspaces_to_seal",
]
