"""A dashboard as a mail: the main figures as text, the whole as an attached PDF."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext

from cxmap.lib.text import code_from
from dashboards.documents.board import board_pdf
from dashboards.models import Schedule
from dashboards.selectors.outcomes import named
from dashboards.selectors.page import Page, context_of, page_of
from dashboards.tiles.kpi import KpiTile

FIGURES_MAX = 12


@dataclass(frozen=True, slots=True)
class Mail:
    subject: str
    text: str
    pdf: bytes
    filename: str


def figures(page: Page) -> list[str]:
    """Return the KPI tiles as lines of text; a tile without data says so."""
    lines = []
    for shown in page.shown:
        data = shown.data
        if not isinstance(data, KpiTile):
            continue
        if data.head.empty:
            lines.append(f"- {named(shown.title, data.head.empty)}")
            continue
        details = ", ".join(filter(None, [data.interval_text, data.base_text]))
        said = f"{data.value_text} ({details}) {data.mark} {data.state_text}"
        lines.append(f"- {named(shown.title, said)}")
    return lines[:FIGURES_MAX]


def mail_of(schedule: Schedule, *, today: dt.date) -> Mail:
    """Return the mail of a schedule in the active language, with the figures as they stand on its day."""
    dashboard = schedule.dashboard
    page = page_of(dashboard, context_of(dashboard, {}, today=today), {})
    workspace = dashboard.workspace
    lines = [f"{dashboard.name} · {workspace.name}", " · ".join(filter(None, [page.days_text, page.filters_text])), ""]
    if workspace.fictional:
        lines += [gettext("Fictional company, made-up figures"), ""]
    lines += figures(page) or [gettext("The figures are in the attached document.")]
    if schedule.address:
        lines += ["", gettext("The dashboard with all its figures: %(address)s") % {"address": schedule.address}]
    lines += [
        "",
        gettext("You get this mail because %(name)s has it sent. Who gets it is set on the page of the dashboard.")
        % {"name": schedule.created_by or workspace.name},
    ]
    name = code_from(dashboard.name, fallback="dashboard")
    return Mail(
        subject=f"{dashboard.name} · {page.days_text}",
        text="\n".join(lines) + "\n",
        pdf=board_pdf(page),
        filename=f"{name}-{today.isoformat()}.pdf",
    )
