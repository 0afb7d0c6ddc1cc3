"""What of journeys can be found: maps, their steps and cards, what customers said, and what cards rest on."""

from collections.abc import Callable

from django.db.models import Exists, F, Q, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Concat, Left, NullIf
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxmap.search.registry import Group, Source, register
from cxmap.workspaces.models import Membership, Role, User, Workspace
from cxmap.workspaces.places import register_items
from journeys.models import (
    Attachment,
    Card,
    Comment,
    Draft,
    Evidence,
    Export,
    Journey,
    JourneyTemplate,
    Lane,
    SavedView,
    ShareLink,
    Stage,
    Step,
    Version,
)
from journeys.readers import unchanged

JOURNEYS = Group("journeys", _("Journeys"), 10)
STEPS = Group("steps", _("Stages and steps"), 40)
CARDS = Group("cards", _("Cards"), 50)
SAID = Group("said", _("What customers said"), 45)
EVIDENCE = Group("evidence", _("Evidence"), 70)
COMMENTS = Group("comments", _("Comments"), 75)

TITLE_MAX = 160  # characters of a card's text that stand for its name


def _text(*parts: Combinable) -> Combinable:
    return Concat(*parts, output_field=TextField())


def _on(anchor: str) -> Callable[[Workspace, str], str]:
    """Return what makes an address of "journey/row": the map, with the row in view."""

    def href(_workspace: Workspace, key: str) -> str:
        journey, row = key.split("/")
        return f"{reverse('journeys:detail', args=[journey])}#{anchor}-{row}"

    return href


def _edits(workspace: Workspace, user: User | None) -> Exists:
    """Return the condition that the person edits maps here: all others find nothing of the draft of a published one."""
    mine = Membership.objects.filter(workspace=workspace, user=user)
    return Exists(mine.filter(role__in=[role for role in Role if role.level >= Role.EDITOR.level]))


def _journeys(workspace: Workspace, user: User | None) -> QuerySet[Journey]:
    rows = Journey.objects.filter(workspace=workspace, deleted_at=None)
    return rows.filter(Q(_edits(workspace, user)) | Q(published_version=None))


def _published(workspace: Workspace, user: User | None) -> QuerySet[Journey]:
    rows = Journey.objects.filter(workspace=workspace, deleted_at=None, published_version__isnull=False)
    return rows.exclude(_edits(workspace, user))


def _stages(workspace: Workspace, user: User | None) -> QuerySet[Stage]:
    rows = Stage.objects.filter(workspace=workspace, deleted_at=None, journey__deleted_at=None)
    return rows.filter(Q(_edits(workspace, user)) | unchanged(""))


def _steps(workspace: Workspace, user: User | None) -> QuerySet[Step]:
    rows = Step.objects.filter(workspace=workspace, deleted_at=None, stage__deleted_at=None, journey__deleted_at=None)
    return rows.filter(Q(_edits(workspace, user)) | unchanged("", "stage__"))


def _cards(workspace: Workspace, user: User | None) -> QuerySet[Card]:
    return Card.objects.filter(
        Q(_edits(workspace, user)) | unchanged("", "step__", "step__stage__"),
        workspace=workspace,
        deleted_at=None,
        lane__deleted_at=None,
        step__deleted_at=None,
        step__stage__deleted_at=None,
        journey__deleted_at=None,
    )


def _plain(workspace: Workspace, user: User | None) -> QuerySet[Card]:
    return _cards(workspace, user).filter(source="", evidence=None)


def _said(workspace: Workspace, user: User | None) -> QuerySet[Card]:
    """Cards with a source: what a customer said, word for word, or what an interview noted."""
    return _cards(workspace, user).filter(~Q(source="") | Q(evidence__isnull=False))


def _evidence(workspace: Workspace, user: User | None) -> QuerySet[Evidence]:
    rows = Evidence.objects.filter(workspace=workspace, deleted_at=None, journey__deleted_at=None)
    return rows.filter(Q(_edits(workspace, user)) | unchanged(""))


def _comments(workspace: Workspace, _user: User | None) -> QuerySet[Comment]:
    return Comment.objects.filter(workspace=workspace, deleted_at=None, journey__deleted_at=None)


def _place(_language: str) -> Combinable:
    return _text(F("journey__name"), Value(" › "), F("step__stage__name"), Value(" › "), F("step__name"))


register_items("journeys", Journey)
register_items("journey-templates", JourneyTemplate)
register_items("versions", Version)
register_items("stages", Stage)
register_items("steps", Step)
register_items("lanes", Lane)
register_items("cards", Card)
register_items("evidence", Evidence)
register_items("attachments", Attachment)
register_items("comments", Comment)
register_items("drafts", Draft)
register_items("exports", Export)
register_items("saved-views", SavedView)
register_items("share-links", ShareLink)
register(
    Source(
        group=JOURNEYS,
        rows=_journeys,
        title=lambda _language: F("name"),
        context=lambda _language: F("owner"),
        body=lambda _language: _text(F("scenario"), Value(" "), F("expectation")),
        key=F("id"),
        href=lambda _workspace, key: reverse("journeys:detail", args=[key]),
    ),
    # Of a map that was published, those who only read it find its name: what it is about may be a draft.
    Source(
        group=JOURNEYS,
        rows=_published,
        columns=("name", "owner"),
        title=lambda _language: F("name"),
        context=lambda _language: F("owner"),
        key=F("id"),
        href=lambda _workspace, key: reverse("journeys:detail", args=[key]),
    ),
    Source(
        group=STEPS,
        rows=_stages,
        title=lambda _language: F("name"),
        context=lambda _language: F("journey__name"),
        body=lambda _language: F("note"),
        key=_text(F("journey_id"), Value("/"), F("id")),
        href=_on("row"),
    ),
    Source(
        group=STEPS,
        rows=_steps,
        title=lambda _language: F("name"),
        context=lambda _language: _text(F("journey__name"), Value(" › "), F("stage__name")),
        key=_text(F("journey_id"), Value("/"), F("id")),
        href=_on("row"),
    ),
    Source(
        group=CARDS,
        rows=_plain,
        title=lambda _language: Left("text", TITLE_MAX),
        context=_place,
        body=lambda _language: F("text"),
        key=_text(F("journey_id"), Value("/"), F("id")),
        href=_on("card"),
    ),
    Source(
        group=SAID,
        rows=_said,
        title=lambda _language: Left("text", TITLE_MAX),
        context=lambda language: _text(
            Coalesce(NullIf(F("source"), Value("")), F("evidence__title")), Value(" · "), _place(language)
        ),
        body=lambda _language: F("text"),
        key=_text(F("journey_id"), Value("/"), F("id")),
        href=_on("card"),
    ),
    Source(
        group=EVIDENCE,
        rows=_evidence,
        title=lambda _language: F("title"),
        context=lambda _language: F("journey__name"),
        body=lambda _language: F("notes"),
        key=F("journey_id"),
        href=lambda _workspace, key: reverse("journeys:evidence", args=[key]),
    ),
    Source(
        group=COMMENTS,
        rows=_comments,
        title=lambda _language: Left("text", TITLE_MAX),
        context=lambda _language: _text(
            F("journey__name"), Value(" · "), Coalesce(NullIf(F("author__name"), Value("")), F("guest_name"))
        ),
        body=lambda _language: F("text"),
        key=F("id"),
        href=lambda _workspace, key: reverse("journeys:comment", args=[key]),
    ),
)
