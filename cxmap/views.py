"""The start page, the language switch, health, error pages."""

import hmac
import logging
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.core.cache import cache
from django.db import connection
from django.db.utils import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import check_for_language, get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe
from drf_spectacular.generators import SchemaGenerator
from redis.exceptions import RedisError

from cxmap.celery import app as celery_app
from cxmap.demo.services import slug_for
from cxmap.lib.http import safe_next, see_other
from cxmap.workspaces.access import workspaces_of
from cxmap.workspaces.models import User

logger = logging.getLogger(__name__)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Send a member of one workspace to it; show the choice to others and the product to strangers."""
    if request.user.is_authenticated:
        memberships = workspaces_of(request.user)
        if len(memberships) == 1 and "all" not in request.GET:
            return redirect(memberships[0].workspace)
        return render(request, "workspaces/workspace_list.html", {"memberships": memberships})
    return render(request, "start.html")


@require_POST
def demo_enter(request: HttpRequest) -> HttpResponse:
    """Sign in as the demo's member. Locally only: elsewhere this address does not exist."""
    if not settings.DEMO_SIGN_IN:
        raise Http404
    user = User.objects.filter(email=settings.DEMO_EMAIL).first()
    if user is None:
        raise Http404
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return see_other(f"/w/{slug_for(get_language() or 'en')}/")


@require_POST
def language_set(request: HttpRequest) -> HttpResponse:
    """Keep the language that the person chose: in the account when signed in, else in a cookie."""
    language = request.POST.get("language", "")
    response = see_other(safe_next(request, "/"))
    if language in dict(settings.LANGUAGES) and check_for_language(language):
        if request.user.is_authenticated:
            request.user.language = language
            request.user.save(update_fields=["language"])
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 86400, samesite="Lax", secure=settings.HTTPS
        )
    return response


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def _broker_state() -> str:
    try:
        cache.get("readyz")
    except RedisError:
        return "down"
    return "ok"


def _worker_state() -> str:
    try:
        with celery_app.connection_for_read() as link:
            return "ok" if celery_app.control.inspect(timeout=0.5, connection=link).ping() else "down"
    except (OSError, RedisError):
        return "down"


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """503 without the database; broker and worker only degrade the answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.warning("readyz: the database does not answer")
        return JsonResponse({"status": "down", "database": "down"}, status=503)
    broker = _broker_state()
    worker = _worker_state() if broker == "ok" else "unknown"
    status = "ok" if broker == worker == "ok" else "degraded"
    return JsonResponse({"status": status, "database": "ok", "broker": broker, "worker": worker})


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Counters for Prometheus, for whoever has the token of the settings; without a token set there is no such page."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given, settings.METRICS_TOKEN):
        raise Http404
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM kpis_bucket),"
            " (SELECT coalesce(extract(epoch FROM now() - min(marked_at)), 0) FROM kpis_bucket),"
            " (SELECT count(*) FROM sources_import WHERE status IN ('queued', 'running')),"
            " (SELECT count(*) FROM kpis_flag f JOIN kpis_binding b ON b.id = f.binding_id"
            "   JOIN touchpoints_touchpoint t ON t.id = b.touchpoint_id"
            "  WHERE f.status <> 'closed' AND b.deleted_at IS NULL AND t.deleted_at IS NULL),"
            " (SELECT count(*) FROM outbox_message WHERE status = 'waiting' AND available_at <= now()),"
            " (SELECT count(*) FROM outbox_message WHERE status = 'failed')"
        )
        dirty, oldest, imports, flags, messages, failed = cursor.fetchone()
    lines = [
        "# HELP cxmap_dirty_buckets Roll-ups waiting to be recomputed.",
        "# TYPE cxmap_dirty_buckets gauge",
        f"cxmap_dirty_buckets {dirty}",
        "# HELP cxmap_dirty_oldest_seconds Age of the oldest of them, in seconds.",
        "# TYPE cxmap_dirty_oldest_seconds gauge",
        f"cxmap_dirty_oldest_seconds {float(oldest):.1f}",
        "# HELP cxmap_imports_pending Imports waiting or running.",
        "# TYPE cxmap_imports_pending gauge",
        f"cxmap_imports_pending {imports}",
        "# HELP cxmap_flags_open Pain-point flags that are not closed.",
        "# TYPE cxmap_flags_open gauge",
        f"cxmap_flags_open {flags}",
        "# HELP cxmap_outbox_due Mails and calls of webhooks that should be on their way.",
        "# TYPE cxmap_outbox_due gauge",
        f"cxmap_outbox_due {messages}",
        "# HELP cxmap_outbox_failed Mails and calls of the last 30 days that were given up.",
        "# TYPE cxmap_outbox_failed gauge",
        f"cxmap_outbox_failed {failed}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")


@require_GET
def api_docs(request: HttpRequest) -> HttpResponse:
    """Show the OpenAPI description with our own small page: Swagger's needs inline scripts, which the policy forbids."""
    document = SchemaGenerator(api_version="1").get_schema(request=None, public=True)
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or ["api"])[0]
            groups.setdefault(tag, []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": operation.get("summary", ""),
                    "description": operation.get("description", ""),
                    "parameters": operation.get("parameters", []),
                }
            )
    context = {"groups": [{"name": name, "operations": operations} for name, operations in groups.items()]}
    return render(request, "api_docs.html", context)


def _error(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that stayed open too long, or came from elsewhere."""
    return render(request, "403_csrf.html", status=403)
