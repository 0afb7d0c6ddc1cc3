"""The words of the table that is filled in, in both languages: what is written in one is read in either."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from cxmap.lib.text import fold
from personas.models import (
    OWN_SECTION_KINDS,
    EvidenceKind,
    Market,
    PersonaSector,
    Quadrant,
    Relation,
    TraitField,
    TraitGroup,
)

LANGUAGES = ("fr", "en")

IDENTITY, EMPATHY = "identity", "empathy"
PARTS: dict[str, Any] = {
    IDENTITY: _("Identity"),
    **{group.value: group.label for group in TraitGroup},
    EMPATHY: _("Empathy map"),
}
# Sections of the team's own: the part says the kind, the field the title.
KINDS: dict[str, Any] = dict(OWN_SECTION_KINDS)

IDENTITY_FIELDS: dict[str, Any] = {
    "name": _("Name"),
    "tagline": _("In a few words"),
    "quote": _("Quotation"),
    "summary": _("Who is it?"),
    "share_percent": _("Share of customers (%)"),
    "sector": _("Sector"),
    "market": _("Type of company"),
    "relation": _("Audience"),
}
CHOICES: dict[str, Any] = {"sector": PersonaSector, "market": Market, "relation": Relation}
TRAITS: dict[str, Any] = {field.value: field.label for field in TraitField}
QUADRANTS: dict[str, Any] = {quadrant.value: quadrant.label for quadrant in Quadrant}
PROOFS: dict[str, Any] = {kind.value: kind.label for kind in EvidenceKind}

COLUMNS: dict[str, Any] = {
    "part": pgettext_lazy("persona file", "Part"),
    "field": pgettext_lazy("persona file", "Field"),
    "question": pgettext_lazy("persona file", "Question"),
    "answer": pgettext_lazy("persona file", "Answer"),
    "kind": _("Kind of evidence"),
    "title": _("Title of the evidence"),
    "link": _("Link"),
    "gathered_on": _("Date"),
    "n": _("People asked"),
}


def texts(label: Any) -> Iterator[str]:
    """Yield a label in every language."""
    for language in LANGUAGES:
        with override(language):
            yield str(label)


def reader(words: dict[str, Any]) -> dict[str, str]:
    """Return what each folded word of a table means, in either language; the key itself is understood too."""
    found = {fold(key): key for key in words}
    for key, label in words.items():
        for text in texts(label):
            found.setdefault(fold(text), key)
    return found
