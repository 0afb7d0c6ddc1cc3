"""Answers that several apps give."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from cxmap.lib.errors import CxmapError


def wants_partial(request: HttpRequest) -> bool:
    """True when a script asked and will put the answer into the page."""
    return request.headers.get("HX-Request") == "true" or request.headers.get("X-Requested-With") == "fetch"


def render_page_or_partial(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render app/name.html, or app/_name.html for a script."""
    if wants_partial(request):
        app, _, name = template.rpartition("/")
        template = f"{app}/_{name}"
    response = render(request, template, context, status=status)
    response["Vary"] = "HX-Request, X-Requested-With, Cookie, Accept-Language"
    return response


def safe_next(request: HttpRequest, default: str) -> str:
    """Return the address to go back to when it is one of ours, else the default."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if target and url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return target
    return default


def refuse(request: HttpRequest, error: CxmapError, *, back: str) -> HttpResponse:
    """Tell a person what went wrong: as JSON to a script, else as a message on the page they came from."""
    if wants_partial(request):
        return JsonResponse(
            {"error": {"code": error.code, "message": str(error), "fields": error.fields}}, status=error.status
        )
    messages.error(request, str(error))
    return redirect(back)


def see_other(url: str) -> HttpResponse:
    """Send the browser to a page after a POST."""
    return HttpResponseRedirect(url, status=303)
