"""What every paper of a persona says, whatever its form: the words of its facts, fields, sections and evidence."""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext
from PIL import Image

from cxmap.lib import formats
from personas.evidence import evidence_text
from personas.models import Persona, SectionKind, Status
from personas.pictures import picture_content
from personas.portraits import portrait_svg
from personas.selectors import Sheet, SheetField, SheetSection

# Darker than the swatches of the screen where white paper and thin strokes need it.
COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9"]
BLANK_SECTIONS = 2
QUOTES = {"fr": ("«\u00a0", "\u00a0»"), "en": ("“", "”")}


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    text: str


def language() -> str:
    return (get_language() or "en")[:2]


def quoted(text: str) -> str:
    """Return a quotation between the marks of the reader's language."""
    opening, closing = QUOTES.get(language(), QUOTES["en"])
    return f"{opening}{text}{closing}" if text else ""


@lru_cache(maxsize=64)
def _picture_svg(content: bytes) -> str:
    with Image.open(io.BytesIO(content)) as image:
        out = io.BytesIO()
        image.convert("RGB").save(out, "JPEG", quality=88)
    data = base64.b64encode(out.getvalue()).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">'
        f'<image width="96" height="96" preserveAspectRatio="xMidYMid slice" href="data:image/jpeg;base64,{data}"/></svg>'
    )


def portrait(persona: Persona) -> str:
    """Return the portrait as SVG: the team's own picture inside one, else the drawing or the initials."""
    content = picture_content(persona) if persona.portrait == "picture" else None
    return _picture_svg(content) if content else portrait_svg(persona)


def status_text(persona: Persona) -> str:
    """Return how far the sheet is, with its dates, in words: an outdated agreement is told as one."""
    if persona.status != Status.VALIDATED:
        return str(persona.get_status_display())
    day = formats.short_date(persona.review_on) if persona.review_on else ""
    if persona.review_due:
        return gettext("Review due since %(day)s") % {"day": day}
    if persona.changed_at:
        return gettext("Changed since validated · to be reviewed on %(day)s") % {"day": day}
    return gettext("Validated · to be reviewed on %(day)s") % {"day": day}


def facts(sheet: Sheet) -> list[Fact]:
    """Return what stands at the head of a sheet; what nobody knows is told as unknown, never left to be guessed."""
    persona = sheet.persona
    unknown = gettext("unknown")
    share = unknown if persona.share_fraction is None else formats.percent(persona.share_fraction, 0)
    backed = gettext("nothing described yet")
    if sheet.evidence_share is not None:
        text = gettext("%(backed)s of %(filled)s") % {"backed": sheet.backed, "filled": sheet.filled}
        backed = f"{formats.percent(sheet.evidence_share, 0)} ({text})"
    rows = [
        Fact(gettext("Share of customers"), share),
        Fact(gettext("Evidence-backed"), backed),
        Fact(gettext("Status"), status_text(persona)),
        Fact(gettext("Audience"), str(persona.get_relation_display()) if persona.relation else ""),
        Fact(gettext("Sector"), str(persona.get_sector_display()) if persona.sector else ""),
        Fact(gettext("Market"), str(persona.get_market_display()) if persona.market else ""),
        Fact(gettext("Segments"), ", ".join(segment.name for segment in sheet.segments)),
        Fact(gettext("More general persona"), persona.parent.name if persona.parent else ""),
    ]
    return [row for row in rows if row.text]


def footer(sheet: Sheet) -> str:
    day = gettext("cxmap · printed on %(day)s") % {"day": formats.short_date(timezone.localdate())}
    return " · ".join(filter(None, [sheet.persona.workspace.name, day]))


def no_evidence() -> str:
    return gettext("Hypothesis of the team: no evidence yet")


def _field(field: SheetField) -> dict[str, Any]:
    return {
        "label": field.label,
        "question": field.question,
        "text": field.text,
        "evidence": [evidence_text(row) for row in field.evidence],
    }


def _row(kind: str, item: Any) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        return {"text": str(item)}
    if kind in (SectionKind.BARS, SectionKind.CHANNELS):
        value = item.get("value")
        shown = gettext("not said") if value is None else formats.whole(value)
        return {"label": item.get("name") or item.get("label", ""), "value": value, "shown": shown}
    return dict(item)


def _section(section: SheetSection) -> dict[str, Any]:
    return {
        "kind": section.kind,
        "key": section.key,
        "title": section.title,
        "text": section.text,
        "items": [_row(section.kind, item) for item in section.items],
        "claims": section.claims,
        "evidence": [evidence_text(row) for row in section.evidence],
    }


def sheet_data(sheet: Sheet, *, blank: bool = False) -> dict[str, Any]:
    """Return what a template sets of one persona: names, facts, groups, sections, the empathy map, as plain values."""
    persona = sheet.persona
    return {
        "name": persona.name or gettext("Name (invented)"),
        "tagline": persona.tagline or (gettext("In a few words") if blank else ""),
        "quote": gettext("Quotation") if blank else quoted(persona.spoken),
        "summary": persona.summary,
        "portrait": "" if blank else portrait(persona),
        "colour": COLOURS[persona.colour % len(COLOURS)],
        "facts": [[label, ""] for label in _blank_facts()]
        if blank
        else [[row.label, row.text] for row in facts(sheet)],
        "groups": [
            {"label": group.label, "fields": [_field(field) for field in group.fields]} for group in sheet.groups
        ],
        "questions": [_section(row) for row in sheet.sections if row.kind == SectionKind.QUESTIONS],
        "sections": [_section(row) for row in sheet.sections if row.kind != SectionKind.QUESTIONS],
        "empathy": [_section(row) for row in sheet.empathy] if sheet.has_empathy or blank else [],
    }


def _blank_facts() -> list[str]:
    return [gettext("Share of customers"), gettext("Segments"), gettext("Audience"), gettext("Review date")]


def paper_data(sheets: Sequence[Sheet], *, blank: bool = False, paged: bool = True) -> dict[str, Any]:
    """Return what the template sets of one or more personas of one workspace; not paged: one page as high as needed."""
    first = sheets[0].persona
    title = gettext("Personas")
    if len(sheets) == 1:
        title = f"{gettext('Persona sheet')} · {first.name}" if first.name else gettext("Persona sheet")
    return {
        "language": language(),
        "blank": blank,
        "paged": paged,
        "blank_sections": BLANK_SECTIONS,
        "title": title,
        "sheets": [sheet_data(sheet, blank=blank) for sheet in sheets],
        "fictional": gettext("Fictional company, made-up persona") if first.workspace.fictional and not blank else "",
        "footer": footer(sheets[0]),
        "texts": {
            "kind": gettext("Persona sheet"),
            "empty": gettext("Not described yet"),
            "no_evidence": no_evidence(),
            "evidence": gettext("Evidence: survey, interview or data analysis") if blank else gettext("Evidence"),
            "empathy": gettext("Empathy map"),
            "portrait": gettext("Portrait: a drawing, never a real person"),
            "section": gettext("Section of your own"),
            "when": gettext("When…"),
            "want": gettext("I want…"),
            "so": gettext("so that…"),
            "note": gettext("A persona is semi-fictional: no names of real people, age bands rather than ages."),
        },
    }
