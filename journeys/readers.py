"""What those see who cannot edit a map: what was published, as soon as something was (docs/decisions/0030)."""

from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest

from cxmap.history.services import FOR_READERS, keep_from_readers
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Membership, Role
from journeys.models import Journey, ShareLink, Version
from journeys.picture import published_of

AS_READER = "reader"  # ?as=reader: whoever edits looks at what the others see


def is_reader(request: HttpRequest) -> bool:
    """True for members who cannot edit maps, and for those who ask to see a map as they do."""
    membership: Membership | None = getattr(request, "membership", None)
    return not can(membership, Role.EDITOR) or request.GET.get("as") == AS_READER


def version_for(request: HttpRequest, journey: Journey) -> Version | None:
    """Return the version that a member sees in place of the draft; None: the draft, as nothing else is there or it is theirs."""
    return published_of(journey) if is_reader(request) else None


def version_of_link(link: ShareLink) -> Version | None:
    """Return the version that a link shows; None: the draft, as it says so or nothing was published yet."""
    return published_of(link.journey) if link.shows == ShareLink.Shows.PUBLISHED else None


def version_for_token(request: Any, journey: Journey) -> Version | None:
    """Return the version that a token of the API reads: the role of the token decides, as that of a member does."""
    return published_of(journey) if reads_published(request) else None


def reads_published(request: Any) -> bool:
    """True for tokens that cannot edit."""
    return Role(request.auth.role).level < Role.EDITOR.level


def unchanged(*paths: str) -> Q:
    """Return the condition for rows of maps that readers may find: of maps never published, or unchanged since.

    Paths lead from the row to the rows whose texts it is shown with: "" to itself, "step__" to its step. Each of them has
    updated_at. For searches and lists that read the tables, where nothing is drawn from a version.
    """
    kept = Q()
    for path in paths:
        kept &= Q(**{f"{path}updated_at__lte": F("journey__published_version__created_at")})
    return Q(journey__published_version=None) | kept


# What the log says of a map after its publication without telling of the draft.
OF_APPROVAL = (
    "journey.published", "journey.review_asked", "journey.sent_back", "journey.review_withdrawn", "journey.deleted",
    "journey.restored",
)  # fmt: skip


def unpublished(workspace_id: int) -> Q:
    """Return the condition for changes of maps that came after what was published.

    What was said is no draft: readers see it in the panel of comments. A row without names for readers stays hidden.
    """
    known = Coalesce("published_version__last_change", 0)
    since = Journey.objects.annotate(key=Cast("pk", CharField()), known=known).filter(
        workspace=workspace_id, key=OuterRef("scope_id"), published_version__isnull=False, known__lt=OuterRef("pk")
    )
    said = Q(action__startswith="comment.", summary__has_key=FOR_READERS)
    return Q(Exists(since), scope_type="journeys.journey") & ~Q(action__in=OF_APPROVAL) & ~said


keep_from_readers(unpublished)
