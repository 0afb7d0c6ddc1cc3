"""What is suggested for a type of touchpoint: a row of the list of KPIs by type of interaction (artefact 4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from cxmap.lib.text import typeset_french
from journeys.blueprints import Text
from kpis.models import Direction

HIGHER, LOWER = Direction.HIGHER, Direction.LOWER
UNSAID = Text()


class Family(models.TextChoices):
    """Where the figures of a KPI usually come from."""

    WEB = "web", _("web analytics")
    ADS = "ads", _("advertising platforms")
    MAIL = "mail", _("e-mailing tool")
    SALES = "sales", _("online shop, tills, orders")
    CRM = "crm", _("CRM")
    CALLS = "calls", _("telephony and tickets")
    SURVEY = "survey", _("surveys")
    SOCIAL = "social", _("social listening and reviews")
    PRODUCT = "product", _("product analytics and quality")


def text(fr: str, en: str) -> Text:
    """Return a text in both languages; the French one is written with plain spaces and gets typographic ones."""
    return Text(typeset_french(fr), en)


@dataclass(frozen=True, slots=True)
class Fit:
    """A KPI that fits a type. `why`: empty, the reason of the KPI itself (reasons.py).

    direction: what is usual here for a KPI without a direction of its own (A35); people are asked all the same.
    guide: the guide itself names this KPI for this type (A26 to A29).
    """

    kpi: str  # code
    why: Text = UNSAID
    direction: str = ""
    guide: bool = False


@dataclass(frozen=True, slots=True)
class TouchpointType:
    """A kind of interaction: where it stands, how such touchpoints are called, and the KPIs that tell how well it works."""

    code: str
    name: Text
    categories: Sequence[str]  # codes, the usual one first
    channels: Sequence[str]  # codes
    kpis: Sequence[Fit]
    words: str = ""  # folded, parted by |: in the name of a touchpoint they say that it is of this type
    sectors: Sequence[str] = ()  # codes; empty: every one
    example: Text = UNSAID

    @property
    def guide(self) -> bool:
        return any(fit.guide for fit in self.kpis)
