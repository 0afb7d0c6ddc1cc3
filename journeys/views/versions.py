"""Named versions of a map, and what is different between two states of it or two files."""

import json
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cxmap.lib.http import see_other
from cxmap.lib.text import fold
from cxmap.workspaces import access as workspaces_access
from cxmap.workspaces.requests import MemberRequest
from journeys import access, interchange
from journeys import versions as ages
from journeys.forms_files import CompareFilesForm, VersionForm
from journeys.interchange.document import refused
from journeys.models import Horizon, Journey, Version
from journeys.picture import document_seen
from journeys.readers import is_reader, version_for
from journeys.services import versions as services

NOW, AS_IS = "now", "as-is"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two states that are compared."""

    key: str
    label: str
    document: interchange.Document
    short: str = ""  # over each step: "as-is journey"


def file_name(name: str, extension: str) -> str:
    """Return a name that every file system takes."""
    return f"{slugify(fold(name))[:60].strip('-') or 'journey'}.{extension}"


def attachment(content: bytes, name: str, content_type: str, *, inline: bool = False) -> HttpResponse:
    """Return a file as an answer, to be kept or (inline) shown."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=not inline, filename=name) or "attachment"
    )
    return response


def _version_page(request: MemberRequest, journey: Journey, form: VersionForm, *, status: int = 200) -> HttpResponse:
    shown = version_for(request, journey)
    versions = ages.versions_of(journey, published=shown is not None)
    context = {
        "journey": journey,
        "shown": shown,
        "versions": [(version, ages.age_text(version.created_at)) for version in versions],
        "standing": ages.standing(journey),
        "form": form,
        "can_edit": not is_reader(request),
        "section": "journeys",
    }
    return render(request, "journeys/version_list.html", context, status=status)


@login_required
@require_safe
def version_list(request: MemberRequest, pk: UUID) -> HttpResponse:
    return _version_page(request, access.journey_for_view(request, pk), VersionForm())


@login_required
@require_POST
def version_add(request: MemberRequest, pk: UUID) -> HttpResponse:
    journey = access.journey_for_edit(request, pk)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return _version_page(request, journey, form, status=422)
    version = services.version_save(journey=journey, actor=request.user, **form.cleaned_data)
    messages.success(request, _("Version %(number)s was saved.") % {"number": version.number})
    return see_other(reverse("journeys:versions", args=[pk]))


@login_required
@require_safe
def version_document(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The document of a version as a file; what its attachments hold stays here."""
    version = access.version_for_view(request, pk)
    name = file_name(f"{version.journey.name} v{version.number}", "json")
    content = json.dumps(version.document, ensure_ascii=False, indent=2).encode() + b"\n"
    return attachment(content, name, "application/json")


@login_required
@require_POST
def version_restore(request: MemberRequest, pk: UUID) -> HttpResponse:
    version = access.version_for_edit(request, pk)
    try:
        restored, notes = services.version_restore(version=version, actor=request.user)
    except interchange.DocumentInvalid as problem:
        messages.error(request, refused(problem))
    else:
        names = {"number": version.number, "new": restored.number}
        messages.success(
            request, _("Version %(number)s is back, as version %(new)s. Undo on the map takes it back.") % names
        )
        for note in notes[:10]:
            messages.warning(request, note)
    return see_other(reverse("journeys:versions", args=[version.journey_id]))


def _side(request: MemberRequest, journey: Journey, key: str) -> Side | None:
    """Return a state by its key: "now", "as-is", or the number of a version; None when there is none.

    For those who cannot edit, now is what was published, and so are versions as soon as there is one that was.
    """
    if key == NOW:
        shown = version_for(request, journey)
        short = str(Horizon.TO_BE.label) if _is_to_be(journey) else _("now")
        return Side(NOW, now_label(journey, shown), document_seen(journey, shown, files=False), short)
    if key == AS_IS:
        if journey.as_is is None or journey.as_is.deleted_at is not None:
            return None
        label = _("as-is journey “%(name)s”") % {"name": journey.as_is.name}
        document = document_seen(journey.as_is, version_for(request, journey.as_is), files=False)
        return Side(AS_IS, label, document, str(Horizon.AS_IS.label))
    if not key.isdecimal() or len(key) > 9:
        return None
    version = Version.objects.filter(journey=journey, number=int(key)).first()
    if version is None or (version.published_at is None and version_for(request, journey) is not None):
        return None
    try:
        short = _("version %(number)s") % {"number": version.number}
        return Side(key, version_label(version), services.document_in(version), short)
    except interchange.DocumentInvalid:
        # A part of the product that wrote something into it is gone; the file of the version still holds it.
        return None


def _is_to_be(journey: Journey) -> bool:
    return journey.as_is_id is not None and journey.horizon == Horizon.TO_BE


def now_label(journey: Journey, shown: Version | None) -> str:
    if shown is not None:
        return _("now: version %(number)s, as published") % {"number": shown.number}
    if _is_to_be(journey):
        return _("to-be journey “%(name)s”, now") % {"name": journey.name}
    return _("now")


def version_label(version: Version) -> str:
    if version.name:
        return _("version %(number)s, “%(name)s”") % {"number": version.number, "name": version.name}
    return _("version %(number)s") % {"number": version.number}


@login_required
@require_safe
def compare(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Two versions, a version and now, or the as-is journey and this to-be one, side by side with what is different."""
    journey = access.journey_for_view(request, pk)
    shown = version_for(request, journey)
    versions = ages.versions_of(journey, published=shown is not None)
    belongs = journey.as_is is not None and journey.as_is.deleted_at is None
    default = AS_IS if belongs else str(versions[0].number) if versions else NOW
    before = _side(request, journey, request.GET.get("before") or default)
    after = _side(request, journey, request.GET.get("after") or NOW)
    choices = [(str(version.number), version_label(version)) for version in versions]
    if journey.as_is is not None and journey.as_is.deleted_at is None:
        choices.insert(0, (AS_IS, _("as-is journey “%(name)s”") % {"name": journey.as_is.name}))
    choices.insert(0, (NOW, now_label(journey, shown)))
    context = {
        "journey": journey,
        "before": before,
        "after": after,
        "choices": choices,
        "section": "journeys",
        "only": request.GET.get("only") == "1",
        "both": interchange.aligned(before.document, after.document) if before and after else None,
        **compared(before, after),
    }
    return render(request, "journeys/comparison.html", context)


def compared(before: Side | None, after: Side | None) -> dict[str, object]:
    """Return what journeys/_differences.html shows."""
    if before is None or after is None:
        return {"groups": [], "count": 0, "count_text": ""}
    groups = interchange.differences(before.document, after.document)
    count = sum(len(group.differences) for group in groups)
    text = ngettext("%(count)s difference", "%(count)s differences", count) % {"count": count}
    return {"groups": groups, "count": count, "count_text": text}


@login_required
def compare_files(request: MemberRequest, slug: str) -> HttpResponse:
    """What is different between two files; nothing of them is kept."""
    workspaces_access.workspace_for_view(request, slug)
    form = CompareFilesForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form, "section": "journeys"}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            first, last = form.cleaned_data["before"], form.cleaned_data["after"]
            before = Side("before", request.FILES["before"].name or "", first)  # type: ignore[union-attr]
            after = Side("after", request.FILES["after"].name or "", last)  # type: ignore[union-attr]
            context |= {"before": before, "after": after, **compared(before, after)}
            status = 200
    return render(request, "journeys/compare_files.html", context, status=status)
