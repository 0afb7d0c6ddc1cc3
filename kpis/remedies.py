"""What the guides suggest where a category generates much dissatisfaction (A21): suggestions, never orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Remedy:
    """One suggestion with the place in the guide that it comes from."""

    text: Any
    source: Any


SERVICE = _("touchpoint guide, on categories")
REMOTE = _("touchpoint guide, on phone and chat")
SITE = _("touchpoint guide, on the website")
SHOP = _("touchpoint guide, on the shop")
MARKETING = _("touchpoint guide, on marketing")

# By code of the category. The guides name none for the product itself: none is made up.
REMEDIES: Mapping[str, Sequence[Remedy]] = {
    "service": (
        Remedy(_("Train the agents."), SERVICE),
        Remedy(_("Improve the support processes."), SERVICE),
        Remedy(_("Shorten the waits, and give agents the customer’s history (CRM)."), REMOTE),
    ),
    "sales": (
        Remedy(_("Simplify the navigation and the purchase, load pages faster, offer help online."), SITE),
        Remedy(_("In the shop: train the staff, give advice, care for the atmosphere."), SHOP),
    ),
    "marketing": (
        Remedy(_("Send e-mails that fit the person: segment the lists and personalise."), MARKETING),
        Remedy(_("Publish content that answers what the audience asks, and answer quickly."), MARKETING),
    ),
}
