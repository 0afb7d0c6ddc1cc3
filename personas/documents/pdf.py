"""The sheet of a persona on A4: four groups, their fields, and under each what it rests on."""

from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext

from cxmap.lib import formats, typesetting
from personas.evidence import evidence_text
from personas.selectors import Sheet, SheetField

TEMPLATE = Path(__file__).parent / "sheet.typ"
# Darker than the swatches of the screen where white paper and thin strokes need it.
COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9"]


def _field(field: SheetField) -> dict[str, Any]:
    return {
        "label": field.label,
        "question": field.question,
        "text": field.text,
        "evidence": [evidence_text(row) for row in field.evidence],
    }


def sheet_data(sheet: Sheet, *, blank: bool = False) -> dict[str, Any]:
    """Return what the template sets."""
    persona, workspace = sheet.persona, sheet.persona.workspace
    facts = []
    if persona.share_percent is not None:
        facts.append([gettext("Share of customers"), formats.percent(persona.share_percent / 100, 0)])
    if sheet.segments:
        facts.append([gettext("Segments"), ", ".join(segment.name for segment in sheet.segments)])
    if sheet.evidence_share is not None:
        text = gettext("%(backed)s of %(filled)s filled fields") % {"backed": sheet.backed, "filled": sheet.filled}
        facts.append([gettext("Evidence-backed"), f"{formats.percent(sheet.evidence_share, 0)} ({text})"])
    footer = [workspace.name, gettext("cxmap · printed on %(day)s") % {"day": formats.short_date(timezone.localdate())}]
    return {
        "language": (get_language() or "en")[:2],
        "blank": blank,
        "kind": gettext("Persona sheet"),
        "name": persona.name or gettext("Name (invented)"),
        "title": f"{gettext('Persona sheet')} · {persona.name}" if persona.name else gettext("Persona sheet"),
        "tagline": persona.tagline or (gettext("In a few words") if blank else ""),
        "quote": persona.spoken or (gettext("Quotation") if blank else ""),
        "summary": persona.summary,
        "colour": COLOURS[persona.colour % len(COLOURS)],
        "facts": facts,
        "groups": [
            {"label": group.label, "fields": [_field(field) for field in group.fields]} for group in sheet.groups
        ],
        "empty": gettext("Not described yet"),
        "no_evidence": gettext("No evidence yet: an assumption of the team"),
        "evidence_label": gettext("Evidence: survey, interview or data analysis") if blank else gettext("Evidence"),
        "fictional": gettext("Fictional company, made-up persona") if workspace.fictional and not blank else "",
        "note": gettext("A persona is semi-fictional: no names of real people, age bands rather than ages."),
        "footer": " · ".join(footer),
    }


def sheet_pdf(sheet: Sheet, *, blank: bool = False) -> bytes:
    """Return the sheet as PDF, A4, real text; blank: the questions with lines to write on."""
    return typesetting.pdf(TEMPLATE, sheet_data(sheet, blank=blank))
