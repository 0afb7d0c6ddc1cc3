"""Examples of targets (A30): chosen by people in the form, never set by the product.

The only values here are those of the guide, which names them as examples to be adapted to the sector; no figure of a
sector is made up. What changes with the sector and the type of company are the drafts of the answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from cxmap.workspaces.models import CompanyType, Sector, Workspace
from kpis.models import Direction

GUIDE = _("Example of the guide: adapt it")
EFFECT = _("Example of the guide (the effect expected of an improvement): adapt it")


@dataclass(frozen=True, slots=True)
class TargetExample:
    """A value, or a relative change of the last closed period's value, with drafts of the answers."""

    code: str
    kpis: Sequence[str]  # codes
    source: Any
    value: float | None = None  # in the unit of storage
    change: float | None = None  # −0.2: a fifth less
    categories: Sequence[str] = ()  # of the touchpoint; empty: every one
    answers: Mapping[str, Any] = field(default_factory=dict)  # by field of the target
    by_sector: Mapping[str, Any] = field(default_factory=dict)  # another first answer ("specific")

    def value_from(self, current: float | None) -> float | None:
        """Return the value, with today's for a relative one; None where that is unknown."""
        if self.change is None:
            return self.value
        return None if current is None else current * (1 + self.change)


EXAMPLES = (
    TargetExample(
        code="guide-conversion",
        kpis=("purchase-rate", "shop-conversion", "lead-conversion"),
        categories=("sales", "marketing"),
        value=0.02,
        source=GUIDE,
        answers={
            "specific": _("More visits of this touchpoint end in a purchase."),
            "realistic": _("2% is the guide’s example; to be compared with our own history."),
        },
        by_sector={
            Sector.BANKING: _("More visits of this touchpoint end in a request or a contract."),
            Sector.TELECOM: _("More visits of this touchpoint end in a subscription."),
            Sector.TRAVEL: _("More visits of this touchpoint end in a booking."),
            Sector.HEALTH: _("More visits of this touchpoint end in an appointment."),
            Sector.PUBLIC: _("More visits of this touchpoint end in a completed procedure."),
            Sector.INDUSTRY: _("More visits of this touchpoint end in a request for a quote."),
            Sector.SOFTWARE: _("More visits of this touchpoint end in a trial or a subscription."),
            Sector.EDUCATION: _("More visits of this touchpoint end in a registration."),
        },
    ),
    TargetExample(
        code="guide-open-rate",
        kpis=("open-rate",),
        categories=("marketing", "service"),
        value=0.25,
        source=GUIDE,
        answers={
            "specific": _("More of the e-mails delivered are opened."),
            "realistic": _("25% is the guide’s example; mail programs that protect privacy change open rates."),
        },
    ),
    TargetExample(
        code="guide-call-back",
        kpis=("call-abandonment",),
        categories=("service", "sales"),
        change=-0.2,
        source=EFFECT,
        answers={
            "specific": _("Fewer callers give up before somebody answers."),
            "attainable": _("Offer an automatic call-back when the wait is long."),
        },
    ),
    TargetExample(
        code="guide-payment",
        kpis=("purchase-rate",),
        categories=("sales",),
        change=0.1,
        source=EFFECT,
        answers={
            "specific": _("More visits that reach the payment end in a purchase."),
            "attainable": _("Simplify the payment and offer more ways to pay."),
        },
    ),
    TargetExample(
        code="guide-navigation",
        kpis=("time-on-page",),
        change=0.15,
        source=EFFECT,
        answers={
            "specific": _("Visitors find what they look for and stay to read it."),
            "attainable": _("A better navigation and search."),
        },
    ),
)
# What makes a target attainable depends on who works on it (A30: adapt it to the company).
ATTAINABLE: Mapping[str, Any] = {
    CompanyType.STARTUP: _("A small team can change this within days; the base is small, so judge by month."),
    CompanyType.SMALL: _("One person is in charge, with time set aside for it."),
    CompanyType.LARGE: _("The departments concerned have agreed on who does what by when."),
    CompanyType.PUBLIC: _("Means and rules (procurement, accessibility) are settled before the start."),
    CompanyType.ASSOCIATION: _("Volunteers and means are known for the whole time of the target."),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """One example as this workspace may take it; value in the unit of storage."""

    code: str
    source: str
    value: float
    answers: Mapping[str, str]


def drafts_for(workspace: Workspace, *, kpi: str, category: str, direction: str, current: float | None) -> list[Draft]:
    """Return the examples for a KPI on a touchpoint of a category; none where the guide has none.

    A relative example that would point the wrong way for the direction of the binding is left out.
    """
    found = []
    for example in EXAMPLES:
        value = example.value_from(current)
        if kpi not in example.kpis or (example.categories and category not in example.categories) or value is None:
            continue
        if example.change is not None and (example.change > 0) != (direction == Direction.HIGHER):
            continue
        answers = {name: str(text) for name, text in example.answers.items()}
        if workspace.sector in example.by_sector:
            answers["specific"] = str(example.by_sector[workspace.sector])
        if "attainable" not in answers and workspace.company_type in ATTAINABLE:
            answers["attainable"] = str(ATTAINABLE[workspace.company_type])
        found.append(Draft(example.code, str(example.source), value, answers))
    return found
