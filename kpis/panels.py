"""The KPIs of a touchpoint, on its page and in the drawer of the map."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cxmap.workspaces.access import can, membership_of
from cxmap.workspaces.models import Role, Workspace
from kpis.forms_suggestions import SuggestionForm
from kpis.parts import customers_of
from kpis.selectors.bindings import BindingView, binding_views, bindings_of, judged_periods
from kpis.selectors.by_type import suggested_for
from kpis.selectors.composition import Composition, compositions
from kpis.selectors.history import PeriodValue, figure_of, period_values
from kpis.selectors.persona_figures import persona_figures
from kpis.sentences import evidence_sentence
from kpis.services.suggestions import last_bound
from personas import panels as persona_panels
from personas.models import Persona
from touchpoints import panels
from touchpoints.models import Touchpoint


@dataclass(frozen=True, slots=True)
class BindingDetail:
    """One binding with its evidence, chart and table."""

    view: BindingView
    sentence: str
    values: Sequence[PeriodValue]
    figure: dict[str, Any] | None
    compositions: Sequence[Composition]

    @property
    def chart_id(self) -> str:
        return f"chart-{self.view.binding.pk}"


def binding_details(views: Sequence[BindingView]) -> list[BindingDetail]:
    """Return what the drawer shows of bindings; three queries for all, and one each."""
    judged = judged_periods([view.binding.pk for view in views])
    parts = compositions([(view.binding, view.state) for view in views])
    details = []
    for view in views:
        values = period_values(view.binding, today=view.today)
        details.append(
            BindingDetail(
                view=view,
                sentence=evidence_sentence(view),
                values=list(reversed(values)),
                figure=figure_of(view, values, judged.get(view.binding.pk, ())),
                compositions=parts.get(view.binding.pk, ()),
            )
        )
    return details


def touchpoint_panel(request: HttpRequest, touchpoint: Touchpoint) -> panels.Panel:
    """Return the KPIs of a touchpoint. Grows by one query a KPI: a touchpoint has a handful."""
    membership = membership_of(request, touchpoint.workspace_id)
    today = timezone.localdate(timezone=membership.workspace.zone)
    views = binding_views(bindings_of([touchpoint.pk]), today=today)
    row = suggested_for(touchpoint)
    return panels.Panel(
        template="kpis/_touchpoint_panel.html",
        context={
            "details": binding_details(views),
            "touchpoint": touchpoint,
            "can_analyse": can(membership, Role.ANALYST),
            "can_edit": can(membership, Role.EDITOR),
            "today": today,
            "row": row,
            "form": SuggestionForm(row=row) if row is not None else None,
            "bound": last_bound(
                workspace=membership.workspace, actor=membership.user, gesture=request.GET.get("bound", "")
            ),
        },
        rank=10,
    )


def ranking_link(request: HttpRequest, workspace: Workspace) -> panels.Link:
    return panels.Link(_("Cost and effectiveness"), reverse("kpis:ranking", args=[workspace.slug]))


def persona_panel(request: HttpRequest, persona: Persona) -> persona_panels.Panel:
    """Return what is measured of a persona's customers, or how to say who they are."""
    membership = membership_of(request, persona.workspace_id)
    today = timezone.localdate(timezone=membership.workspace.zone)
    context = {
        "figures": persona_figures(persona, today=today),
        "customers": customers_of(persona),
        "persona": persona,
        "can_edit": can(membership, Role.EDITOR),
        "workspace": membership.workspace,
    }
    return persona_panels.Panel(template="kpis/_persona_panel.html", context=context, rank=10)


def by_type_link(request: HttpRequest, workspace: Workspace) -> panels.Link:
    return panels.Link(_("KPIs by type"), reverse("kpis:by-type", args=[workspace.slug]))


panels.register(touchpoint_panel)
persona_panels.register(persona_panel)
panels.register_link(ranking_link)
panels.register_link(by_type_link)
