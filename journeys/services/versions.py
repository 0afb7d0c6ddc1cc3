"""Named versions: the whole document of a map, kept under a number."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cxmap.history.services import history_record
from cxmap.workspaces.models import User
from journeys import interchange
from journeys.models import Journey, Version
from journeys.versions import last_change_of


def version_keep(journey: Journey, actor: User | None, name: str, note: str, *, published: bool = False) -> Version:
    """Keep a map, whose row the caller has locked, under the next number; published: for everybody to read."""
    dump = interchange.dump_of(journey)
    last = Version.objects.filter(journey=journey).aggregate(last=Max("number"))["last"] or 0
    return Version.objects.create(
        workspace_id=journey.workspace_id,
        journey=journey,
        number=last + 1,
        name=name,
        note=note,
        document=interchange.to_dict(dump.document),
        rows=dump.rows,
        last_change=last_change_of(journey),
        created_by=actor,
        published_at=timezone.now() if published else None,
        published_by=actor if published else None,
    )


@transaction.atomic
def version_save(*, journey: Journey, actor: User | None, name: str = "", note: str = "") -> Version:
    """Keep the map as it is now under the next number. Files are kept once, by their digest, not in the version."""
    Journey.objects.select_for_update().only("pk").get(pk=journey.pk)
    version = version_keep(journey, actor, name, note)
    history_record(actor=actor, action="version.saved", target=version, scope=journey, number=version.number, name=name)
    return version


def document_in(version: Version) -> interchange.Document:
    """Return the document of a version. Raises DocumentInvalid when no part of the product reads it any more."""
    return interchange.document_from(version.document)


def is_saved(journey: Journey, document: interchange.Document) -> bool:
    """True when the last version holds exactly this."""
    last = Version.objects.filter(journey=journey).order_by("-number").first()
    if last is None:
        return False
    try:
        return interchange.fingerprint(document_in(last)) == interchange.fingerprint(document)
    except interchange.DocumentInvalid:
        return False


@transaction.atomic
def version_restore(*, version: Version, actor: User) -> tuple[Version, list[str]]:
    """Make the map be what it was, as a new version; what it is now is kept as a version of its own first.

    One gesture, which undo takes back. KPIs of the library and observations stay; solutions keep how far they are.
    Returns the new version and what could not be brought back. Raises DocumentInvalid.
    """
    journey = Journey.objects.select_for_update().get(pk=version.journey_id)
    document = document_in(version)
    if not is_saved(journey, interchange.document_of(journey, files=False)):
        version_keep(journey, actor, _("Before version %(number)s was restored") % {"number": version.number}, "")
    values: dict[str, Any] = {"number": version.number}
    written = interchange.document_apply(
        journey=journey, document=document, actor=actor, action="version.restored", library="keep", **values
    )
    restored = version_keep(
        written.journey, actor, _("Version %(number)s restored") % {"number": version.number}, version.name
    )
    return restored, written.notes
