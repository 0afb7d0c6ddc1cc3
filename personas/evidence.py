"""How one piece of evidence is written, on the sheet and on paper."""

from django.utils.translation import gettext, ngettext

from cxmap.lib import formats
from personas.models import EvidenceKind, TraitEvidence


def base_text(evidence: TraitEvidence) -> str:
    """Return how many were asked or counted, with the word for it; empty when unknown."""
    if evidence.n is None:
        return ""
    number = formats.whole(evidence.n)
    if evidence.kind == EvidenceKind.SURVEY:
        return ngettext("%(n)s respondent", "%(n)s respondents", evidence.n) % {"n": number}
    if evidence.kind == EvidenceKind.INTERVIEW:
        return ngettext("%(n)s person", "%(n)s people", evidence.n) % {"n": number}
    return ngettext("%(n)s record", "%(n)s records", evidence.n) % {"n": number}


def details(evidence: TraitEvidence) -> str:
    """Return date and base: 3 nov. 2026 · 412 respondents."""
    day = formats.short_date(evidence.gathered_on) if evidence.gathered_on else ""
    return " · ".join(filter(None, [day, base_text(evidence)]))


def evidence_text(evidence: TraitEvidence) -> dict[str, str]:
    return {
        "kind": str(evidence.get_kind_display()),
        "title": evidence.title,
        "details": details(evidence),
        "link": evidence.link or "",
        "link_label": gettext("link"),
    }
