"""The manager report as PDF, A4 upright."""

from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, pgettext

from cxmap.lib import formats, typesetting
from dashboards.drawing import line_svg
from dashboards.selectors.outcomes import OutcomeRow, named
from dashboards.selectors.report import JourneyRow, Named, Report

TEMPLATE = Path(__file__).parent / "report.typ"


def _trend(row: OutcomeRow) -> list[dict[str, Any]]:
    """Return the weeks of an outcome as a drawing; nothing with fewer than two of them."""
    points = [point for point in reversed(row.points) if not point.running]
    known = [point.value for point in points if point.value is not None]
    if len(known) < 2:
        return []
    ends = [end for point in points for end in (point.low, point.high) if end is not None]
    low, high = min([*known, *ends]), max([*known, *ends])
    unit = row.kpi.unit
    picture = line_svg(
        days=[point.start for point in points],
        values=[point.value for point in points],
        lows=[point.low for point in points],
        highs=[point.high for point in points],
        extent=(low, high),
        end_labels=(formats.kpi_value(low, unit), formats.kpi_value(high, unit)),
        day_labels=(formats.day_month(points[0].start), formats.day_month(points[-1].start)),
        width=300,
        height=80,
    )
    return [{"k": "chart", "svg": picture, "alt": row.kpi.name}]


def _outcome(row: OutcomeRow) -> dict[str, Any]:
    journeys = ", ".join(journey.name for journey in row.journeys)
    return {
        "kind": capfirst(row.outcome.get_kind_display()),
        "name": row.kpi.name,
        "value": row.value_text,
        "details": row.value_details,
        "before": row.before_text,
        "before_details": row.before_details,
        "change": row.change_text,
        "mark": row.mark,
        "verdict": row.verdict_text,
        "tone": row.tone,
        "journeys": gettext("Journeys that should move it: %(names)s") % {"names": journeys}
        if journeys
        else gettext("No journey is tied to it yet."),
        "chart": _trend(row),
    }


def _named(entry: Named) -> str:
    return f"{entry.mark} {named(entry.name, entry.change_text)}"


def _journey(row: JourneyRow) -> dict[str, Any]:
    head = [gettext("State"), gettext("KPIs"), pgettext("period", "Before")]
    states = [
        [f"{count.mark} {count.label}", formats.whole(count.now), formats.whole(count.before)] for count in row.states
    ]
    facts = [
        [gettext("Signals opened"), formats.whole(row.opened)],
        [gettext("Signals closed"), formats.whole(row.closed)],
        [gettext("Open at the end"), formats.whole(row.still_open)],
        [gettext("Targets met"), row.targets.text],
        [gettext("Targets met before"), row.targets_before.text],
    ]
    outcomes = [f"{outcome.mark} {outcome.named_text}" for outcome in row.outcomes]
    return {
        "name": row.name,
        "empty": ""
        if row.kpis
        else gettext("No KPI is bound to a touchpoint of this journey: nothing is known of it."),
        "states": {"k": "table", "head": head, "rows": states, "right": [1, 2]},
        "facts": facts,
        "worst": [_named(entry) for entry in row.worst],
        "improved": [_named(entry) for entry in row.improved],
        "outcomes": outcomes,
    }


def report_data(report: Report) -> dict[str, Any]:
    """Return what the template sets."""
    workspace = report.workspace
    printed = gettext("cxmap · printed on %(day)s") % {"day": formats.short_date(timezone.localdate())}
    return {
        "language": (get_language() or "en")[:2],
        "title": gettext("Manager report"),
        "workspace": workspace.name,
        "period": report.period_text,
        "against": gettext("compared with %(period)s") % {"period": report.before_text},
        "fictional": gettext("Fictional company, made-up figures") if workspace.fictional else "",
        "lead": report.lead,
        "outcomes": [_outcome(row) for row in report.outcomes],
        "journeys": [_journey(row) for row in report.journeys],
        "footer": f"{workspace.name} · {printed}",
        "words": {
            "outcomes": gettext("Outcomes"),
            "no_outcome": gettext(
                "No outcome is chosen yet: say on the page “Outcomes” which KPIs the workspace works for."
            ),
            "before": gettext("before"),
            "journeys": gettext("Journeys"),
            "worst": gettext("What hurts most"),
            "improved": gettext("What got better"),
            "none_worst": gettext("Nothing provably bad at the end of the period."),
            "none_improved": gettext("No established improvement."),
            "moved": gettext("Outcomes it should move"),
            "note": note(),
        },
    }


def note() -> str:
    """How the figures of the report are to be read."""
    return gettext(
        "A value is shown with its 95% interval and its base. A change is called established when its interval leaves zero "
        "out; the interval is widened by how much days differ among themselves. States are those of the last closed "
        "period within the days of the report. What moves together is not proven to cause each other."
    )


def report_pdf(report: Report) -> bytes:
    """Return the report as PDF with real text."""
    return typesetting.pdf(TEMPLATE, report_data(report))
