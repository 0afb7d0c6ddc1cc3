"""What can go wrong with KPIs and facts."""

from django.utils.translation import gettext_lazy as _

from cxmap.lib.errors import CxmapError


class KpiUnknown(CxmapError):
    code = "kpi_unknown"
    message = _("No KPI has this name. Choose one of the list that appears while you type.")
    status = 422


class KpiInvalid(CxmapError):
    """A definition that cannot be; `fields` has a sentence for each field."""

    code = "kpi_invalid"
    message = _("Some fields of the definition are wrong. Nothing was saved.")


class KpiArchived(CxmapError):
    code = "kpi_archived"
    message = _("This KPI is archived. Restore it before binding it to a touchpoint.")
    status = 409


class TouchpointMissing(CxmapError):
    code = "touchpoint_missing"
    message = _("A KPI is bound to a touchpoint: put one at this step first.")
    status = 422


class DirectionMissing(CxmapError):
    code = "direction_missing"
    message = _(
        "Say whether higher or lower is better on this touchpoint: for this KPI, more may mean more interest or more difficulty."
    )


class AlreadyBound(CxmapError):
    code = "already_bound"
    message = _("This touchpoint has this KPI already.")
    status = 409


class TargetOutOfScale(CxmapError):
    code = "target_out_of_scale"
    message = _("This value is impossible for this KPI.")


class MilestonesInvalid(CxmapError):
    """`fields` says which one and why."""

    code = "milestones_invalid"
    message = _("A milestone lies outside the target. Nothing was saved.")


class TargetEnded(CxmapError):
    code = "target_ended"
    message = _("Another target has followed this one: change that one.")
    status = 409


class ReasonMissing(CxmapError):
    code = "reason_missing"
    message = _("Say why it is not a problem; the reason stays with the signal.")


class SnoozeInPast(CxmapError):
    code = "snooze_in_past"
    message = _("Choose a day in the future.")


class FlagClosed(CxmapError):
    code = "flag_closed"
    message = _("This signal is closed; a new one opens when the problem comes back.")
    status = 409


class BatchTooLarge(CxmapError):
    code = "batch_too_large"
    message = _("At most 10,000 observations may be sent at once.")
    status = 413


class NotObservations(CxmapError):
    code = "not_observations"
    message = _("Send a JSON list of observations.")


class DaySealed(CxmapError):
    code = "day_sealed"
    message = _(
        "Some of these days were sealed by the workspace's retention meanwhile: their rows are refused. Send the others again."
    )
    status = 409


class WritesUnderWay(CxmapError):
    code = "writes_under_way"
    message = _(
        "Measures are being written in this workspace. Try again in a moment; an import of a large file takes some minutes."
    )
    status = 409
