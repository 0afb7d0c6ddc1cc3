"""When a dashboard goes out by mail, and to whom."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cxmap.lib.errors import CxmapError
from cxmap.workspaces.requests import MemberRequest
from dashboards import access
from dashboards.forms import ScheduleForm
from dashboards.models import Schedule
from dashboards.selectors.deliveries import deliveries_of
from dashboards.services import schedules as services


@login_required
@require_http_methods(["GET", "POST"])
def schedule_list(request: MemberRequest, slug: str, pk: UUID) -> HttpResponse:
    """Show the mails of a dashboard, and set a new one up."""
    dashboard = access.dashboard_for_edit(request, slug, pk)
    form = ScheduleForm(
        request.POST or None,
        workspace=dashboard.workspace,
        shared=dashboard.shared,
        actor=request.user,
        initial={"language": (get_language() or "en")[:2], "recipients": [request.user.pk]},
    )
    if request.method == "POST" and form.is_valid():
        address = request.build_absolute_uri(dashboard.get_absolute_url())
        data = {name: value for name, value in form.cleaned_data.items() if name != "revision"}
        try:
            services.schedule_add(dashboard=dashboard, actor=request.user, address=address, **data)
        except CxmapError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The dashboard will be sent."))
            return redirect("dashboards:schedules", slug, pk)
    rows = Schedule.objects.filter(dashboard=dashboard, deleted_at=None).prefetch_related("recipients")
    context = {
        "dashboard": dashboard,
        "form": form,
        "schedules": rows,
        "deliveries": deliveries_of(dashboard),
        "mail_works": services.mail_works(),
        "section": "dashboard",
    }
    return render(request, "dashboards/schedule_list.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def schedule_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    schedule = access.schedule_for_edit(request, pk)
    dashboard = schedule.dashboard
    form = ScheduleForm(
        request.POST or None,
        workspace=dashboard.workspace,
        shared=dashboard.shared,
        actor=request.user,
        initial={
            "rhythm": schedule.rhythm,
            "hour": schedule.hour,
            "language": schedule.language,
            "recipients": schedule.recipients.all(),
            "revision": schedule.revision,
        },
    )
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        expected = data.pop("revision")
        try:
            services.schedule_update(schedule=schedule, actor=request.user, expected_revision=expected, **data)
        except CxmapError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            messages.success(request, _("Saved."))
            return redirect("dashboards:schedules", dashboard.workspace.slug, dashboard.pk)
    context = {"form": form, "schedule": schedule, "dashboard": dashboard, "section": "dashboard"}
    return render(request, "dashboards/schedule_form.html", context, status=status)


@login_required
@require_POST
def schedule_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    schedule = access.schedule_for_edit(request, pk)
    services.schedule_delete(schedule=schedule, actor=request.user)
    messages.success(request, _("This mail is no longer sent."))
    return redirect("dashboards:schedules", schedule.dashboard.workspace.slug, schedule.dashboard_id)
