"""Which data are a persona's: the page that binds it to segments and dimensions."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cxmap.lib.errors import CxmapError, StaleRevision
from cxmap.workspaces.requests import MemberRequest
from kpis.selectors.persona_data import data_choices
from personas.access import persona_for_edit
from personas.models import Segment
from personas.services import persona_set_data


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def persona_data(request: MemberRequest, pk: UUID) -> HttpResponse:
    persona = persona_for_edit(request, pk)
    segments = {segment.pk for segment in persona.segments.all()}
    rule = {name: set(values) for name, values in persona.dimensions.items()}
    error, status = "", 200
    if request.method == "POST":
        ticked = {int(value) for value in request.POST.getlist("segment") if value.isdecimal() and len(value) < 18}
        rule = {}
        for entry in request.POST.getlist("value"):
            name, found, value = entry.partition("=")
            if found and name and value:
                rule.setdefault(name, set()).add(value)
        chosen = list(Segment.objects.filter(workspace=persona.workspace_id, pk__in=ticked))
        segments = {segment.pk for segment in chosen}
        revision = request.POST.get("revision", "")
        try:
            persona_set_data(
                persona=persona,
                actor=request.user,
                segments=chosen,
                dimensions={name: sorted(values) for name, values in rule.items()},
                expected_revision=int(revision) if revision.isdecimal() and len(revision) < 10 else 0,
            )
        except StaleRevision:
            error, status = _("Somebody changed this persona meanwhile. Load the page anew, then tick again."), 409
        except CxmapError as refused:
            error, status = str(refused), refused.status
        else:
            messages.success(request, _("The data of “%(name)s” are saved.") % {"name": persona.name})
            return redirect(persona.get_absolute_url())
    context = {
        "persona": persona,
        "choices": data_choices(persona.workspace, segments=segments, rule=rule),
        "error": error,
        "section": "personas",
    }
    return render(request, "kpis/persona_data.html", context, status=status)
