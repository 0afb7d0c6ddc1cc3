"""A workshop on paper and as a table."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, ngettext, npgettext, pgettext
from django.utils.translation import gettext as _

from cxmap.lib import formats, typesetting
from workshops.feelings import Feeling
from workshops.items import Item
from workshops.models import Decision
from workshops.selectors.summary import Round, Summary

TEMPLATE = Path(__file__).parent / "summary.typ"


def people_text(count: int) -> str:
    return ngettext("%(n)s person", "%(n)s people", count) % {"n": formats.whole(count)}


def dots_text(count: int) -> str:
    return ngettext("%(n)s dot", "%(n)s dots", count) % {"n": formats.whole(count)}


def _clock(when: Any, summary: Summary) -> str:
    return timezone.localtime(when, summary.workshop.workspace.zone).strftime("%H:%M") if when else "—"


def _agenda(summary: Summary) -> list[dict[str, Any]]:
    return [
        {
            "begins": _clock(line.activity.started_at, summary),
            "title": line.activity.title,
            "kind": str(line.activity.get_kind_display()),
            "took": _("%(took)s min (planned: %(planned)s)")
            % {"took": line.took_minutes, "planned": line.activity.minutes}
            if line.took_minutes is not None
            else _("did not take place")
            if line.activity.started_at is None
            else "",
        }
        for line in summary.lines
    ]


def _item(item: Item, most: int) -> dict[str, Any]:
    return {
        "title": item.title,
        "step": item.step_name,
        "said": ", ".join(item.departments),
        "notes": [note.text for note in item.notes] if item.group else [],
        "votes": dots_text(item.votes) if item.votes is not None else "",
        "share": (item.votes or 0) / most if most else 0,
        "brought": _("on the map") if item.brought else "",
    }


def _round(one: Round) -> dict[str, Any]:
    count = npgettext("workshop", "%(n)s note", "%(n)s notes", one.notes) % {"n": formats.whole(one.notes)}
    said = [count] + ([dots_text(one.votes)] if one.votes is not None else [])
    return {
        "title": one.activity.title,
        "question": one.activity.question,
        "said": " · ".join(said),
        "items": [_item(item, one.most) for item in one.items],
    }


def mean_text(one: Feeling) -> str:
    """Return the mean with its spread and base: +0,8 ± 0,4 (7 people); said plainly when nobody rated."""
    if one.mean is None:
        return _("not rated")
    value = formats.decimal(one.mean, 1, signed=True)
    if one.spread is not None:
        value = _("%(mean)s ± %(spread)s") % {"mean": value, "spread": formats.decimal(one.spread, 1)}
    return f"{value} ({people_text(one.n)})"


def _feeling(one: Feeling) -> dict[str, Any]:
    return {
        "number": one.number,
        "step": one.step.name,
        "mean": one.mean,
        "low": None if one.mean is None or one.spread is None else max(-2, one.mean - one.spread),
        "high": None if one.mean is None or one.spread is None else min(2, one.mean + one.spread),
        "text": mean_text(one),
        "disputed": _("opinions differ") if one.is_disputed else "",
    }


def _decision(row: Decision) -> dict[str, str]:
    return {
        "text": row.text,
        "owner": row.owner or _("nobody yet"),
        "due": formats.short_date(row.due_on) if row.due_on else _("no date"),
    }


def summary_pdf(summary: Summary) -> bytes:
    """Return the summary on A4, in the active language."""
    workshop, workspace = summary.workshop, summary.workshop.workspace
    facts = [formats.short_date(summary.held_on)]
    if workshop.started_at and workshop.ended_at:
        facts.append(f"{_clock(workshop.started_at, summary)}–{_clock(workshop.ended_at, summary)}")
    if workshop.facilitator:
        facts.append(_("led by %(name)s") % {"name": workshop.facilitator})
    footer = [workspace.name, _("cxmap · printed on %(day)s") % {"day": formats.short_date(timezone.localdate())}]
    if workspace.fictional:
        footer.insert(1, _("Fictional company, made-up figures"))
    data = {
        "language": (get_language() or "en")[:2],
        "title": workshop.title,
        "journey": workshop.journey.name,
        "facts": facts,
        "words": {
            "kicker": _("Summary of the workshop"),
            "people": _("Who took part"),
            "agenda": _("Agenda"),
            "decisions": _("Decisions"),
            "what": _("What"),
            "who": _("Who"),
            "until": _("Until"),
            "open": _("Open points"),
            "none": _("No decision was noted."),
            "curve": _("Emotions"),
            "low": _("very negative"),
            "high": _("very positive"),
            "curve_note": _("Point: mean of those who rated; bar: one standard deviation to each side."),
            "opinion": _("All of this is the opinion of the participants: hypotheses to check with customers."),
        },
        "people": people_text(summary.people),
        "departments": [{"name": name, "count": formats.whole(count)} for name, count in summary.departments],
        "names": ", ".join(summary.names),
        "agenda": _agenda(summary),
        "rounds": [_round(one) for one in summary.rounds if one.items],
        "curves": [
            {"title": one.activity.title, "feelings": [_feeling(feeling) for feeling in one.feelings]}
            for one in summary.curves
            if one.people
        ],
        "decisions": [_decision(row) for row in summary.decisions],
        "open": [_decision(row) for row in summary.open_points],
        "footer": " · ".join(footer),
    }
    return typesetting.pdf(TEMPLATE, data)


def summary_rows(summary: Summary) -> Iterator[Sequence[Any]]:
    """Yield the notes as a table, headings first. No name is in it: a note stands for its department."""
    yield (
        pgettext("workshop", "Activity"),
        _("The notes become"),
        _("Step"),
        _("Note"),
        _("Group"),
        _("Department"),
        _("Dots"),
        _("On the map"),
    )
    for one in summary.rounds:
        for item in one.items:
            for note in item.notes:
                yield (
                    one.activity.title,
                    str(one.activity.get_target_display()),
                    note.step.name if note.step else "",
                    note.text,
                    item.group.title if item.group else "",
                    note.participant.department if note.participant else "",
                    item.votes,
                    _("yes") if item.brought else _("no"),
                )
