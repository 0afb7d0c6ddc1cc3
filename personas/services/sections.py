"""Every write of sections: the team's own ones, and the quadrants of the empathy map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cxmap.history.services import Recording
from personas.channels import channels
from personas.errors import SectionGone, SectionRefused
from personas.models import Persona, Quadrant, Section, SectionKind
from personas.sections import cleaned, tidied

RANK_STEP = 1024.0
SECTIONS_MAX = 30
TITLE_MAX = 80


@dataclass(frozen=True, slots=True)
class SectionEntry:
    """A section to write: a new one without pk; an existing one keeps its pk and kind and may be removed."""

    kind: str
    title: str
    content: Mapping[str, Any]
    pk: int | None = None
    remove: bool = False


def channel_codes(persona: Persona, sections: Sequence[Section]) -> set[str]:
    """Return the channels that sections may name: those of the workspace, and those that they name already."""
    kept = {
        item["channel"]
        for section in sections
        if section.kind == SectionKind.CHANNELS
        for item in section.content.get("items", [])
    }
    return kept | set(channels(persona.workspace))


def sections_set(record: Recording, persona: Persona, entries: Sequence[SectionEntry]) -> None:
    """Write own sections in the order given; those that are not given stand after them, as they did.

    Raises SectionRefused for content that its kind does not hold, SectionGone for one of another persona.
    """
    if not entries:
        return
    rows = list(Section.objects.select_for_update().filter(persona=persona).exclude(kind=SectionKind.EMPATHY))
    known = {section.pk: section for section in rows}
    codes = channel_codes(persona, rows) if any(entry.kind == SectionKind.CHANNELS for entry in entries) else set()
    record.watch(*rows)
    ordered: list[Section] = []
    removed: set[int] = set()
    for entry in entries:
        if entry.pk is not None and entry.pk not in known:
            raise SectionGone
        if entry.remove:
            removed |= {entry.pk} if entry.pk is not None else set()
            continue
        title = tidied(entry.title)
        if not title or len(title) > TITLE_MAX or "\0" in title:
            raise SectionRefused(
                _("Give the section a title of at most %(number)s characters.") % {"number": TITLE_MAX}
            )
        section = known[entry.pk] if entry.pk is not None else None
        kind = section.kind if section else entry.kind
        if kind == SectionKind.EMPATHY:
            raise SectionRefused
        content = cleaned(kind, entry.content, channels=codes)
        if section is None:
            section = Section(workspace_id=persona.workspace_id, persona=persona, kind=kind)
        section.title, section.content, section.deleted_at = title, content, None
        ordered.append(section)
    given = {section.pk for section in ordered if section.pk}
    ordered += [row for row in rows if row.deleted_at is None and row.pk not in given | removed]
    if len(ordered) > SECTIONS_MAX:
        raise SectionRefused(_("A sheet has at most %(number)s sections of its own.") % {"number": SECTIONS_MAX})
    _write(record, ordered)
    for pk in removed:
        if known[pk].deleted_at is None:
            known[pk].deleted_at = timezone.now()
            known[pk].revision += 1
            known[pk].save(update_fields=["deleted_at", "revision"])


def _write(record: Recording, ordered: Sequence[Section]) -> None:
    """Save what differs from what the table holds. A rank moves only where the order asks for it."""
    saved = {row.pk: row for row in Section.objects.filter(pk__in=[row.pk for row in ordered if row.pk])}
    last = 0.0
    for section in ordered:
        if section.rank <= last:
            section.rank = last + RANK_STEP
        last = section.rank
        before = saved.get(section.pk)
        if before is None:
            section.save()
            record.created(section)
            continue
        names = [
            name
            for name in ("title", "content", "rank", "deleted_at")
            if getattr(before, name) != getattr(section, name)
        ]
        if names:
            section.revision += 1
            section.save(update_fields=[*names, "revision"])


def empathy_set(record: Recording, persona: Persona, entries: Mapping[str, Sequence[str]]) -> None:
    """Write quadrants of the empathy map, one entry a line; quadrants that are not given stay. Raises SectionRefused."""
    if not entries:
        return
    rows = Section.objects.select_for_update().filter(persona=persona, kind=SectionKind.EMPATHY, deleted_at=None)
    known = {section.quadrant: section for section in rows}
    record.watch(*known.values())
    for number, quadrant in enumerate(Quadrant, 1):
        if quadrant not in entries:
            continue
        content = cleaned(SectionKind.EMPATHY, {"items": list(entries[quadrant])})
        section = known.get(quadrant)
        if section is None:
            if content["items"]:
                section = Section(
                    workspace_id=persona.workspace_id,
                    persona=persona,
                    kind=SectionKind.EMPATHY,
                    quadrant=quadrant,
                    content=content,
                    rank=number * RANK_STEP,
                )
                section.save()
                record.created(section)
        elif section.content != content:
            section.content = content
            section.revision += 1
            section.save(update_fields=["content", "revision"])
