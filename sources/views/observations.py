"""The observations behind a value: day by day, with source, import and line."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cxmap.workspaces.access import can
from cxmap.workspaces.models import Role
from kpis.access import binding_for_view
from sources import selectors


@login_required
@require_safe
def observation_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    """List what was measured for one KPI on one touchpoint, over the days of ?period=, the newest first."""
    binding = binding_for_view(request, pk)
    today = timezone.localdate(timezone=binding.workspace.zone)
    context = {
        "binding": binding,
        "found": selectors.observations_behind(
            binding, period=request.GET.get("period", ""), page=request.GET.get("page", "1"), today=today
        ),
        "section": "touchpoints",
        "can_analyse": can(request.membership, Role.ANALYST),  # type: ignore[attr-defined]
    }
    return render(request, "sources/observation_list.html", context)
