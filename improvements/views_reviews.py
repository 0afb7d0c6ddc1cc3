"""Pages of reviews: a journey's reviews by checklist, one review with its heat table, its answers, gaps and papers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cxmap.lib import formats
from cxmap.lib.errors import CxmapError, StaleRevision
from cxmap.lib.http import see_other
from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role
from cxmap.workspaces.requests import MemberRequest
from improvements import access, reviewing
from improvements.checklists import Checklist
from improvements.forms_reviews import PlaceForm, ReviewForm
from improvements.models import Review, ReviewAnswer
from improvements.review_paper import blank_pdf, review_pdf
from improvements.reviews import TONES, PlaceView, ReviewView, journey_reviews, review_view
from journeys import access as journeys_access
from journeys.models import Journey
from journeys.tabs import tabs_of
from journeys.views.saved import saved_views


def _list_page(
    request: MemberRequest, journey: Journey, *, form: ReviewForm | None = None, wrong: str = "", status: int = 200
) -> HttpResponse:
    today = timezone.localdate(timezone=journey.workspace.zone)
    removed = None
    if (key := request.GET.get("removed", "")) and can(request.membership, Role.EDITOR):
        try:
            removed = Review.objects.filter(pk=UUID(key), journey=journey).exclude(deleted_at=None).first()
        except ValueError:
            removed = None
    forms = {
        checklist.value: form
        if form is not None and wrong == checklist
        else ReviewForm(initial={"held_on": today}, prefix=checklist.value)
        for checklist in Checklist
    }
    context = {
        "journey": journey,
        "kinds": [(kind, forms[kind.checklist.value]) for kind in journey_reviews(journey)],
        "groups": reviewing.map_groups(journey),
        "removed": removed,
        "tabs": tabs_of(journey, current="reviews", query=request.GET),
        "saved_views": saved_views(request, journey, current="reviews"),
        "can_edit": can(request.membership, Role.EDITOR),
        "section": "journeys",
    }
    return render(request, "improvements/review_list.html", context, status=status)


@login_required
@require_safe
def review_list(request: MemberRequest, pk: UUID) -> HttpResponse:
    return _list_page(request, journeys_access.journey_for_view(request, pk))


def _checklist(text: str) -> Checklist:
    if text not in Checklist.values:
        raise Http404
    return Checklist(text)


@login_required
@require_POST
def review_add(request: MemberRequest, pk: UUID, checklist: str) -> HttpResponse:
    journey = journeys_access.journey_for_edit(request, pk)
    kind = _checklist(checklist)
    form = ReviewForm(request.POST, prefix=kind.value)
    if form.is_valid():
        data = dict(form.cleaned_data)
        data.pop("revision")
        try:
            review = reviewing.review_start(journey=journey, checklist=kind, actor=request.user, **data)
        except CxmapError as error:
            form.add_error(None, str(error))
        else:
            return see_other(review.get_absolute_url())
    return _list_page(request, journey, form=form, wrong=kind, status=422)


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{slugify(name)}.pdf"'
    return response


@login_required
@require_safe
def review_blank(request: MemberRequest, pk: UUID, checklist: str) -> HttpResponse:
    """Send a checklist to fill in by hand: the pairs of this map, or all of the principles."""
    journey = journeys_access.journey_for_view(request, pk)
    kind = _checklist(checklist)
    return _pdf(blank_pdf(journey, kind), f"{kind.label}-{journey.name}")


def _page(
    request: MemberRequest,
    review: Review,
    *,
    form: PlaceForm | None = None,
    found: ReviewView | None = None,
    view: PlaceView | None = None,
    stale: bool = False,
    status: int = 200,
) -> HttpResponse:
    found = found or review_view(review)
    view = view or found.view_of(request.GET.get("place", ""))
    if view is None and found.places:
        raise Http404
    can_edit = can(request.membership, Role.EDITOR)
    context: dict[str, Any] = {
        "review": review,
        "journey": review.journey,
        "found": found,
        "view": view,
        "form": form or (PlaceForm(view=view) if view is not None else None),
        "stale": stale,
        "tones": TONES.items(),
        "can_edit": can_edit,
        "section": "journeys",
    }
    return render(request, "improvements/review_detail.html", context, status=status)


@login_required
@require_safe
def review_detail(request: MemberRequest, pk: UUID) -> HttpResponse:
    return _page(request, access.review_for_view(request, pk))


def _address(review: Review, place: str) -> str:
    return f"{review.get_absolute_url()}?place={place.replace('+', '%2B')}#points"


@login_required
@require_POST
def review_answer(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Save the answers of one place; what somebody else answered there meanwhile is shown, what was typed stays."""
    review = access.review_for_edit(request, pk)
    found = review_view(review)
    view = found.view_of(request.POST.get("place", "-"))
    if view is None:
        raise Http404
    form = PlaceForm(request.POST, view=view)
    if not form.is_valid():
        return _page(request, review, form=form, found=found, view=view, status=422)
    try:
        number = reviewing.place_answer(
            review=review,
            place=view.place,
            actor=request.user,
            given=form.given,
            expected_stamp=form.cleaned_data["stamp"],
        )
    except StaleRevision:
        again = PlaceForm({**request.POST.dict(), "stamp": str(view.stamp)}, view=view)
        return _page(request, review, form=again, found=found, view=view, stale=True, status=409)
    if number:
        text = ngettext("%(number)s point is saved.", "%(number)s points are saved.", number)
        messages.success(request, text % {"number": formats.whole(number)})
    else:
        messages.info(request, _("Nothing had changed."))
    later = [one.place.key for one in found.places]
    following = request.POST.get("then") == "next" and later.index(view.place.key) + 1 < len(later)
    return see_other(_address(review, later[later.index(view.place.key) + 1] if following else view.place.key))


@login_required
@require_POST
def review_gaps(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Make opportunities of gaps: of one answer, of a place, or of all."""
    review = access.review_for_edit(request, pk)
    place = request.POST.get("place", "")
    rows = ReviewAnswer.objects.filter(review=review, answer__in=reviewing.GAPS)
    if one := request.POST.get("answer", ""):
        try:
            rows = rows.filter(pk=UUID(one))
        except ValueError as error:
            raise Http404 from error
    elif place:
        rows = rows.filter(place=place)
    made = reviewing.gaps_note(review=review, actor=request.user, answers=list(rows))
    if made:
        text = ngettext(
            "%(number)s opportunity is among the improvements.",
            "%(number)s opportunities are among the improvements.",
            len(made),
        )
        messages.success(request, text % {"number": formats.whole(len(made))})
    else:
        messages.info(request, _("These gaps stand among the improvements already."))
    back = request.POST.get("back", "")
    known = {view.place.key for view in review_view(review).places}
    return see_other(_address(review, back) if back in known else review.get_absolute_url())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    review = access.review_for_edit(request, pk)
    form = ReviewForm(request.POST or None, instance=review, initial={"revision": review.revision})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = dict(form.cleaned_data)
            expected = data.pop("revision")
            try:
                reviewing.review_update(review=review, actor=request.user, expected_revision=expected, **data)
            except CxmapError as error:
                form.add_error(None, str(error))
                status = error.status
            else:
                messages.success(request, _("Saved."))
                return see_other(review.get_absolute_url())
    context = {"form": form, "review": review, "journey": review.journey, "section": "journeys"}
    return render(request, "improvements/review_form.html", context, status=status)


@login_required
@require_POST
def review_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    review = reviewing.review_delete(review=access.review_for_edit(request, pk), actor=request.user)
    return see_other(f"{reverse('improvements:reviews', args=[review.journey_id])}?removed={review.pk}")


@login_required
@require_POST
def review_restore(request: MemberRequest, pk: UUID) -> HttpResponse:
    review = reviewing.review_restore(review=access.review_in_trash_for_edit(request, pk), actor=request.user)
    return see_other(review.get_absolute_url())


@login_required
@require_safe
def review_paper(request: MemberRequest, pk: UUID) -> HttpResponse:
    review = access.review_for_view(request, pk)
    name = f"{review.get_checklist_display()}-{review.journey.name}-{review.held_on.isoformat()}"
    return _pdf(review_pdf(review_view(review)), name)
