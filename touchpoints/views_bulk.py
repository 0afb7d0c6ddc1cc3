"""Many touchpoints at once: choose what they get, change them, take it back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from cxmap.lib import formats
from cxmap.lib.errors import CxmapError
from cxmap.lib.http import refuse, see_other
from cxmap.workspaces.access import workspace_for_edit
from cxmap.workspaces.models import Workspace
from cxmap.workspaces.requests import MemberRequest
from touchpoints import bulk, selectors
from touchpoints.forms import BulkForm, FilterForm
from touchpoints.models import Touchpoint

NAMES_SHOWN = 12
ROWS_MAX = 20_000
ACTS = {"delete": bulk.touchpoints_delete, "restore": bulk.touchpoints_restore}
Expected = Mapping[UUID, int | None]


def _marked(texts: list[str]) -> dict[UUID, int | None]:
    """Read "id:revision" as the boxes of the list have them; what makes no sense is left out."""
    found: dict[UUID, int | None] = {}
    for text in texts[:ROWS_MAX]:
        key, _colon, revision = text.partition(":")
        try:
            found[UUID(key)] = int(revision) if revision.isdecimal() and len(revision) < 10 else None
        except ValueError:
            continue
    return found


def _chosen(request: MemberRequest, workspace: Workspace) -> dict[UUID, int | None]:
    """Return the touchpoints that are meant, with the revisions seen: those ticked, or all that the filters leave."""
    data = request.POST if request.method == "POST" else request.GET
    if data.get("rows"):
        return _marked(data["rows"].split())
    if data.get("all"):
        query = QueryDict(data.get("query", "")) if request.method == "POST" else request.GET
        form = FilterForm(query, workspace=workspace)
        if not form.is_valid():
            return {}  # a filter that means nothing any more would mean everything
        today = timezone.localdate(timezone=workspace.zone)
        rows = selectors.found(workspace, form.filters(), today=today)
        return dict(rows.values_list("pk", "revision")[:ROWS_MAX])
    return _marked(data.getlist("pk"))


def _list_with(workspace: Workspace, query: str, **more: str) -> str:
    """Return the address of the list with the filters that were on."""
    found = QueryDict(query, mutable=True)
    for name in ("page", "done", "deleted", "all"):
        found.pop(name, None)
    for name, value in more.items():
        found[name] = value
    address = reverse("touchpoints:list", args=[workspace.slug])
    return f"{address}?{found.urlencode()}" if found else address


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def touchpoints_bulk(request: MemberRequest, slug: str) -> HttpResponse:
    """Show what many touchpoints can get; change them, delete them or restore them once that is said."""
    workspace = workspace_for_edit(request, slug)
    data = request.POST if request.method == "POST" else request.GET
    query = data.get("query", "") if request.method == "POST" else request.GET.urlencode()
    expected = _chosen(request, workspace)
    back = _list_with(workspace, query)
    if not expected:
        messages.error(request, _("Tick at least one touchpoint first."))
        return see_other(back)
    act = ACTS.get(data.get("do", "")) if request.method == "POST" else None
    if act is not None and data.get("all") and str(len(expected)) != data.get("count"):
        messages.error(request, _("Others changed the library meanwhile. Nothing was done: look at the list again."))
        return see_other(back)
    if act is not None:
        return _done(request, workspace, query, act(workspace=workspace, actor=request.user, expected=expected), act)
    applied = request.method == "POST" and "apply" in request.POST
    form = BulkForm(request.POST if applied else None, workspace=workspace)
    if applied and form.is_valid():
        outcome = bulk.touchpoints_change(
            workspace=workspace, actor=request.user, expected=expected, fields=form.fields_to_set()
        )
        return _done(request, workspace, query, outcome)
    names = Touchpoint.objects.filter(workspace=workspace, pk__in=list(expected)).order_by("sort_key", "id")
    context = {
        "form": form,
        "count": names.count(),
        "names": list(names.values_list("name", flat=True)[:NAMES_SHOWN]),
        "more": max(0, len(expected) - NAMES_SHOWN),
        "rows": " ".join(f"{pk}:{'' if revision is None else revision}" for pk, revision in expected.items()),
        "query": query,
        "back": back,
        "section": "touchpoints",
    }
    return render(request, "touchpoints/bulk_form.html", context, status=422 if applied else 200)


def _names(names: list[str]) -> str:
    """Return some names as a list in words."""
    shown = ", ".join(f"“{name}”" if formats.locale() != "fr_FR" else f"«\u00a0{name}\u00a0»" for name in names[:5])
    return shown + (" …" if len(names) > 5 else "")


def _done(
    request: MemberRequest, workspace: Workspace, query: str, outcome: bulk.Outcome, act: Any = None
) -> HttpResponse:
    """Say precisely what happened, and go back to the list, which offers to take it back."""
    if outcome.stale:
        text = ngettext(
            "%(n)s touchpoint was changed by someone else meanwhile and stays as it is: %(names)s. Look at it again.",
            "%(n)s touchpoints were changed by someone else meanwhile and stay as they are: %(names)s. Look at them again.",
            len(outcome.stale),
        )
        messages.warning(request, text % {"n": len(outcome.stale), "names": _names(outcome.stale)})
    if outcome.taken:
        text = ngettext(
            "%(n)s touchpoint was not restored, because another one has its name by now: %(names)s.",
            "%(n)s touchpoints were not restored, because others have their names by now: %(names)s.",
            len(outcome.taken),
        )
        messages.warning(request, text % {"n": len(outcome.taken), "names": _names(outcome.taken)})
    if outcome.gone:
        text = ngettext(
            "%(n)s touchpoint was no longer there.", "%(n)s touchpoints were no longer there.", outcome.gone
        )
        messages.warning(request, text % {"n": outcome.gone})
    if outcome.unchanged:
        text = ngettext("%(n)s touchpoint was so already.", "%(n)s touchpoints were so already.", outcome.unchanged)
        messages.info(request, text % {"n": formats.whole(outcome.unchanged)})
    more = {"done": str(outcome.gesture)} if outcome.changed else {}
    return see_other(_list_with(workspace, query, **more))


@login_required
@require_POST
def touchpoints_undo(request: MemberRequest, slug: str, gesture: UUID) -> HttpResponse:
    """Take back what the person just did to many touchpoints."""
    workspace = workspace_for_edit(request, slug)
    back = _list_with(workspace, request.POST.get("query", ""))
    try:
        number = bulk.changes_undo(workspace=workspace, actor=request.user, gesture=gesture)
    except CxmapError as error:
        return refuse(request, error, back=back)
    text = ngettext("%(n)s touchpoint is as before.", "%(n)s touchpoints are as before.", number)
    messages.success(request, text % {"n": formats.whole(number)})
    return see_other(back)
