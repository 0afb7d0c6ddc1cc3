"""The records that the cards of a map rest on."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from cxmap.lib.errors import CxmapError
from cxmap.workspaces.requests import MemberRequest
from journeys import access
from journeys.forms import EvidenceForm
from journeys.models import Evidence, Journey, Version
from journeys.picture import picture_of
from journeys.readers import is_reader, version_for
from journeys.services import evidence as services
from journeys.tabs import tabs_of
from journeys.views.saved import saved_views


def _rows(journey: Journey, version: Version | None) -> Sequence[Evidence]:
    """Return the records of a map, newest first, each with card_count: how many cards name it."""
    if version is None:
        rows = Evidence.objects.filter(journey=journey, deleted_at=None).order_by("-happened_on", "-created_at", "id")
        return list(rows.annotate(card_count=Count("cards", filter=Q(cards__deleted_at=None))))
    picture = picture_of(journey, version)
    counts = Counter(card.evidence_id for card in picture.cards)
    for row in picture.evidence:
        row.card_count = counts[row.pk]  # type: ignore[attr-defined]
    return sorted(picture.evidence, key=lambda row: row.happened_on or dt.date.max, reverse=True)


def _page(request: MemberRequest, journey: Journey, form: EvidenceForm, *, status: int = 200) -> HttpResponse:
    context = {
        "journey": journey,
        "rows": _rows(journey, version_for(request, journey)),
        "form": form,
        "can_edit": not is_reader(request),
        "tabs": tabs_of(journey, current="evidence", query=request.GET),
        "saved_views": saved_views(request, journey, current="evidence"),
        "section": "journeys",
    }
    return render(request, "journeys/evidence.html", context, status=status)


@login_required
def evidence_list(request: MemberRequest, pk: UUID) -> HttpResponse:
    """What the map rests on; a record is added here and named by cards afterwards."""
    if request.method != "POST":
        return _page(request, access.journey_for_view(request, pk), EvidenceForm())
    journey = access.journey_for_edit(request, pk)
    form = EvidenceForm(request.POST)
    if not form.is_valid():
        return _page(request, journey, form, status=422)
    data = dict(form.cleaned_data)
    data.pop("revision")
    services.evidence_add(journey=journey, actor=request.user, **data)
    return redirect("journeys:evidence", journey.pk)


@login_required
def evidence_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    row = access.evidence_for_edit(request, pk)
    form = EvidenceForm(request.POST or None, instance=row, initial={"revision": row.revision})
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        expected = data.pop("revision")
        try:
            services.evidence_edit(
                row=Evidence.objects.get(pk=pk), actor=request.user, expected_revision=expected, **data
            )
        except CxmapError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            return redirect("journeys:evidence", row.journey_id)
    context = {"form": form, "row": row, "journey": row.journey, "section": "journeys"}
    return render(request, "journeys/evidence_form.html", context, status=status)


@login_required
@require_POST
def evidence_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    row = access.evidence_for_edit(request, pk)
    services.evidence_delete(row=row, actor=request.user)
    return redirect("journeys:evidence", row.journey_id)
