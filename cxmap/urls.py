"""Addresses. Collections stand under their workspace, items under their own id."""

from django.urls import include, path

from cxmap import views

urlpatterns = [
    path("", views.start, name="start"),
    path("demo/", views.demo_enter, name="demo-enter"),
    path("language/", views.language_set, name="language-set"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("accounts/", include("allauth.account.urls")),
    path("", include("cxmap.workspaces.urls")),
    path("", include("cxmap.search.urls")),
    path("", include("personas.urls")),
    path("", include("touchpoints.urls")),
    path("", include("journeys.urls")),
    path("", include("kpis.urls")),
    path("", include("sources.urls")),
    path("", include("improvements.urls")),
    path("", include("alerts.urls")),
    path("", include("dashboards.urls")),
    path("", include("workshops.urls")),
    path("api/v1/", include("cxmap.api_urls")),
]

handler400 = "cxmap.views.bad_request"
handler403 = "cxmap.views.forbidden"
handler404 = "cxmap.views.not_found"
handler500 = "cxmap.views.server_error"
