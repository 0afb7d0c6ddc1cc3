"""What an event says, in the reader's language, from what was kept with it: never from figures that came later."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alerts.models import Event, EventKind
from cxmap.lib import formats
from cxmap.workspaces.models import Role
from journeys.comments import kind_label
from journeys.models import Comment
from kpis.marks import MARKS
from kpis.models import KpiState
from kpis.registry import Turn
from kpis.selectors.bindings import judged_view
from kpis.sentences import evidence_sentence


@dataclass(frozen=True, slots=True)
class Words:
    """An event as people read it."""

    mark: str  # the mark of a state; empty for data
    tone: str
    title: str  # what happened
    about: str  # touchpoint › KPI, or the source
    sentence: str
    path: str  # of the signal, the touchpoint, the source or the comment; empty when it is gone
    quote: str = ""  # what somebody said: for members only, never for programs
    icon: str = "clock"  # beside what has no mark


def kept_state(event: Event) -> KpiState | None:
    """Return the closed period that decided, as it was then."""
    values = event.facts.get("state")
    if values is None or event.binding is None:
        return None
    known = {
        field.attname: field.to_python(values[field.attname])
        for field in KpiState._meta.concrete_fields
        if values.get(field.attname) is not None
    }
    return KpiState(**{**known, "binding_id": event.binding_id})


def words(event: Event, *, role: Role = Role.VIEWER) -> Words:
    """Return the texts of an event (EVENT_PARTS of selectors.py selected) as a member of that role reads it; no query."""
    if event.comment is not None:
        return _of_comment(event, reads_only=role.level < Role.EDITOR.level)
    if event.source is not None:
        return _of_source(event)
    return _of_binding(event)


def _of_source(event: Event) -> Words:
    assert event.source is not None  # noqa: S101 - narrows the type: asked by words()
    source, facts = event.source, event.facts
    names: dict[str, Any] = {
        "source": source.name,
        "day": formats.short_date(dt.date.fromisoformat(facts["newest_day"])),
        "n": formats.whole(facts["rhythm_days"]),
    }
    if event.kind == EventKind.DATA_STALE:
        title = _("Data are late")
        sentence = (
            ngettext(
                "The newest day from “%(source)s” is %(day)s: more than three times its rhythm of %(n)s day ago.",
                "The newest day from “%(source)s” is %(day)s: more than three times its rhythm of %(n)s days ago.",
                facts["rhythm_days"],
            )
            % names
        )
    else:
        title = _("Late data have arrived")
        sentence = _("“%(source)s” has data again, up to %(day)s.") % names
    path = "" if source.deleted_at else reverse("sources:source", args=[source.public_id])
    return Words(
        "", "no_data" if event.kind == EventKind.DATA_STALE else "on_target", title, source.name, sentence, path
    )


COMMENTS = {
    EventKind.COMMENT_MENTION: (
        lambda: _("A comment names you"),
        lambda: _("%(name)s names you in a comment on “%(journey)s”."),
    ),
    EventKind.COMMENT_REPLY: (
        lambda: _("An answer in your thread"),
        lambda: _("%(name)s answers in a thread of “%(journey)s” that you take part in."),
    ),
    EventKind.COMMENT_ADDED: (lambda: _("A new comment"), lambda: _("%(name)s comments on “%(journey)s”.")),
    EventKind.COMMENT_RESOLVED: (
        lambda: _("A thread is resolved"),
        lambda: _("%(name)s resolved a thread of comments on “%(journey)s”."),
    ),
}


def _name_on(on: dict[str, Any], comment: Comment, *, reads_only: bool) -> str:
    """Return how the reader calls what was commented on; empty when they do not see it."""
    if not reads_only:
        return str(on.get("name", ""))
    # What was kept before it was told apart is named to readers only where nothing is published: they see the draft.
    return str(on.get("published", "" if comment.journey.published_version_id else on.get("name", "")))


def _of_comment(event: Event, *, reads_only: bool) -> Words:
    comment, on = event.comment, event.facts.get("on", {})
    assert comment is not None  # noqa: S101 - narrows the type: asked by words()
    title, sentence = COMMENTS[EventKind(event.kind)]
    gone = comment.deleted_at is not None or comment.journey.deleted_at is not None
    about = [comment.journey.name]
    name = _name_on(on, comment, reads_only=reads_only)
    if name:
        about += [kind_label(on["kind"]), name]
    elif on.get("name"):
        about.append(_("something on the map"))
    return Words(
        mark="",
        tone="",
        title=title(),
        about=" › ".join(about),
        sentence=sentence() % {"name": event.facts.get("by", ""), "journey": comment.journey.name},
        path="" if gone else comment.get_absolute_url(),
        quote="" if gone else comment.text,
        icon="comment",
    )


TITLES = {
    EventKind.FLAG_OPENED: lambda: _("A signal has opened"),
    EventKind.FLAG_WORSENED: lambda: _("A signal is worsening"),
    EventKind.FLAG_CLOSED: lambda: _("A signal has closed"),
    EventKind.TARGET_AT_RISK: lambda: _("A target is at risk"),
    EventKind.TARGET_REVIEW: lambda: _("A target is to be reviewed"),
}


def _of_binding(event: Event) -> Words:
    binding, state = event.binding, kept_state(event)
    assert binding is not None  # noqa: S101 - narrows the type: a constraint of the table
    view = judged_view(binding, state, today=event.at.date())
    sentence = evidence_sentence(view)
    turn = event.facts.get("turn")
    if turn == Turn.CLOSED.value:
        before = _("Two closed periods in a row without the problem.")
    elif turn == Turn.WORSENED.value:
        before = _("Its target was missed; now it is also getting worse.")
    elif turn == Turn.DEEPENED.value and event.flag is not None and state is not None:
        opened = event.flag.evidence
        before = _("Beyond what opened the signal (%(then)s), twice in a row: %(now)s.") % {
            "then": formats.kpi_value(opened.get("value"), binding.kpi.unit),
            "now": formats.kpi_value(state.value, binding.kpi.unit),
        }
    elif event.kind == EventKind.TARGET_AT_RISK:
        due_on = dt.date.fromisoformat(event.facts["due_on"])
        names = {
            "target": formats.kpi_target(event.facts["target"], binding.kpi.unit),
            "day": formats.short_date(due_on),
        }
        if due_on < event.at.date():
            before = _("The target of %(target)s was due on %(day)s, and is missed.") % names
        else:
            before = _("The target of %(target)s is due on %(day)s, and is missed so far.") % names
    elif event.kind == EventKind.TARGET_REVIEW:
        day = formats.short_date(dt.date.fromisoformat(event.facts["review_on"]))
        if event.facts["target"] is None:
            before = _("Its target was to be set later; the review was planned for %(day)s.") % {"day": day}
        else:
            before = _("The review of the target of %(target)s was planned for %(day)s.") % {
                "target": formats.kpi_target(event.facts["target"], binding.kpi.unit),
                "day": day,
            }
    else:
        before = ""
    kind = event.flag.kind if event.flag is not None else view.code
    if event.kind == EventKind.FLAG_CLOSED:
        kind = view.code
    gone = binding.deleted_at is not None or binding.touchpoint.deleted_at is not None
    if gone:
        path = ""
    elif event.flag_id is not None:
        path = reverse("kpis:flag-detail", args=[event.flag_id])
    else:
        path = binding.touchpoint.get_absolute_url()
    return Words(
        mark=MARKS[kind],
        tone=kind,
        title=TITLES[EventKind(event.kind)](),
        about=f"{binding.touchpoint.name} › {binding.kpi.name}",
        sentence=" ".join(filter(None, [before, sentence])),
        path=path,
    )


# Why a message was not delivered, by the code that stands in the outbox; %(detail)s is what follows the bar.
PROBLEMS = {
    "left": gettext_lazy("the person is no longer a member"),
    "mail_off": gettext_lazy("the person has turned mails off"),
    "muted": gettext_lazy("the person wanted no alerts then"),
    "gone": gettext_lazy("what it told of is gone"),
    "webhook_deleted": gettext_lazy("the webhook was deleted"),
    "paused_long": gettext_lazy("the webhook was paused for more than seven days"),
    "private": gettext_lazy("the address lies in a private network, or is no longer allowed"),
    "no_name": gettext_lazy("the name %(detail)s was not found"),
    "late": gettext_lazy("no answer within %(detail)s seconds"),
    "certificate": gettext_lazy("the certificate was not accepted (%(detail)s)"),
    "connection_refused": gettext_lazy("the connection was refused"),
    "connection_closed": gettext_lazy("the connection was closed without a proper answer"),
    "network": gettext_lazy("the network did not let it through (%(detail)s)"),
    "redirect": gettext_lazy("the receiver answered with a redirect, which is not followed"),
    "answered": gettext_lazy("the receiver answered %(detail)s"),
    "mail_recipient": gettext_lazy("the mail server refuses this e-mail address (%(detail)s)"),
    "mail_answered": gettext_lazy("the mail server answered %(detail)s"),
    "mail_server": gettext_lazy("the mail server does not answer properly (%(detail)s)"),
    "exception": gettext_lazy("an error of the product, which stands in its log (%(detail)s)"),
    "unfinished": gettext_lazy("no worker finished it"),
}


def problem(error: str) -> str:
    """Return why a message was not delivered; a code without words is shown as it is, never left out."""
    code, _bar, detail = error.partition("|")
    return str(PROBLEMS[code]) % {"detail": detail} if code in PROBLEMS else error
